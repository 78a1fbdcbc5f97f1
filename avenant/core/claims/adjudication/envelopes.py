"""Envelopes and renewal periods: limits over time, consumed in the order of care dates.

Example: 200.00 € a calendar year for soft medicine. Bills of 60.00 € in March, 90.00 € in May and 80.00 € in June
are allowed 60.00, 90.00 and 50.00 €. A bill of 40.00 € for February that arrives in July is allowed in full and
leaves 10.00 € for June: all is computed again, so the late act changes the later ones and none before it.
"""

from typing import Final

import polars as pl

from avenant.core.claims.adjudication.envelope_draws import AMOUNT, RENEWAL, draws
from avenant.core.claims.adjudication.envelope_walk import allowances
from avenant.core.rulebook.care_model import CareRules

CONSUMED: Final[dict[str, type[pl.DataType]]] = {
    "act_id": pl.Int64,
    "allowed_cents": pl.Int64,
    "limit_kind": pl.Int16,
    "limit_left_cents": pl.Int64,
    "envelope_line_id": pl.Int32,
    "renewal_until": pl.Date,
}
NOTHING: Final = pl.DataFrame(schema=CONSUMED)


def consumed(wanted: pl.DataFrame, rules: CareRules, parameters: pl.DataFrame) -> pl.DataFrame:
    """What the envelopes leave of the amounts that all other rules grant.

    In, one row per act: act_id, member_id, plan, level, family, basket, location, care_from, age (completed years
    on that day), wanted_cents (not negative), quantity; if there is a column excepted, acts that a person wants
    paid in full, whatever is left: they use up like others. ``parameters`` must hold ``pmss_cents`` for the care date
    of every act under a share of it (see ``undetermined``).
    Out, one row per act in the same order, columns ``CONSUMED``: what is allowed, and if that is less, what bound
    it (2 the envelope's sum, 3 its count, 4 its renewal period; 0 nothing), what was left of the sum before this
    act (-1: not a sum), the line that says so, and for counts the first day on which they start anew.
    Acts consume by care date, then act_id; of several envelopes the lowest wins and all are drawn on. A count is
    used up by quantity, and by paid acts alone. Which line holds is decided by care date and age; what was used
    stays used under the same envelope of the plan when its line or the member's level changes.
    """
    if wanted.is_empty():
        return NOTHING
    drawn = draws(wanted, rules, parameters)
    _refuse_unknown(drawn)
    by_sum = _by_sum_alone(drawn)
    found = pl.concat([_summed(drawn.filter(by_sum)), _walked(drawn.filter(~by_sum))])
    return (
        wanted.select("act_id", "wanted_cents")
        .join(found, on="act_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("allowed_cents").fill_null(pl.col("wanted_cents")),
            pl.col("limit_kind", "envelope_line_id").fill_null(0),
            pl.col("limit_left_cents").fill_null(-1),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in CONSUMED.items())
    )


def undetermined(wanted: pl.DataFrame, rules: CareRules, parameters: pl.DataFrame) -> pl.Series:
    """The act_id of each act under an envelope in shares of a monthly ceiling (PMSS) unknown on its care date.

    Such an act must wait: what it may get, and what it leaves to later acts, is not known.
    """
    return draws(wanted, rules, parameters).filter("unknown")["act_id"].unique().sort()


def _refuse_unknown(drawn: pl.DataFrame) -> None:
    unknown = drawn.filter("unknown")
    if not unknown.is_empty():
        act_id, envelope, day = unknown.select("act_id", "envelope", "care_from").row(0)
        raise ValueError(
            f"the envelope {envelope} is a share of the monthly ceiling and pmss_cents has no value on {day}"
            f" (act {act_id}); let the acts that undetermined() names wait, or add the value to the rulebook"
        )


def _by_sum_alone(drawn: pl.DataFrame) -> pl.Series:
    """Whether an act draws on a pot with one unchanging yearly sum, whose acts draw on nothing else.

    Such acts need no loop: what was used before one is the sum of what was wanted before it, up to the limit.
    """
    lone = drawn.select(
        "pot",
        "max_cents",
        simple=(pl.len().over("act_id") == 1)
        & pl.col("months").is_null()
        & pl.col("max_count").is_null()
        & ~pl.col("excepted")
        & pl.col("max_cents").is_not_null(),
    )
    steady = pl.col("max_cents").min() == pl.col("max_cents").max()
    return lone.select((pl.col("simple").all() & steady).over("pot")).to_series()


def _summed(drawn: pl.DataFrame) -> pl.DataFrame:
    """``CONSUMED`` of acts that draw on one unchanging yearly sum."""
    if drawn.is_empty():
        return NOTHING
    before = pl.col("wanted_cents").cum_sum().over("pot") - pl.col("wanted_cents")
    left = pl.col("max_cents") - pl.min_horizontal("max_cents", before)
    bound = left < pl.col("wanted_cents")
    return drawn.sort("care_from", "act_id").select(
        "act_id",
        allowed_cents=pl.min_horizontal("wanted_cents", left),
        limit_kind=pl.when(bound).then(AMOUNT).otherwise(0).cast(pl.Int16),
        limit_left_cents=pl.when(bound).then(left).otherwise(-1),
        envelope_line_id=pl.when(bound).then("line_id").otherwise(0).cast(pl.Int32),
        renewal_until=pl.lit(None, pl.Date),
    )


def _walked(drawn: pl.DataFrame) -> pl.DataFrame:
    """``CONSUMED`` of acts that have to be walked through one after the other."""
    if drawn.is_empty():
        return NOTHING
    opened = pl.col("opened").cast(pl.Int32).cast(pl.Date)
    renewed = opened.dt.offset_by(pl.format("{}mo", pl.col("months").fill_null(0)))
    new_year = (opened.dt.truncate("1y")).dt.offset_by("1y")
    return allowances(drawn).select(
        "act_id",
        "allowed_cents",
        pl.col("limit_kind").cast(pl.Int16),
        "limit_left_cents",
        envelope_line_id="line_id",
        renewal_until=pl.when(pl.col("limit_kind") == RENEWAL)
        .then(renewed)
        .when(pl.col("limit_kind") > AMOUNT)
        .then(new_year),
    )
