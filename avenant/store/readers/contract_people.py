"""The people of one contract with their covers and what they pay in one month, now or as of a revision."""

from datetime import date

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, known
from avenant.store.readers.people import as_shown

PEOPLE = {
    "member_id": pl.Int32,
    "member_ref": pl.String,
    "name": pl.String,
    "role": pl.String,
    "birth_date": pl.Date,
    "family_id": pl.Int32,
    "family_ref": pl.String,
    "enrolment_ref": pl.String,
    "plan": pl.String,
    "level": pl.String,
    "basis": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
PAID = {"member_id": pl.Int32, "amount_cents": pl.Int64, "employer_cents": pl.Int64, "tax_cents": pl.Int64}


def people_covered(
    connection: Connection, contract_id: int, covered_after: date, rev: int | None = None
) -> pl.DataFrame:
    """Everybody whose cover under the contract ends after a day, or never, or is to begin: columns PEOPLE.

    One row per cover, by number and first day. The name is today's.
    """
    query = f"""
        SELECT m.member_id, m.ref, {as_shown("d")}, m.role, m.birth_date, m.family_id, f.ref,
               e.ref, e.plan, e.level, e.basis, e.valid_from, e.valid_to
        FROM enrolment AS e
        JOIN LATERAL (
            SELECT v.* FROM member AS v WHERE v.member_id = e.member_id AND {known("v", rev)}
            ORDER BY v.version DESC LIMIT 1) AS m ON NOT m.withdrawn
        JOIN member AS f ON f.member_id = m.family_id AND f.version = 1
        LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
        WHERE e.contract_id = {contract_id:d} AND NOT e.withdrawn AND {known("e", rev)}
          AND (e.valid_to IS NULL OR e.valid_to > %s)
          AND e.version = (SELECT n.version FROM enrolment AS n WHERE n.enrolment_id = e.enrolment_id
                           AND {known("n", rev)} ORDER BY n.version DESC LIMIT 1)
        ORDER BY m.ref, e.valid_from"""
    return read_frame(connection, query, PEOPLE, [covered_after])


def paid_in_month(
    connection: Connection, contract_id: int, members: pl.Series, month: date, rev: int | None = None
) -> pl.DataFrame:
    """What each of ``members`` is charged for a month as the book stands: columns PAID, nobody without an entry.

    The rows of a key but the latest sum to zero, so that the sum over all of them is its current amount.
    """
    query = f"""
        SELECT p.member_id, sum(p.amount_cents)::bigint, sum(p.employer_cents)::bigint, sum(p.tax_cents)::bigint
        FROM premium AS p
        WHERE p.contract_id = {contract_id:d} AND p.member_id = ANY({array(members.unique().to_list())})
          AND p.month = %s AND {known("p", rev)}
        GROUP BY p.member_id ORDER BY p.member_id"""
    return read_frame(connection, query, PAID, [month])
