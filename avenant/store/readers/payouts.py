"""Payouts as sent: header and entries, by number or payee, now or as known at a revision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from avenant.core.frames.payouts import PayoutEntries
from avenant.core.payouts.header import PayoutHeader
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.invoices import NUMBER, document_called
from avenant.store.readers.known import known
from avenant.store.readers.paying import payee_names
from avenant.store.readers.people import as_shown
from avenant.store.readers.rulebooks import published

LISTED = {
    "payout_id": pl.Int64,
    "number": pl.String,
    "payee_kind": pl.String,
    "payee_ref": pl.String,
    "issue_date": pl.Date,
    "currency": pl.String,
    "total_cents": pl.Int64,
    "entries": pl.Int32,
}
WATERFALL = (
    "p.lines, p.quantity, p.charged_cents, p.base_cents, p.rate_ppm, p.secu_cents, p.retention_cents, "
    "p.increase_cents, p.others_cents, p.left_cents, p.ceiling_cents, p.limit_kind, p.limit_left_cents, "
    "p.decided_cents, p.member_cents, p.provider_cents, p.out_of_pocket_cents, p.reasons"
)


class UnknownPayout(LookupError):
    """No payout has this number, or it was not known yet."""


@dataclass(frozen=True, slots=True)
class PayoutDocument:
    """Everything a statement shows: its header and the entries tied to it (``PayoutEntries``)."""

    header: PayoutHeader
    entries: pl.DataFrame


def payout_list(connection: Connection, payee: str | None = None, rev: int | None = None) -> pl.DataFrame:
    """Payouts and zero settlements, oldest first (columns LISTED).

    payee: of this family's head or this provider alone. Errors: UnknownPayout when nobody is known under it.
    """
    if payee is not None and not _is_known(connection, payee, rev):
        when = "" if rev is None else " at that moment"
        raise UnknownPayout(f"neither a member nor a provider has the number {payee!r}{when}: check it")
    query = f"""
        SELECT i.payout_id, {NUMBER}, i.payee_kind, coalesce(m.ref, d.ref) AS payee_ref, i.issue_date, i.currency,
               i.total_cents, i.entries
        FROM payout AS i
        LEFT JOIN member AS m ON i.payee_kind = 'member' AND m.member_id = i.payee_id AND m.version = 1
        LEFT JOIN provider AS d ON i.payee_kind = 'provider' AND d.provider_id = i.payee_id
        WHERE (%s::text IS NULL OR coalesce(m.ref, d.ref) = %s) AND {known("i", rev)}
        ORDER BY i.issue_date, i.series, i.year, i.number NULLS LAST, i.payout_id"""
    return read_frame(connection, query, LISTED, [payee, payee])


def _is_known(connection: Connection, payee: str, rev: int | None) -> bool:
    row = connection.execute(
        f"""SELECT EXISTS (SELECT FROM member AS m WHERE m.ref = %s AND {known("m", rev)})
                OR EXISTS (SELECT FROM provider AS d WHERE d.ref = %s AND {known("d", rev)})""",
        [payee, payee],
    ).fetchone()
    return row is not None and bool(row[0])


def payout_document(
    connection: Connection, number: str, rev: int | None = None, known_at: datetime | None = None
) -> PayoutDocument:
    """The statement with this number (``AVP-2026-000001``), or of the settlement ``#17`` without one.

    rev: as known at a revision; known_at is only shown. Errors: UnknownPayout.
    """
    row = _header_row(connection, number, rev)
    entries = _labelled(connection, _tied(connection, row["payout_id"], row["rev"]), row["rev"])
    settings = connection.execute("SELECT issuer, clock FROM book_settings").fetchone()
    assert settings is not None
    payee = payee_names(
        connection, pl.DataFrame([row]).select("payee_kind", pl.col("payee_id").cast(pl.Int32))
    )
    header = PayoutHeader(
        **{name: row[name] for name in ("number", "issue_date", "payee_kind", "currency", "total_cents")},
        issuer=settings[0],
        payee_ref=payee["payee_ref"][0],
        payee=payee["payee"][0],
        simulated=settings[1] == "simulated",
        known_at=known_at,
        revision=rev,
    )
    return PayoutDocument(header, entries)


def _header_row(connection: Connection, number: str, rev: int | None) -> dict[str, Any]:
    columns = (
        "payout_id",
        "number",
        "payee_kind",
        "payee_id",
        "issue_date",
        "currency",
        "total_cents",
        "rev",
    )
    query = f"""
        SELECT i.payout_id, {NUMBER}, i.payee_kind, i.payee_id, i.issue_date, i.currency, i.total_cents, r.rev
        FROM payout AS i JOIN revision AS r USING (change_id)
        WHERE i.payout_id = %s"""
    row = connection.execute(query, [payout_called(connection, number, rev)]).fetchone()
    assert row is not None
    return dict(zip(columns, row, strict=True))


def payout_called(connection: Connection, number: str, rev: int | None = None) -> int:
    """The id of the payout with this number, or of the settlement ``#17``. Errors: UnknownPayout."""
    found = document_called(connection, "payout", number, rev)
    if found is None:
        raise UnknownPayout(
            f"no payout {number!r} is known{'' if rev is None else ' at that moment'}: "
            "`avenant payouts list` shows their numbers"
        )
    return found


