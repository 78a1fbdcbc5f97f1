"""A contract as one page shows it: facts, people by family, invoices, balance, and what waits for the next invoice.

view = contract_view(db, "C-0001", filter_text="lopez")
preview = next_invoice(db, "C-0001", date(2026, 7, 1))
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.core.book.settle import Issue, settlements
from avenant.core.invoices.header import LeftOut
from avenant.core.periods import add_months
from avenant.flows.invoicing import first_due
from avenant.store.database import PARIS, Connection, Database
from avenant.store.readers.contract_money import invoices_of, movements_of, open_months_netted
from avenant.store.readers.contract_people import paid_in_month, people_covered
from avenant.store.readers.events import people_named
from avenant.store.readers.history import UnknownRef, identity_of
from avenant.store.readers.invoices import InvoiceDocument, unissued_document
from avenant.store.readers.known import array, latest
from avenant.store.readers.runs import family_refs, parked_families
from avenant.store.readers.settling import balances, open_entries

PER_PAGE = 50
MOST_ADJUSTMENTS = 200
ROLES = {"primary": 0, "partner": 1, "child": 2}


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """The contract as it is known. month: the one shown as current."""

    contract_id: int
    ref: str
    kind: str
    cycle: str
    currency: str
    withdrawn: bool
    version: int
    month: date


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover; ``state``: current, coming or ended, on the day that is shown. last_day: included; null: open."""

    ref: str
    plan: str
    level: str
    basis: str
    first_day: date
    last_day: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the contract with its covers and what the book charges for the month (null: no entry)."""

    ref: str
    name: str | None
    role: str
    birth_date: date
    covers: tuple[Cover, ...]
    premium_cents: int | None
    employer_cents: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """A primary's family under the contract; ``people``: the primary first."""

    ref: str
    people: tuple[Person, ...]
    premium_cents: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of families out of those that fit the filter; ``people``: how many persons these are in all."""

    families: tuple[Family, ...]
    number: int
    per_page: int
    found: int
    people: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.found // self.per_page))


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice, credit note or settlement of zero (``#17``) of the contract."""

    number: str
    kind: str
    month: date
    issue_date: date
    total_cents: int
    employer_cents: int
    employee_cents: int
    tax_cents: int
    balance_used_cents: int
    due_cents: int
    entries: int
    rev: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved the balance: opening, credit, use; by which invoice, known when (ISO, Paris)."""

    kind: str
    amount_cents: int
    number: str | None
    rev: int
    known_at: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a past month of one person will add to the next invoice."""

    member_ref: str
    name: str | None
    month: date
    amount_cents: int
    employer_cents: int
    entries: int


@dataclass(frozen=True, slots=True)
class ContractView:
    """Everything one page shows. premium_cents: of the month, everybody together.

    adjustments: at most MOST_ADJUSTMENTS; adjustment_count and adjustment_cents are of all of them.
    """

    facts: ContractFacts
    page: Page
    premium_cents: int
    invoices: tuple[IssuedInvoice, ...]
    balance_cents: int
    movements: tuple[Movement, ...]
    adjustments: tuple[Adjustment, ...]
    adjustment_count: int
    adjustment_cents: int


def contract_view(
    db: Database,
    contract_ref: str,
    rev: int | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
    filter_text: str = "",
    former: bool = False,
    by_name: bool = True,
) -> ContractView:
    """The contract with this number now, or as known at ``rev``.

    filter_text: in names and numbers, accents and capitals aside; pages count families. former: also people whose
    cover has ended. by_name: whether names are searched and sorted by; else numbers alone. The number of queries is
    constant. Errors: UnknownRef.
    """
    with db.snapshot() as connection:
        day = _day(connection, rev)
        facts = _facts(connection, contract_ref, rev, day.replace(day=1))
        number = facts.contract_id
        people = people_covered(connection, number, date(1, 1, 1) if former else day, rev)
        paid = paid_in_month(connection, number, people["member_id"], facts.month, rev)
        invoices = invoices_of(connection, number, rev)
        movements = movements_of(connection, number, rev)
        waiting = open_months_netted(connection, number, facts.month, rev)
        shown = waiting.head(MOST_ADJUSTMENTS)
        named = people_named(connection, shown["member_id"].unique())
    told = people.join(paid, on="member_id", how="left")
    words = ("name", "member_ref") if by_name else ("member_ref",)
    told = told.with_columns(said=_plain(pl.concat_str(words, separator=" ", ignore_nulls=True)))
    return ContractView(
        facts=facts,
        page=_page(told, day, page, per_page, filter_text),
        premium_cents=int(paid["amount_cents"].sum()),
        invoices=tuple(_invoice(row) for row in invoices.to_dicts()),
        balance_cents=int(movements["amount_cents"].sum()),
        movements=tuple(Movement(**row) for row in movements.to_dicts()),
        adjustments=tuple(_adjustments(shown, named)),
        adjustment_count=len(waiting),
        adjustment_cents=int(waiting["amount_cents"].sum()),
    )


