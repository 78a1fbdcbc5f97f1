"""What a preview says of the next invoice: what waits for it now, and what would after the nightly run."""

from functools import reduce

import polars as pl

from avenant.core.book.entries import PREMIUMS
from avenant.flows.nightly_chunk import Computed
from avenant.store.database import Connection
from avenant.store.readers.facts import Families
from avenant.store.readers.open_months import contracts_of_families, invoiced_through, open_months
from avenant.store.readers.runs import parked_families

KEY = ["contract_id", "family_id", "month"]


def adjustments(
    connection: Connection, families: list[int], learnt: Computed, anyway: Computed
) -> pl.DataFrame:
    """Unsettled premiums of ``families``: contract_id, family_id, month, before_cents, after_cents, anyway_cents,
    invoiced (the contract had an invoice of that month or a later one: then it is an adjustment).

    ``learnt``, ``anyway``: what the run would write with the news and without. Families that are parked are left
    out, as an invoice run leaves them out.
    """
    contracts = contracts_of_families(connection, families)
    stood = open_months(connection, families, contracts)
    parked = parked_families(connection, Families(ids=tuple(families)).condition("family_id"))["family_id"]
    sides = [
        _side("before_cents", stood, parked),
        _side("after_cents", _with_rows(stood, learnt), _parked_after(parked, learnt)),
        _side("anyway_cents", _with_rows(stood, anyway), _parked_after(parked, anyway)),
    ]
    told = reduce(lambda one, other: one.join(other, on=KEY, how="full", coalesce=True), sides)
    through = invoiced_through(connection, contracts)
    return (
        told.with_columns(pl.col("^.*_cents$").fill_null(0))
        .join(through, on="contract_id", how="left")
        .with_columns(invoiced=(pl.col("month") <= pl.col("through")).fill_null(False))
        .drop("through")
        .sort(KEY)
    )


def _with_rows(stood: pl.DataFrame, computed: Computed) -> pl.DataFrame:
    """What is open once the run has written its rows: none of them is settled yet."""
    rows = computed.tables[PREMIUMS.table].join(computed.member_families.unique(), on="member_id")
    return pl.concat([stood, rows.select(*KEY, open_cents="amount_cents")])


def _parked_after(parked: pl.Series, computed: Computed) -> pl.Series:
    noted = computed.tables["parking"]
    staying = parked.filter(~parked.is_in(noted["family_id"].implode()))
    return pl.concat([staying, noted.filter(state="parked")["family_id"]])


def _side(name: str, rows: pl.DataFrame, parked: pl.Series) -> pl.DataFrame:
    kept = rows.filter(~pl.col("family_id").is_in(parked.implode()))
    return kept.group_by(KEY).agg(pl.col("open_cents").sum().alias(name)).filter(pl.col(name) != 0)
