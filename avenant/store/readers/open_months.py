"""What waits for the next invoice of some families: their unsettled premiums month by month."""

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array
from avenant.store.readers.settling import members_of

OPEN_MONTHS = {
    "contract_id": pl.Int32,
    "family_id": pl.Int32,
    "month": pl.Date,
    "open_cents": pl.Int64,
}


def open_months(connection: Connection, families: list[int], contracts: list[int]) -> pl.DataFrame:
    """The sums of unsettled entries of ``families`` under ``contracts``: columns OPEN_MONTHS, by contract, month."""
    query = f"""
        SELECT p.contract_id, m.family_id, p.month, sum(p.amount_cents)::bigint
        FROM ({members_of(families)}) AS m
        JOIN premium AS p ON p.contract_id = ANY({array(contracts)}) AND p.member_id = m.member_id
        WHERE NOT EXISTS (SELECT FROM invoice_entry AS tie WHERE tie.entry_id = p.entry_id)
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
    return read_frame(connection, query, OPEN_MONTHS)


def invoiced_through(connection: Connection, contracts: list[int]) -> pl.DataFrame:
    """The latest month that each contract was invoiced for: contract_id, through; without those that never were."""
    query = f"""
        SELECT contract_id, max(month) FROM invoice
        WHERE contract_id = ANY({array(contracts)}) GROUP BY contract_id"""
    return read_frame(connection, query, {"contract_id": pl.Int32, "through": pl.Date})


def contracts_of_families(connection: Connection, families: list[int]) -> list[int]:
    """Every contract that any version of an enrolment ever named for a member who ever was of ``families``."""
    rows = connection.execute(
        f"""SELECT DISTINCT e.contract_id FROM member AS m JOIN enrolment AS e USING (member_id)
            WHERE m.family_id = ANY({array(families)}) ORDER BY e.contract_id"""
    )
    return [contract for (contract,) in rows]
