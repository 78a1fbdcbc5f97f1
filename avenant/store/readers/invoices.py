"""Invoices as sent: header and entries, by number or contract, now or as known at a revision."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import polars as pl

from avenant.core.frames.invoices import InvoiceEntries
from avenant.core.invoices.header import InvoiceHeader
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, known, latest
from avenant.store.readers.people import as_shown
from avenant.store.readers.rulebooks import Published, published, published_version
from avenant.store.readers.settling import Documents
from avenant.store.tables import ENROLMENT

NUMBER = "i.series || '-' || i.year || '-' || lpad(i.number::text, greatest(6, length(i.number::text)), '0')"
"""A document's number as printed, in SQL on the alias ``i``: six digits, more from the millionth of a year on."""

NUMBERED = re.compile(r"(?P<series>[^\0]+)-(?P<year>\d{4})-(?P<number>\d{6,9})")
UNNUMBERED = re.compile(r"#(\d{1,18})")

LISTED = {
    "invoice_id": pl.Int64,
    "number": pl.String,
    "kind": pl.String,
    "contract_ref": pl.String,
    "month": pl.Date,
    "issue_date": pl.Date,
    "currency": pl.String,
    "total_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "balance_used_cents": pl.Int64,
    "due_cents": pl.Int64,
    "entries": pl.Int32,
}

FROM_LINE = {
    "unit": pl.String,
    "line_amount_cents": pl.Int64,
    "line_rate_ppm": pl.Int64,
    "age_from": pl.Int32,
    "age_to": pl.Int32,
    "line_valid_from": pl.Date,
}


class UnknownInvoice(LookupError):
    """No invoice has this number, or it was not known yet."""


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """Everything a document shows: its header and the entries tied to it (``InvoiceEntries``)."""

    header: InvoiceHeader
    entries: pl.DataFrame


def invoice_list(
    connection: Connection, contract: str | None = None, month: date | None = None, rev: int | None = None
) -> pl.DataFrame:
    """Invoices, credit notes and zero settlements, oldest first (columns LISTED)."""
    query = f"""
        SELECT i.invoice_id, {NUMBER}, i.kind, c.ref, i.month, i.issue_date, i.currency, i.total_cents,
               i.employer_cents, i.tax_cents, i.balance_used_cents, i.due_cents, i.entries
        FROM invoice AS i JOIN contract AS c ON c.contract_id = i.contract_id AND c.version = 1
        WHERE (%s::text IS NULL OR c.ref = %s) AND (%s::date IS NULL OR i.month = %s) AND {known("i", rev)}
        ORDER BY i.issue_date, i.series, i.year, i.number NULLS LAST, i.invoice_id"""
    return read_frame(connection, query, LISTED, [contract, contract, month, month])


def invoice_document(
    connection: Connection, number: str, rev: int | None = None, known_at: datetime | None = None
) -> InvoiceDocument:
    """The document with this number (``AV-2026-000001``), or of the settlement ``#17`` without one.

    rev: as known at a revision; known_at is only shown. Errors: UnknownInvoice.
    """
    row = _header_row(connection, number, rev)
    tied = f"SELECT entry_id FROM invoice_entry WHERE invoice_id = {row['invoice_id']:d}"
    return _document(connection, row, tied, rev, known_at)


def unissued_document(
    connection: Connection, row: dict[str, Any], entry_ids: list[int], rev: int | None
) -> InvoiceDocument:
    """The document that would be issued of some open entries, told as of the revision ``row["rev"]``.

    row: the columns of the invoice (kind, month, issue_date, totals; number: null), contract_id, contract_ref,
    contract_kind, cycle, currency.
    """
    return _document(connection, row, f"SELECT unnest({bigints(entry_ids)})", rev, None)


def _document(
    connection: Connection, row: dict[str, Any], ids: str, rev: int | None, known_at: datetime | None
) -> InvoiceDocument:
    told = _rows(connection, ids, row["rev"])
    book = _with_former_plans(connection, published(connection, rev=row["rev"]), told["plan"], row["rev"])
    entries = _told_entries(connection, told, book, row)
    return InvoiceDocument(_header(connection, row, book, entries, rev, known_at), entries)


def _header_row(connection: Connection, number: str, rev: int | None) -> dict[str, Any]:
    columns = (
        "invoice_id, number, kind, issue_date, month, contract_id, contract_ref, contract_kind, cycle, currency, "
        "total_cents, employer_cents, tax_cents, balance_used_cents, due_cents, rev"
    )
    query = f"""
        SELECT i.invoice_id, {NUMBER}, i.kind, i.issue_date, i.month, i.contract_id, c.ref, c.kind, c.cycle,
               i.currency, i.total_cents, i.employer_cents, i.tax_cents, i.balance_used_cents, i.due_cents, r.rev
        FROM invoice AS i JOIN revision AS r USING (change_id)
        JOIN LATERAL (
            SELECT v.* FROM contract AS v JOIN revision AS learnt USING (change_id)
            WHERE v.contract_id = i.contract_id AND learnt.rev <= r.rev ORDER BY v.version DESC LIMIT 1) AS c ON true
        WHERE i.invoice_id = %s"""
    row = connection.execute(query, [invoice_called(connection, number, rev)]).fetchone()
    assert row is not None
    return dict(zip((name.strip() for name in columns.split(",")), row, strict=True))


