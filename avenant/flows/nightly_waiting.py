"""What waits instead of being booked: differences that reach too far back, and parked families."""

from datetime import date

import polars as pl

from avenant.core.book.diff import Difference
from avenant.core.book.hold import held_members, too_far_back
from avenant.core.premiums import Terms
from avenant.store.database import Connection
from avenant.store.readers.care import waiting_of
from avenant.store.readers.facts import Families, approvals_of
from avenant.store.readers.runs import contracts_past_first_run, held_differences, parked_families
from avenant.store.tables import TABLES


def held_back(
    connection: Connection, business_date: date, found: Difference, priced: Terms
) -> tuple[Difference, pl.DataFrame]:
    """Split what differs into what may be booked and, per member, what waits for an approval."""
    if found.changed.is_empty():
        return found, held_members(found.changed)
    limits = priced.slots.join(priced.plans.select("plan", "retro_months"), on="plan").select(
        "slot_id", "retro_months"
    )
    if limits["retro_months"].is_null().all():
        return found, held_members(found.changed.clear())
    month = pl.lit(business_date.replace(day=1))
    changed = too_far_back(found.changed, limits, approvals_of(connection), month)
    opened = contracts_past_first_run(connection, changed["contract_id"].unique().to_list())
    changed = changed.with_columns(pl.col("held") & pl.col("contract_id").is_in(opened))
    free, held = changed.filter(~pl.col("held")), changed.filter("held")
    return Difference(found.book, free.drop("held")), held_members(held.drop("held"))


def new_holds(connection: Connection, held: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Rows to note: what waits and was not noted like that, and a 0 for what no longer waits."""
    noted = held_differences(connection).join(members.select("member_id"), on="member_id", how="semi")
    if held.is_empty() and noted.is_empty():
        return noted
    key = ["contract_id", "member_id"]
    new = held.join(noted, on=[*key, "fingerprint"], how="anti")
    cleared = noted.join(held, on=key, how="anti").with_columns(
        months=pl.lit(0, pl.Int32), difference_cents=pl.lit(0, pl.Int64), fingerprint=pl.lit(0, pl.Int64)
    )
    return pl.concat([new.select(noted.columns), cleared], how="vertical_relaxed")


def new_parking(connection: Connection, families: Families, parked: pl.DataFrame) -> pl.DataFrame:
    """Rows to note: families (family_id, reason) that are parked from now on, and those that no longer are."""
    before = parked_families(connection, families.condition("family_id"))
    if parked.is_empty() and before.is_empty():
        return pl.DataFrame(schema=dict(TABLES["parking"]))
    new = parked.join(before, on=["family_id", "reason"], how="anti").with_columns(state=pl.lit("parked"))
    released = before.join(parked, on="family_id", how="anti").with_columns(state=pl.lit("released"))
    return pl.concat(
        [new.select("family_id", "state", "reason"), released.select("family_id", "state", "reason")]
    )


def new_waiting(connection: Connection, waiting: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Rows to note: lines and acts (columns WAITING) that wait from now on, and those that no longer do."""
    before = waiting_of(connection, members["member_id"])
    if waiting.is_empty() and before.is_empty():
        return pl.DataFrame(schema=dict(TABLES["waiting"]))
    key = ["line_id", "member_id", "reason", "candidates"]
    new = waiting.join(before, on=key, how="anti", nulls_equal=True).with_columns(state=pl.lit("waiting"))
    released = before.join(waiting, on="line_id", how="anti").with_columns(state=pl.lit("released"))
    columns = ["line_id", "member_id", "state", "reason", "candidates"]
    return pl.concat([new.select(columns), released.select(columns)]).sort("line_id")
