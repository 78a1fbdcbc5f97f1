"""Step 7, what the Sécu withholds: flat participations and franchises, which stay with the member.

CSS L160-13 II and III: a participation per doctor's act and lab exam, a franchise per medicine box,
paramedical act and transport. What the Sécu told counts; else the amounts of the day of care. Example: since
31 March 2024 two boxes bear 2.00 €, never more than what the Sécu pays for them (D160-9).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.waiting import explained, waiting

UNITS: Final = {
    "participation": "participation_forfaitaire_cents",
    "medicine": "franchise_medicine_cents",
    "paramedical": "franchise_paramedical_cents",
    "transport": "franchise_transport_cents",
}
MOST_PER_DAY: Final = {
    "paramedical": "franchise_paramedical_max_per_day_cents",
    "transport": "franchise_transport_max_per_day_cents",
}
MOST_ACTS_PER_DAY: Final = "participation_forfaitaire_max_count_per_day"
PARAMETERS: Final = (*UNITS.values(), *MOST_PER_DAY.values(), MOST_ACTS_PER_DAY)
EXEMPT: Final = ("c2s", "maternity")


def with_retention(frame: pl.DataFrame, values: DatedValues) -> pl.DataFrame:
    """Adds ``retention_cents``. Yearly caps are counted when the Sécu pays: they show in what it tells.

    Waits: ``parameter_unknown`` where an amount is needed that is not known for that day.
    """
    frame = frame.with_columns(told=_told())
    computed = _computed()
    if not frame.select(computed.any()).item():
        frame = frame.with_columns(retention_cents=pl.col("told").fill_null(0)).pipe(without, "told")
        return _explained(frame)
    frame = frame.hstack(values.on(frame["care_from"], *PARAMETERS)).with_columns(computed=computed)
    frame = frame.with_columns(unit=_by_kind(UNITS), most_per_day=_most_per_day())
    lacking = pl.col("unit").is_null() | (
        pl.col("most_per_day").is_null() & (pl.col("withholds") != "medicine")
    )
    frame = waiting(frame, parameter_unknown=pl.col("computed") & pl.col("by_rules") & lacking)
    due = pl.min_horizontal((pl.col("unit") * pl.col("quantity")).fill_null(0), "secu_cents")
    frame = frame.with_columns(
        retention_cents=pl.when("computed").then(due).otherwise(pl.col("told").fill_null(0)).fill_null(0)
    )
    frame = _capped_per_day(frame).pipe(without, "told", "computed", "unit", "most_per_day", *PARAMETERS)
    return _explained(frame)


@cache
def _told() -> pl.Expr:
    """What the Sécu says, or what its payment shows: it withheld what it did not pay of its part."""
    shown = (pl.col("secu_cents") - pl.col("told_paid_cents")).clip(lower_bound=0)
    told = pl.coalesce("told_retention_cents", shown)
    return pl.when(told.is_not_null()).then(pl.min_horizontal(told, "secu_cents"))


@cache
def _computed() -> pl.Expr:
    """Nobody told, the family bears one, and neither age nor exemption frees the member (CSS R160-20)."""
    free = pl.col("minor") | pl.col("exemption").is_in(EXEMPT).fill_null(False)
    due = (pl.col("withholds") != "none") & ~free & (pl.col("secu_cents") > 0) & ~pl.col("cancelled")
    return pl.col("told").is_null() & due.fill_null(False)


def _by_kind(parameters: dict[str, str]) -> pl.Expr:
    return pl.coalesce(
        *(pl.when(pl.col("withholds") == kind).then(parameter) for kind, parameter in parameters.items())
    )


@cache
def _most_per_day() -> pl.Expr:
    """Participation: 4 amounts per day and professional (D160-8); franchises: a sum per day (D160-11)."""
    acts = pl.col(MOST_ACTS_PER_DAY) * pl.col(UNITS["participation"])
    by_acts = pl.when(pl.col("withholds") == "participation").then(acts)
    return pl.coalesce(by_acts, _by_kind(MOST_PER_DAY))


def _capped_per_day(frame: pl.DataFrame) -> pl.DataFrame:
    """Acts of one day bear together what the day's cap allows, in the order of act_id; what was told counts
    first where it comes first."""
    bearing = (pl.col("retention_cents") > 0) & pl.col("waits").is_null()
    acts = frame.select(
        *("act_id", "member_id", "care_from", "provider_id", "withholds", "retention_cents"),
        *("computed", "most_per_day"),
        bearing=bearing,
    ).filter("bearing")
    days = acts.filter(pl.col("computed") & pl.col("most_per_day").is_not_null())
    professional = pl.when(pl.col("withholds") == "participation").then("provider_id")
    same_day = acts.join(days, on=["member_id", "care_from"], how="semi")
    before = pl.col("retention_cents").cum_sum() - pl.col("retention_cents")
    allowed = (
        same_day.sort("act_id")
        .with_columns(before=before.over("member_id", "care_from", "withholds", professional))
        .filter("computed")
        .select("act_id", room=(pl.col("most_per_day") - pl.col("before")).clip(lower_bound=0))
    )
    capped = beside(frame, allowed)
    return capped.with_columns(retention_cents=pl.min_horizontal("retention_cents", "room")).pipe(
        without, "room"
    )


def _explained(frame: pl.DataFrame) -> pl.DataFrame:
    withheld = pl.col("retention_cents") > 0
    participation = pl.col("withholds") == "participation"
    freed = pl.col("minor") | pl.col("exemption").is_in(EXEMPT).fill_null(False)
    return explained(
        frame,
        participation=withheld & participation,
        franchise=withheld & ~participation,
        retention_exempt=~withheld & freed & (pl.col("withholds") != "none") & (pl.col("secu_cents") > 0),
    )