def invoice_called(connection: Connection, number: str, rev: int | None = None) -> int:
    """The id of the invoice with this number, or of the settlement ``#17``. Errors: UnknownInvoice."""
    found = document_called(connection, "invoice", number, rev)
    if found is None:
        raise UnknownInvoice(
            f"no invoice {number!r} is known{'' if rev is None else ' at that moment'}: "
            "`avenant invoices list` shows their numbers"
        )
    return found


def document_called(
    connection: Connection, documents: Documents, number: str, rev: int | None = None
) -> int | None:
    """The id of the numbered document, or of the settlement ``#17``; by index, since a book has millions of them."""
    if (typed := NUMBERED.fullmatch(number)) is not None:
        told = [typed["series"], int(typed["year"]), int(typed["number"])]
        where = f"i.series = %s AND i.year = %s AND i.number = %s AND {NUMBER} = %s"
        told.append(number)
    elif (unnumbered := UNNUMBERED.fullmatch(number)) is not None:
        where, told = f"i.{documents}_id = %s", [int(unnumbered[1])]
    else:
        return None
    query = f"SELECT i.{documents}_id FROM {documents} AS i WHERE {where} AND {known('i', rev)}"
    row = connection.execute(query, told).fetchone()
    return None if row is None else int(row[0])


def _header(
    connection: Connection,
    row: dict[str, Any],
    book: Published,
    entries: pl.DataFrame,
    rev: int | None,
    known_at: datetime | None,
) -> InvoiceHeader:
    settings = connection.execute("SELECT issuer, clock FROM book_settings").fetchone()
    assert settings is not None
    plans = book.rulebook.plans.filter(pl.col("plan").is_in(entries["plan"].unique().to_list()))
    codes = plans["tax_code"].drop_nulls().unique().to_list()
    shown = {key: row[key] for key in row if key not in ("invoice_id", "contract_id", "rev")}
    return InvoiceHeader(
        **shown,
        issuer=settings[0],
        tax_code=codes[0] if codes else None,
        customer=_customer(connection, row, entries),
        simulated=settings[1] == "simulated",
        known_at=known_at,
        revision=rev,
    )


def _customer(connection: Connection, row: dict[str, Any], entries: pl.DataFrame) -> str | None:
    """The name of an individual contract's only family's primary; a company is known by its number."""
    families = entries["family_ref"].unique().to_list()
    if row["contract_kind"] != "individual" or len(families) != 1:
        return None
    name = connection.execute(
        f"""SELECT {as_shown("d")} FROM person_detail AS d JOIN member USING (member_id)
        WHERE member.version = 1 AND member.ref = %s AND kind = 'name'""",
        families,
    ).fetchone()
    return name[0] if name else None


def _with_former_plans(connection: Connection, book: Published, plans: pl.Series, rev: int) -> Published:
    """``book`` with those of ``plans`` that it no longer has, each as the last rulebook before that knew it."""
    query = f"""
        SELECT version FROM rulebook_version AS v JOIN revision USING (change_id)
        WHERE {known("v", rev)} GROUP BY version ORDER BY max(revision.rev) DESC"""
    rulebook = book.rulebook
    for (version,) in connection.execute(query).fetchall()[1:]:
        if plans.is_in(rulebook.plans["plan"].implode()).all():
            break
        former = published_version(connection, version).rulebook
        gone = [frame.join(rulebook.plans, on="plan", how="anti") for frame in (former.plans, former.labels)]
        both = zip((rulebook.plans, rulebook.labels), gone, strict=True)
        known_plans, labels = (pl.concat(frames) for frames in both)
        rulebook = replace(rulebook, plans=known_plans, labels=labels)
    return replace(book, rulebook=rulebook)


