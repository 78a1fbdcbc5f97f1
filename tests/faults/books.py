"""What two books must agree on: everything but identities and instants, in external numbers."""

from collections.abc import Mapping
from typing import Any

from avenant.store.database import Connection, Database
from avenant.store.readers.known import known
from tests.faults import care_books
from tests.faults.care_invariants import standing_acts

Rows = list[tuple[Any, ...]]
SHOWN = 3
KEY = "c.ref, m.ref, p.month, s.plan, s.level, s.component, s.tier, s.status"
PEOPLE = """
    JOIN contract AS c ON c.contract_id = {0}.contract_id AND c.version = 1
    JOIN member AS m ON m.member_id = {0}.member_id AND m.version = 1"""

PREMIUMS = f"""
    SELECT {KEY}, p.version, p.kind, p.amount_cents, p.employer_cents, p.tax_cents, p.unit_price_cents,
           l.content_key, p.covered_days, p.billed_days, p.days_in_month, p.age, p.child_rank
    FROM premium AS p {PEOPLE.format("p")} JOIN slot AS s USING (slot_id) LEFT JOIN price_line AS l USING (line_id)
    WHERE {{known_p}} ORDER BY {KEY}, p.version"""

INVOICES = """
    SELECT c.ref, i.kind, i.series, i.year, i.number, i.issue_date, i.month, i.currency, i.total_cents,
           i.employer_cents, i.tax_cents, i.balance_used_cents, i.due_cents, i.entries
    FROM invoice AS i JOIN contract AS c ON c.contract_id = i.contract_id AND c.version = 1
    WHERE {known_i} ORDER BY i.year, i.number, c.ref, i.month, i.entries"""

SETTLED = f"""
    SELECT i.year, i.number, i.month, {KEY}, p.version
    FROM invoice_entry AS t JOIN invoice AS i USING (invoice_id) JOIN premium AS p USING (entry_id)
    {PEOPLE.format("p")} JOIN slot AS s USING (slot_id)
    WHERE {{known_t}} ORDER BY {KEY}, p.version, i.month"""

BALANCES = """
    SELECT c.ref, sum(b.amount_cents)::bigint FROM balance_movement AS b
    JOIN contract AS c ON c.contract_id = b.contract_id AND c.version = 1
    WHERE {known_b} GROUP BY c.ref ORDER BY c.ref"""

PARKED = """
    SELECT m.ref, f.reason FROM (
        SELECT DISTINCT ON (family_id) family_id, state, reason FROM parking AS k JOIN revision USING (change_id)
        WHERE {known_k} ORDER BY family_id, rev DESC, parking_id DESC) AS f
    JOIN member AS m ON m.member_id = f.family_id AND m.version = 1 WHERE f.state = 'parked' ORDER BY m.ref"""

HELD = f"""
    SELECT c.ref, m.ref, h.first_month, h.last_month, h.months, h.difference_cents FROM (
        SELECT DISTINCT ON (contract_id, member_id) * FROM held AS k JOIN revision USING (change_id)
        WHERE {{known_k}} ORDER BY contract_id, member_id, rev DESC, held_id DESC) AS h {PEOPLE.format("h")}
    WHERE h.months > 0 ORDER BY c.ref, m.ref"""

QUERIES = {
    "premium": PREMIUMS,
    "invoice": INVOICES,
    "settled entry": SETTLED,
    "balance": BALANCES,
    "parked family": PARKED,
    "held difference": HELD,
    **care_books.QUERIES,
}
ALIASES = (*"pitbkro", "tie")

TRUTHS = f"""
    SELECT {KEY}, p.amount_cents, p.employer_cents, p.tax_cents, p.unit_price_cents, l.content_key,
           p.covered_days, p.billed_days, p.days_in_month, p.age, p.child_rank
    FROM (SELECT DISTINCT ON (contract_id, member_id, month, slot_id) * FROM premium
          ORDER BY contract_id, member_id, month, slot_id, version DESC) AS p
    {PEOPLE.format("p")} JOIN slot AS s USING (slot_id) LEFT JOIN price_line AS l USING (line_id)
    WHERE p.covered_days > 0 ORDER BY {KEY}"""

NET = """
    SELECT c.ref, sum(i.total_cents)::bigint, sum(i.employer_cents)::bigint, sum(i.tax_cents)::bigint
    FROM invoice AS i JOIN contract AS c ON c.contract_id = i.contract_id AND c.version = 1
    GROUP BY c.ref ORDER BY c.ref"""


def contents_on(connection: Connection, rev: int | None = None) -> dict[str, Rows]:
    """Every table of a book as rows, now or as known at a revision."""
    aliases = {f"known_{alias}": known(alias, rev) for alias in ALIASES}
    return {name: connection.execute(query.format(**aliases)).fetchall() for name, query in QUERIES.items()}  # type: ignore[call-overload]


def contents(book: Database, rev: int | None = None) -> dict[str, Rows]:
    """Every table of a book as rows, now or as known at a revision."""
    with book.connect() as connection:
        return contents_on(connection, rev)


def truths(book: Database) -> dict[str, Rows]:
    """The latest row of each key of which something is due, whatever its version; and what waits.

    Without what stands for acts that wait for a person.
    """
    queries: dict[str, tuple[str, list[Any]]] = {
        "latest premium": (TRUTHS, []),
        "latest reimbursement": (care_books.TRUTHS, [standing_acts(book)]),
        "waiting line": (care_books.WAITING.format(known_k="true"), []),
    }
    with book.connect() as connection:
        return {name: connection.execute(*asked).fetchall() for name, asked in queries.items()}  # type: ignore[arg-type]


def invoiced_net(book: Database) -> dict[str, Rows]:
    """Per contract, the sums over all its documents: however the entries were spread over them."""
    with book.connect() as connection:
        return {"invoiced in all": connection.execute(NET).fetchall()}


def number(connection: Connection, query: str, *parameters: object) -> int:
    """The number that a query gives; 0 for nothing."""
    row = connection.execute(query, parameters or None).fetchone()  # type: ignore[call-overload]
    return int(row[0] or 0) if row else 0


def differences(
    seen: Mapping[str, Rows], expected: Mapping[str, Rows], without: tuple[str, ...] = ()
) -> list[str]:
    """What one book has and the other lacks, at most three rows each, as sentences. None: they are equal."""
    found = []
    for name in expected:
        if name in without or seen[name] == expected[name]:
            continue
        mine, theirs = set(seen[name]), set(expected[name])
        shown = [
            f"{name} only in the disturbed book: {row}" for row in sorted(mine - theirs, key=repr)[:SHOWN]
        ]
        shown += [f"{name} only in its twin: {row}" for row in sorted(theirs - mine, key=repr)[:SHOWN]]
        counts = f"{name}: {len(seen[name])} rows in the disturbed book, {len(expected[name])} in its twin"
        found += [counts, *shown]
    return found