def _day(connection: Connection, rev: int | None) -> date:
    """The day in Paris that a state is shown on: today by the book's clock, or that of the revision."""
    row = connection.execute(
        "SELECT coalesce((SELECT committed_at FROM revision WHERE rev = %s), book_now())", [rev]
    ).fetchone()
    assert row is not None
    day: date = row[0].astimezone(PARIS).date()
    return day


def _facts(connection: Connection, ref: str, rev: int | None, month: date) -> ContractFacts:
    contract_id = identity_of(connection, "contract", ref, rev)
    columns = ("contract_id", "ref", "kind", "cycle", "currency", "withdrawn", "version")
    query = latest("contract", "contract_id", columns, rev, f"t.contract_id = {contract_id:d}")
    row = connection.execute(query).fetchone()
    if row is None:
        raise UnknownRef(f"no contract has the number {ref!r}")
    return ContractFacts(**dict(zip(columns, row, strict=True)), month=month)


def _invoice(row: dict[str, Any]) -> IssuedInvoice:
    del row["invoice_id"]
    return IssuedInvoice(**row, employee_cents=row["total_cents"] - row["employer_cents"])


def _adjustments(waiting: pl.DataFrame, named: pl.DataFrame) -> list[Adjustment]:
    names: dict[int, tuple[str, str | None]] = {
        member: (ref, name) for member, ref, name in named.iter_rows()
    }
    return [
        Adjustment(names[member][0], names[member][1], month, amount, employer, entries)
        for member, month, entries, amount, employer, _ in waiting.iter_rows()
    ]


