"""The reimbursement book read for checking: entries in stretches, what is paid, payouts with their sums."""

from collections.abc import Iterator

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import latest
from avenant.store.tables import PAYOUT, Columns

ENTRIES: Columns = {**REIMBURSEMENTS.columns, "kind": pl.String}
EXCESS: Columns = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "act_id": pl.Int64,
    "paid_cents": pl.Int64,
    "decided_cents": pl.Int64,
}
COVER: Columns = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
SUMS: Columns = {"payout_id": pl.Int64, "total_cents": pl.Int64, "entries": pl.Int64, "strange": pl.Int64}
WAITS: Columns = {"ref": pl.String, "member_id": pl.Int32, "reason": pl.String, "received_on": pl.Date}


def entries_by_contracts(
    connection: Connection, rows_at_once: int, contract_id: int | None = None
) -> Iterator[pl.DataFrame]:
    """All entries (columns ENTRIES) in parts of whole contracts of about as many rows."""
    only = _of(contract_id)
    query = f"SELECT contract_id, count(*) FROM reimbursement WHERE {only} GROUP BY 1 ORDER BY 1"
    sizes = read_frame(connection, query, {"contract_id": pl.Int32, "n": pl.Int64})
    part = (pl.col("n").cum_sum() - 1) // rows_at_once
    bounds = sizes.group_by(part.alias("part"), maintain_order=True).agg(
        first=pl.col("contract_id").min(), last=pl.col("contract_id").max()
    )
    for _, first, last in bounds.iter_rows():
        between = f"contract_id BETWEEN {first:d} AND {last:d}"
        yield read_frame(
            connection, f"SELECT {', '.join(ENTRIES)} FROM reimbursement WHERE {only} AND {between}", ENTRIES
        )


def _of(contract_id: int | None) -> str:
    return "true" if contract_id is None else f"contract_id = {contract_id:d}"


def excess_paid(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Acts for which payouts paid more than is decided now: columns EXCESS."""
    query = f"""
        WITH paid AS (
            SELECT contract_id, act_id, payee_id, min(member_id) AS member_id, sum(amount_cents) AS cents,
                   sum(amount_cents) FILTER (WHERE tie.entry_id IS NOT NULL) AS paid
            FROM reimbursement AS r LEFT JOIN payout_entry AS tie USING (entry_id) WHERE {_of(contract_id)}
            GROUP BY 1, 2, 3)
        SELECT contract_id, min(member_id), act_id, sum(paid)::bigint, sum(cents)::bigint FROM paid
        WHERE paid > cents GROUP BY contract_id, act_id ORDER BY contract_id, act_id"""
    return read_frame(connection, query, EXCESS)


def cover_of_acts(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Enrolments in force: columns COVER."""
    told = latest("enrolment", "enrolment_id", [*COVER, "withdrawn"], None, _of(contract_id))
    return read_frame(connection, f"SELECT {', '.join(COVER)} FROM ({told}) AS e WHERE NOT withdrawn", COVER)


def payouts(connection: Connection) -> pl.DataFrame:
    """All payouts: the columns of table payout."""
    return read_frame(connection, f"SELECT {', '.join(PAYOUT)} FROM payout", PAYOUT)


def payout_sums(connection: Connection) -> pl.DataFrame:
    """What the entries tied to each payout make: columns SUMS."""
    query = """
        SELECT t.payout_id, coalesce(sum(r.amount_cents), 0)::bigint, count(*),
               count(*) FILTER (WHERE r.entry_id IS NULL OR p.payout_id IS NULL
                                   OR (p.payee_kind = 'provider') <> (r.payee_id > 0)
                                   OR (p.payee_kind = 'provider' AND r.payee_id <> p.payee_id))
        FROM payout_entry AS t LEFT JOIN reimbursement AS r USING (entry_id) LEFT JOIN payout AS p USING (payout_id)
        GROUP BY t.payout_id"""
    return read_frame(connection, query, SUMS)


def waits(connection: Connection) -> pl.DataFrame:
    """Every line that waits, with the day on which it was received: columns WAITS."""
    query = """
        SELECT l.ref, w.member_id, w.reason, l.received_on FROM (
            SELECT DISTINCT ON (line_id) line_id, t.member_id, state, reason
            FROM waiting AS t JOIN revision USING (change_id)
            ORDER BY line_id, revision.rev DESC, waiting_id DESC) AS w
        JOIN care_line AS l ON l.line_id = w.line_id AND l.version = 1
        WHERE w.state = 'waiting'"""
    return read_frame(connection, query, WAITS)
