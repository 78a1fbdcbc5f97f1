"""Care acts for people: what was decided for each, in every version, on which payout, out of which messages."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from avenant.core.frames.care import CARE_LINE
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.history import UnknownRef, identity_of
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import array, bigints, known, latest

DECIDED = {
    "act_id": pl.Int64,
    "contract_ref": pl.String,
    "member_ref": pl.String,
    "line_ref": pl.String,
    "act_code": pl.String,
    "family": pl.String,
    "care_date": pl.Date,
    "payee": pl.String,
    "version": pl.Int32,
    "kind": pl.String,
    "amount_cents": pl.Int64,
    "lines": pl.Int16,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,
    "rate_ppm": pl.Int32,
    "secu_cents": pl.Int64,
    "retention_cents": pl.Int64,
    "increase_cents": pl.Int64,
    "others_cents": pl.Int64,
    "left_cents": pl.Int64,
    "ceiling_cents": pl.Int64,
    "limit_kind": pl.Int16,
    "limit_left_cents": pl.Int64,
    "decided_cents": pl.Int64,
    "member_cents": pl.Int64,
    "provider_cents": pl.Int64,
    "out_of_pocket_cents": pl.Int64,
    "reasons": pl.Int64,
    "tariff_line": pl.String,
    "guarantee_line": pl.String,
    "envelope_line": pl.String,
    "currency": pl.String,
    "run_id": pl.Int64,
    "rev": pl.Int64,
    "known_at": pl.String,
    "payout": pl.String,
}
"""payee: ``member`` or the provider's number. known_at: ISO, in Paris. payout: its number, ``#17`` for a settlement
of zero; null when open. The lines of the rulebook by their content; null where none was used."""

LARGEST_ID = 2**63 - 1

UNADOPTED = {"line_id": pl.Int64, "ref": pl.String, "member_ref": pl.String, "received_on": pl.Date}


def decided_acts(
    connection: Connection,
    member: str | None = None,
    contract: str | None = None,
    act: int | Sequence[int] | None = None,
    rev: int | None = None,
) -> pl.DataFrame:
    """All reimbursement entries of a member, a contract, an act or some: columns DECIDED, by care date, act, version.

    Errors: UnknownRef, also for a number that was not known yet.
    """
    conditions = [known("r", rev)]
    if (member_id := identity_of(connection, "member", member, rev)) is not None:
        conditions.append(f"r.member_id = {member_id:d}")
    if (contract_id := identity_of(connection, "contract", contract, rev)) is not None:
        conditions.append(f"r.contract_id = {contract_id:d}")
    if act is not None:
        acts = [one for one in ([act] if isinstance(act, int) else act) if one <= LARGEST_ID]
        people = array(people_ever_of(connection, acts))
        conditions.append(f"r.act_id = ANY({bigints(acts)}) AND r.member_id = ANY({people})")
    return read_frame(connection, _query(" AND ".join(conditions), rev), DECIDED)


def people_ever_of(connection: Connection, acts: Iterable[int]) -> list[int]:
    """Everybody whose the acts ever were: no index of the book leads with the act, but one with the member.

    A line that names nobody we know becomes theirs whose number its document names.
    """
    ids = bigints(act for act in acts if act <= LARGEST_ID)
    query = f"""
        SELECT member_id FROM care_line WHERE line_id = ANY({ids}) AND member_id IS NOT NULL
        UNION
        SELECT m.member_id FROM care_line AS l JOIN document AS d USING (document_id)
        JOIN member AS m ON m.ref = d.member_ref WHERE l.line_id = ANY({ids})"""
    return [member for (member,) in connection.execute(query)]


def _query(condition: str, rev: int | None) -> str:
    values = ", ".join(
        f"r.{name}"
        for name in list(DECIDED)[list(DECIDED).index("version") : list(DECIDED).index("tariff_line")]
    )
    told = latest(
        "care_line", "line_id", ("line_id", "ref", "act_code", "family"), rev, "t.line_id = r.act_id"
    )
    return f"""
        SELECT r.act_id, c.ref, m.ref, l.ref, l.act_code, l.family, r.care_date, coalesce(p.ref, 'member'), {values},
               t.content_key, g.content_key, e.content_key, c.currency, k.run_id, v.rev,
               to_char(v.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS'),
               CASE WHEN i.payout_id IS NULL THEN NULL WHEN i.number IS NULL THEN '#' || i.payout_id
                    ELSE {NUMBER} END
        FROM reimbursement AS r
        JOIN contract AS c ON c.contract_id = r.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = r.member_id AND m.version = 1
        LEFT JOIN LATERAL ({told}) AS l ON true
        LEFT JOIN provider AS p ON p.provider_id = r.payee_id
        LEFT JOIN price_line AS t ON t.line_id = r.tariff_line_id
        LEFT JOIN price_line AS g ON g.line_id = r.guarantee_line_id
        LEFT JOIN price_line AS e ON e.line_id = r.envelope_line_id
        JOIN change AS k ON k.change_id = r.change_id
        JOIN revision AS v ON v.change_id = r.change_id
        LEFT JOIN payout_entry AS tie ON tie.entry_id = r.entry_id AND {known("tie", rev)}
        LEFT JOIN payout AS i ON i.payout_id = tie.payout_id
        WHERE {condition}
        ORDER BY r.care_date, r.act_id, r.payee_id, r.version"""


def current_acts(history: pl.DataFrame) -> pl.DataFrame:
    """The latest row of each act and payee (columns DECIDED), without those behind which nothing stands any more."""
    key = ["contract_ref", "act_id", "payee"]
    return history.unique(key, keep="last", maintain_order=True).filter(pl.col("lines") > 0)


def act_called(connection: Connection, name: str) -> int:
    """The act that a number, or the ref of one of its lines, names. Errors: UnknownRef."""
    if name.isdecimal():
        return int(name)
    row = connection.execute("SELECT line_id FROM care_line WHERE ref = %s LIMIT 1", [name]).fetchone()
    if row is None:
        raise UnknownRef(
            f"there is no line {name!r}; lines are called like their document and number: D-0001#1"
        )
    return int(row[0])


def lines_with_documents(
    connection: Connection, lines: pl.Series, rev: int | None = None
) -> list[dict[str, Any]]:
    """The latest versions of some lines as rows, oldest message first; what a message does not say is left out."""
    where = f"t.line_id = ANY({bigints(lines)})"
    rows = read_frame(connection, latest("care_line", "line_id", CARE_LINE, rev, where), CARE_LINE)
    said = rows.sort("received_on", "ref").to_dicts()
    return [{name: value for name, value in row.items() if value is not None} for row in said]


def unadopted_lines(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Lines about somebody whom nobody knows: columns UNADOPTED."""
    query = f"""
        SELECT t.line_id, t.ref, d.member_ref, t.received_on
        FROM care_line AS t JOIN document AS d USING (document_id)
        WHERE t.member_id IS NULL AND NOT t.withdrawn AND {known("t", rev)} AND {known("d", rev)}
          AND t.version = (SELECT max(n.version) FROM care_line AS n
                           WHERE n.line_id = t.line_id AND {known("n", rev)})
          AND d.version = (SELECT max(n.version) FROM document AS n
                           WHERE n.document_id = d.document_id AND {known("n", rev)})
          AND NOT EXISTS (SELECT FROM member AS m WHERE m.ref = d.member_ref AND {known("m", rev)})
        ORDER BY t.received_on, t.ref"""
    return read_frame(connection, query, UNADOPTED)