def _page(people: pl.DataFrame, day: date, number: int, per_page: int, text: str) -> Page:
    """The families on one page: where what is ``said`` of anybody fits ``text``, in the order of their primary."""
    wanted = plain(text)
    told = people.with_columns(place=pl.col("role").replace_strict(ROLES, default=9))
    told = told.with_columns(
        order=pl.col("said").sort_by("place", "member_ref").first().over("family_id"),
        fits=pl.col("said").str.contains(wanted, literal=True).any().over("family_id"),
    ).filter("fits")
    families = told.select("order", "family_id").unique().sort("order", "family_id")
    last = max(1, -(-len(families) // per_page))
    number = min(max(number, 1), last)
    chosen = families.slice((number - 1) * per_page, per_page)
    shown = chosen.join(told, on="family_id", maintain_order="left").sort(
        "order", "family_id", "place", "birth_date", "member_ref", "valid_from"
    )
    rows = shown.partition_by("family_id", maintain_order=True)
    found = tuple(_family(family.to_dicts(), day) for family in rows)
    return Page(found, number, per_page, len(families), told["member_id"].n_unique())


def plain(text: str) -> str:
    """``text`` without accents and capitals, as it is compared."""
    letters = unicodedata.normalize("NFD", text.strip()[:100])
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


def _plain(column: pl.Expr) -> pl.Expr:
    return column.str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase()


def _family(rows: list[dict[str, Any]], day: date) -> Family:
    people: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        people.setdefault(row["member_ref"], []).append(row)
    persons = tuple(_person(covers, day) for covers in people.values())
    return Family(rows[0]["family_ref"], persons, sum(person.premium_cents or 0 for person in persons))


def _person(covers: list[dict[str, Any]], day: date) -> Person:
    one = covers[0]
    return Person(
        one["member_ref"],
        one["name"],
        one["role"],
        one["birth_date"],
        tuple(_cover(row, day) for row in covers),
        one["amount_cents"],
        one["employer_cents"],
    )


def _cover(row: dict[str, Any], day: date) -> Cover:
    first, end = row["valid_from"], row["valid_to"]
    state = "coming" if first > day else "ended" if end is not None and end <= day else "current"
    last = None if end is None else date.fromordinal(end.toordinal() - 1)
    return Cover(row["enrolment_ref"], row["plan"], row["level"], row["basis"], first, last, state)


@dataclass(frozen=True, slots=True)
class InvoicePreview:
    """What the next invoice run would issue for a contract: the document, without a number, and when at the earliest.

    left_out: parked families, whose premiums follow on a later invoice.
    """

    document: InvoiceDocument
    first_due: date
    left_out: tuple[LeftOut, ...]


def next_invoice(
    db: Database, contract_ref: str, month: date, rev: int | None = None
) -> InvoicePreview | None:
    """The invoice of ``month`` and before as it would be issued now (or at ``rev``); None: nothing is open.

    By the code that issues it; nothing is written. Errors: UnknownRef, NothingPublished.
    """
    month = month.replace(day=1)
    settings = db.settings()
    with db.snapshot() as connection:
        facts = _facts(connection, contract_ref, rev, month)
        parked = _parked_of(connection, facts.contract_id, rev)
        families = parked["family_id"].to_list()
        entries = open_entries(connection, [facts.contract_id], month, False, families, rev)
        if entries.is_empty():
            return None
        due = max(first_due(facts.cycle, month), _day(connection, rev))
        settled = _settled(connection, facts, entries, Issue(settings.series, due, 1), rev)
        row = settled | {"number": None, "rev": _revision(connection, rev), "contract_kind": facts.kind}
        row |= {"contract_ref": facts.ref, "contract_id": facts.contract_id, "cycle": facts.cycle}
        document = unissued_document(connection, row, entries["entry_id"].to_list(), rev)
        refs = family_refs(connection, families)
    left_out = tuple(LeftOut(refs[family], reason) for family, reason in parked.iter_rows())
    return InvoicePreview(document, first_due(facts.cycle, month), left_out)


def month_to_invoice(db: Database, contract_ref: str, rev: int | None = None) -> date:
    """The month of a contract's next invoice: after the last one, at the earliest the month before ours.

    Errors: UnknownRef.
    """
    with db.snapshot() as connection:
        ours = _day(connection, rev).replace(day=1)
        facts = _facts(connection, contract_ref, rev, ours)
        issued = invoices_of(connection, facts.contract_id, rev)["month"].max()
    return max(add_months(issued, 1), add_months(ours, -1)) if isinstance(issued, date) else ours


def _settled(
    connection: Connection, facts: ContractFacts, entries: pl.DataFrame, issue: Issue, rev: int | None
) -> dict[str, Any]:
    """The one row that an invoice run would write."""
    credit = balances(connection, [facts.contract_id], rev)["balance_cents"].sum()
    contracts = pl.DataFrame(
        {"contract_id": [facts.contract_id], "currency": [facts.currency], "balance_cents": [credit]},
        schema_overrides={"contract_id": pl.Int32},
    )
    named = ("kind", "issue_date", "month", "currency", "total_cents", "employer_cents", "tax_cents")
    row = settlements(entries, contracts, issue, facts.month).to_dicts()[0]
    return {name: row[name] for name in (*named, "balance_used_cents", "due_cents")}


def _parked_of(connection: Connection, contract_id: int, rev: int | None) -> pl.DataFrame:
    """Parked families of whoever was ever enrolled under the contract."""
    rows = connection.execute(
        """SELECT DISTINCT m.family_id FROM enrolment AS e JOIN member AS m USING (member_id)
           WHERE e.contract_id = %s""",
        [contract_id],
    )
    families = array(family for (family,) in rows)
    return parked_families(connection, f"family_id = ANY({families})", rev)


def _revision(connection: Connection, rev: int | None) -> int:
    row = connection.execute("SELECT coalesce(%s, (SELECT rev FROM head))", [rev]).fetchone()
    assert row is not None
    return int(row[0])