def _tied(connection: Connection, payout_id: int, rev: int) -> pl.DataFrame:
    """The entries tied to a payout with their members and messages as known then.

    The message that named an act first may be a poor one: then the tariff and the guarantee that were used tell
    the act's code and family. act_label is empty as yet.
    """
    given = {name: column.dtype for name, column in PayoutEntries.columns().items()}
    query = f"""
        SELECT p.entry_id, c.ref, p.act_id, p.member_id, m.ref, {as_shown("d")}, f.ref, p.care_date,
               l.ref, coalesce(l.act_code, split_part(t.content_key, '|', 2)), NULL,
               coalesce(l.family, split_part(g.content_key, '|', 4)), s.ref,
               p.version, p.kind, p.amount_cents, {WATERFALL}, paid.number, paid.issue_date
        FROM payout_entry AS tie JOIN reimbursement AS p USING (entry_id)
        JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
        JOIN LATERAL (
            SELECT v.* FROM member AS v JOIN revision AS r USING (change_id)
            WHERE v.member_id = p.member_id AND r.rev <= {rev:d} ORDER BY version DESC LIMIT 1) AS m ON true
        JOIN member AS f ON f.member_id = m.family_id AND f.version = 1
        LEFT JOIN LATERAL (
            SELECT v.* FROM care_line AS v JOIN revision AS r USING (change_id)
            WHERE v.line_id = p.act_id AND r.rev <= {rev:d} ORDER BY version DESC LIMIT 1) AS l ON true
        LEFT JOIN provider AS s ON s.provider_id = coalesce(nullif(p.payee_id, 0), l.provider_id)
        LEFT JOIN person_detail AS d ON d.member_id = p.member_id AND d.kind = 'name'
        LEFT JOIN price_line AS t ON t.line_id = p.tariff_line_id
        LEFT JOIN price_line AS g ON g.line_id = p.guarantee_line_id
        LEFT JOIN LATERAL (
            SELECT {NUMBER} AS number, i.issue_date FROM reimbursement AS b
            JOIN payout_entry AS t USING (entry_id) JOIN payout AS i USING (payout_id)
            WHERE p.kind = 'cancel' AND b.contract_id = p.contract_id AND b.act_id = p.act_id
              AND b.payee_id = p.payee_id AND b.version = p.version - 1
              AND i.payout_id <> tie.payout_id AND i.number IS NOT NULL) AS paid ON true
        WHERE tie.payout_id = %s ORDER BY p.entry_id"""
    return read_frame(connection, query, given, [payout_id])  # type: ignore[arg-type]


def _labelled(connection: Connection, rows: pl.DataFrame, rev: int) -> pl.DataFrame:
    """``rows`` with what the rulebook in force then calls each act, and its family of care."""
    acts = published(connection, rev=rev).rulebook.care.acts
    named = acts.select("act_code", label="label", family="family")
    told = rows.join(named, on="act_code", how="left", maintain_order="left")
    filled = told.with_columns(act_label="label", care_family=pl.coalesce("care_family", "family"))
    return filled.select(rows.columns)
