"""What the timeline of a family needs beside its facts of care: entries with their payouts, names, former lines."""

from collections.abc import Iterable

import polars as pl

from avenant.core.frames.care import CARE_LINE
from avenant.core.timeline.history import DECISION, PEOPLE, PROVIDERS
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.history import identity_of
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import array, bigints, known, latest
from avenant.store.readers.people import as_shown
from avenant.store.tables import MEMBER


def family_of(connection: Connection, member: str, rev: int | None = None) -> int:
    """The family to which the member with this number belongs, now or as known then. Errors: UnknownRef."""
    member_id = identity_of(connection, "member", member, rev)
    query = latest("member", "member_id", MEMBER, rev, f"t.member_id = {member_id:d}")
    return int(read_frame(connection, query, MEMBER)["family_id"][0])


def decisions_of(connection: Connection, members: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """Every entry of the second book about ``members`` (columns DECISION), with the payout that settled it."""
    names = list(DECISION)
    values = ", ".join(f"r.{name}" for name in names[names.index("version") : names.index("currency")])
    query = f"""
        SELECT r.act_id, r.contract_id, r.payee_id, coalesce(p.ref, 'member'), {values}, c.currency, v.rev,
               to_char(v.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS'),
               CASE WHEN i.payout_id IS NULL THEN NULL WHEN i.number IS NULL THEN '#' || i.payout_id
                    ELSE {NUMBER} END,
               i.issue_date
        FROM reimbursement AS r
        JOIN contract AS c ON c.contract_id = r.contract_id AND c.version = 1
        LEFT JOIN provider AS p ON p.provider_id = r.payee_id
        JOIN revision AS v ON v.change_id = r.change_id
        LEFT JOIN payout_entry AS tie ON tie.entry_id = r.entry_id AND {known("tie", rev)}
        LEFT JOIN payout AS i ON i.payout_id = tie.payout_id
        WHERE r.member_id = ANY({array(members.to_list())}) AND {known("r", rev)}
        ORDER BY r.act_id, r.contract_id, r.payee_id, r.version"""
    return read_frame(connection, query, DECISION)


def former_lines(connection: Connection, lines: pl.Series, rev: int | None = None) -> pl.DataFrame:
    """The latest versions of lines (columns CARE_LINE), withdrawn ones included."""
    where = f"t.line_id = ANY({bigints(lines)})"
    return read_frame(connection, latest("care_line", "line_id", CARE_LINE, rev, where), CARE_LINE)


def people_named(connection: Connection, members: pl.Series) -> pl.DataFrame:
    """The numbers of ``members`` and their names as of today, or since when erased: columns PEOPLE."""
    query = f"""
        SELECT m.member_id, m.ref, {as_shown("d")} FROM member AS m
        LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
        WHERE m.version = 1 AND m.member_id = ANY({array(members.to_list())}) ORDER BY m.member_id"""
    return read_frame(connection, query, PEOPLE)


def providers_called(connection: Connection, providers: Iterable[int]) -> pl.DataFrame:
    """The numbers of some providers: columns PROVIDERS."""
    query = f"SELECT provider_id, ref FROM provider WHERE provider_id = ANY({array(sorted(providers))})"
    return read_frame(connection, query, PROVIDERS)