def _rows(connection: Connection, ids: str, rev: int) -> pl.DataFrame:
    """Entries (``ids``: a query of them) with their members as known at ``rev``, and the content of their line."""
    given = {name: column.dtype for name, column in InvoiceEntries.columns().items()}
    stored = [
        *("entry_id", "member_id", "member_ref", "member_name", "role", "birth_date", "family_ref", "month"),
        *("plan", "level", "component", "tier", "status", "version", "kind"),
        *("amount_cents", "employer_cents", "tax_cents", "unit_price_cents", "covered_days", "billed_days"),
        *("days_in_month", "age", "child_rank"),
    ]
    query = f"""
        SELECT p.entry_id, p.member_id, m.ref, {as_shown("d")}, m.role, m.birth_date, f.ref, p.month,
               s.plan, s.level, s.component, s.tier, s.status, p.version, p.kind,
               p.amount_cents, p.employer_cents, p.tax_cents, p.unit_price_cents, p.covered_days, p.billed_days,
               p.days_in_month, p.age, p.child_rank, l.content_key
        FROM premium AS p JOIN slot AS s USING (slot_id)
        JOIN LATERAL (
            SELECT v.* FROM member AS v JOIN revision AS r USING (change_id)
            WHERE v.member_id = p.member_id AND r.rev <= {rev:d}
            ORDER BY version DESC LIMIT 1) AS m ON true
        JOIN member AS f ON f.member_id = m.family_id AND f.version = 1
        LEFT JOIN person_detail AS d ON d.member_id = p.member_id AND d.kind = 'name'
        LEFT JOIN price_line AS l ON l.line_id = p.line_id
        WHERE p.entry_id IN ({ids}) ORDER BY p.entry_id"""
    schema = {name: given[name] for name in stored} | {"content_key": pl.String}
    return read_frame(connection, query, schema)  # type: ignore[arg-type]


def _told_entries(
    connection: Connection, tied: pl.DataFrame, book: Published, row: dict[str, Any]
) -> pl.DataFrame:
    """The tied entries with all that explains them (``InvoiceEntries``)."""
    explained = _with_covered_days(connection, _explained(tied, book), row["contract_id"], row["rev"])
    return _labelled(explained, book.rulebook.labels).select(list(InvoiceEntries.columns()))


def _explained(rows: pl.DataFrame, book: Published) -> pl.DataFrame:
    """``rows`` with the parts of their price line, their plan's conventions and the month's ceiling."""
    parts = pl.col("content_key").str.split("|")
    line = {
        "unit": 8,
        "line_amount_cents": 9,
        "line_rate_ppm": 10,
        "age_from": 5,
        "age_to": 6,
        "line_valid_from": 7,
    }
    plans = book.rulebook.plans.select("plan", "proration", "age_convention", "paying_children")
    ceilings = book.rulebook.parameters.filter(pl.col("parameter") == "pmss_cents").select(
        "valid_from", pmss_cents="value"
    )
    return (
        rows.with_columns(
            parts.list.get(position, null_on_oob=True).replace("", None).cast(FROM_LINE[name]).alias(name)
            if FROM_LINE[name] != pl.Date
            else parts.list.get(position, null_on_oob=True).str.to_date().alias(name)
            for name, position in line.items()
        )
        .join(plans, on="plan", how="left", maintain_order="left")
        .sort("month", maintain_order=True)
        .join_asof(ceilings.sort("valid_from"), left_on="month", right_on="valid_from")
        .with_columns(
            pl.when(pl.col("unit") == "pmss").then("pmss_cents"),
        )
        .sort("entry_id")
    )


def _labelled(rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with the names that people read for level and component, where their plan gives distinct ones."""
    for column in ("level", "component"):
        names = labels.filter(pl.col("kind") == column).unique(["plan", "label"], keep="none")
        names = names.select("plan", pl.col("code").alias(column), "label")
        named = rows.join(names, on=["plan", column], how="left", maintain_order="left")
        rows = named.with_columns(pl.coalesce("label", column).alias(column)).drop("label")
    return rows


def _with_covered_days(
    connection: Connection, rows: pl.DataFrame, contract_id: int, rev: int
) -> pl.DataFrame:
    """``rows`` with the first and last covered day of each charge, where one stretch of cover explains it.

    The days come from the enrolments known when the invoice was issued; where they do not make up exactly the
    booked days (a child that paid for a part of its cover, two stretches), none are claimed.
    """
    columns = {name: ENROLMENT[name] for name in ("member_id", "plan", "level", "valid_from", "valid_to")}
    where = f"t.contract_id = {contract_id:d} AND t.member_id = ANY({array(rows['member_id'].unique())})"
    named = [*columns, "withdrawn"]
    known_then = latest("enrolment", "enrolment_id", named, rev, where)
    covers = read_frame(connection, known_then, columns | {"withdrawn": pl.Boolean}).filter(
        ~pl.col("withdrawn")
    )
    month_end = pl.col("month").dt.month_end()
    last_covered = pl.col("valid_to").dt.offset_by("-1d")
    key = ["member_id", "plan", "level", "month"]
    days = (
        rows.select(key)
        .unique()
        .join(covers, on=["member_id", "plan", "level"])
        .with_columns(
            first_day=pl.max_horizontal("valid_from", "month"),
            last_day=pl.min_horizontal(last_covered.fill_null(month_end), month_end),
        )
        .filter(pl.col("first_day") <= pl.col("last_day"))
        .group_by(key)
        .agg(pl.col("first_day").min(), pl.col("last_day").max())
    )
    length = (pl.col("last_day") - pl.col("first_day")).dt.total_days() + 1
    explains = (pl.col("kind") == "charge") & (length == pl.col("covered_days"))
    return rows.join(days, on=key, how="left", maintain_order="left").with_columns(
        pl.when(explains).then(name).alias(name) for name in ("first_day", "last_day")
    )
