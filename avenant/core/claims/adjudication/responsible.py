"""Step 9, responsible contracts: what they must pay at least, and may pay at most (CSS L871-1, R871-1, R871-2).

Example: 220 % of a base of 23.00 € for doctors in OPTAM and 200 % outside, 80.00 € charged outside, 16.10 €
from the Sécu: fees above the base are paid up to 100 % of it, so ours is 6.90 € + 23.00 € = 29.90 €.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.equipment import equipment_cap
from avenant.core.claims.adjudication.guarantee import UNLIMITED, ceilings, with_ceiling
from avenant.core.claims.adjudication.guarantee_table import GuaranteeTable
from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.providers import NON_OPTAM, OPTAM, UNKNOWN
from avenant.core.claims.adjudication.waiting import waiting, with_bits
from avenant.core.claims.reasons import LIMITS
from avenant.core.money import PPM, round_half_up_div

FLAT_SUMS: Final = {
    "daily_charge": "forfait_journalier_general_cents",
    "heavy_act_sum": "participation_heavy_acts_cents",
}
"""What a hospital asks of each patient, per day or per stay: paid whole (R871-2 6°; R160-16)."""
NO_REST_FOR_THE_MEMBER: Final = ("no_rac", "class_a", "class_1")
NON_OPTAM_SHARE: Final = "non_optam_cap_share_of_br_ppm"
OPTAM_GAP: Final = "non_optam_min_gap_vs_optam_share_of_br_ppm"


def with_wanted(frame: pl.DataFrame, table: GuaranteeTable, values: DatedValues) -> pl.DataFrame:
    """Adds the columns of ``with_ceiling``, patient_share_cents (ticket modérateur) and what all rules on a
    single act leave: ``wanted_cents``, limit_kind (``LIMITS``) and limit_left_cents.

    Waits: ``provider_status_unknown`` where a doctor in OPTAM and one outside would lead to different amounts;
    ``parameter_unknown`` where an amount of the law is not known for that day, for either of them.
    """
    unknown = frame["status"] == UNKNOWN
    if not unknown.any():
        return _wanted(frame, table, values)
    outside = _wanted(frame.filter(unknown).with_columns(status=pl.lit(NON_OPTAM, pl.Int8)), table, values)
    optam = pl.when(unknown).then(OPTAM).otherwise("status").cast(pl.Int8)
    found = _wanted(frame.with_columns(status=optam), table, values)
    lacking = outside["act_id"].filter(outside["waits"].is_not_null())
    found = waiting(found, parameter_unknown=pl.col("act_id").is_in(lacking.implode()))
    differ = outside["wanted_cents"] != found["wanted_cents"].filter(unknown)
    differing = pl.col("act_id").is_in(outside["act_id"].filter(differ).implode())
    return waiting(found, provider_status_unknown=pl.col("by_rules") & differing)


def _wanted(frame: pl.DataFrame, table: GuaranteeTable, values: DatedValues) -> pl.DataFrame:
    frame = with_ceiling(frame, table, values)
    frame = _with_shares(frame)
    frame = _with_floor(frame, values)
    frame = _with_cap(frame, table, values)
    bounded = pl.min_horizontal("payable_cents", "ceiling_cents", "cap_cents")
    floor = pl.min_horizontal("payable_cents", "floor_cents")
    frame = frame.with_columns(bounded_cents=bounded, wanted_cents=pl.max_horizontal(bounded, floor))
    entitled = pl.col("by_rules")
    frame = frame.with_columns(wanted_cents=pl.when(entitled).then("wanted_cents").otherwise(0))
    frame = _with_limit(frame.with_columns(entitled=entitled))
    return frame.pipe(
        without, "payable_cents", "floor_cents", "cap_cents", "bounded_cents", "capped_by", "entitled"
    )


def _with_shares(frame: pl.DataFrame) -> pl.DataFrame:
    """The patient's share of the base, and what can be ours at all: L871-1 forbids to pay the increase."""
    share = pl.col("base_cents") - pl.col("secu_cents") - pl.col("increase_cents")
    increase = pl.when(pl.col("responsible")).then("increase_cents").otherwise(0)
    return frame.with_columns(
        patient_share_cents=share.clip(lower_bound=0),
        payable_cents=(pl.col("left_cents") - increase).clip(lower_bound=0),
    )


def _with_floor(frame: pl.DataFrame, values: DatedValues) -> pl.DataFrame:
    """R871-2 1°, 6°, 100 % Santé: the patient's share, the daily charge whole, up to the price limit."""
    frame = frame.hstack(values.on(frame["care_from"], *FLAT_SUMS.values()))
    flat = pl.coalesce(
        *(pl.when(pl.col("family") == family).then(parameter) for family, parameter in FLAT_SUMS.items())
    )
    flat = flat * pl.col("quantity")
    due = pl.col("responsible") & pl.col("family").is_in(list(FLAT_SUMS)).fill_null(False)
    frame = waiting(frame, parameter_unknown=pl.col("by_rules") & due & flat.is_null())
    share = pl.when(pl.col("patient_share_due")).then("patient_share_cents").otherwise(0)
    up_to_limit = (pl.col("limit_cents") - pl.col("secu_cents")).fill_null(UNLIMITED)
    without_rest = pl.when(_without_rest()).then(up_to_limit).otherwise(0)
    floor = pl.max_horizontal(share, flat.fill_null(0), without_rest)
    floor = pl.when(pl.col("responsible")).then(floor).otherwise(0)
    return frame.with_columns(floor_cents=floor).pipe(without, *FLAT_SUMS.values())


@cache
def _without_rest() -> pl.Expr:
    return pl.col("basket").is_in(NO_REST_FOR_THE_MEMBER).fill_null(False)


def _with_cap(frame: pl.DataFrame, table: GuaranteeTable, values: DatedValues) -> pl.DataFrame:
    """The lowest cap of R871-2 on the act, UNLIMITED where none applies; ``capped_by``: the reason's code."""
    frame = equipment_cap(frame, values)
    outside = pl.col("responsible") & pl.col("fees") & (pl.col("status") == NON_OPTAM)
    doctors = frame.filter(outside)
    if doctors.is_empty():
        return frame
    caps = _non_optam_cap(doctors, table, values)
    frame = beside(frame, caps)
    frame = waiting(frame, parameter_unknown=pl.col("by_rules") & pl.col("lacks_share"))
    lower = (pl.col("doctors_cap") < pl.col("cap_cents")).fill_null(False)
    return frame.with_columns(
        cap_cents=pl.when(lower).then("doctors_cap").otherwise("cap_cents"),
        capped_by=pl.when(lower).then(pl.lit("non_optam_cap")).otherwise("capped_by"),
    ).pipe(without, "doctors_cap", "lacks_share")


def _non_optam_cap(doctors: pl.DataFrame, table: GuaranteeTable, values: DatedValues) -> pl.DataFrame:
    """act_id, doctors_cap: R871-2 2°, fees above the base are paid at most 100 % of the base, and at most
    what would be paid for a doctor in OPTAM less 20 % of the base.

    Null before the rule was in force, that is before the gap has a value; ``lacks_share``: it is in force, but the
    share of the base is not known for that day.
    """
    in_optam = ceilings(doctors.with_columns(status=pl.lit(OPTAM, pl.Int8)), table, values)
    rows = doctors.with_columns(optam_ceiling=in_optam["ceiling_cents"].fill_null(0)).hstack(
        values.on(doctors["care_from"], NON_OPTAM_SHARE, OPTAM_GAP)
    )
    most = round_half_up_div(pl.col("base_cents") * pl.col(NON_OPTAM_SHARE), PPM)
    gap = round_half_up_div(pl.col("base_cents") * pl.col(OPTAM_GAP), PPM)
    like_optam = (pl.col("optam_ceiling") - pl.col("patient_share_cents") - gap).clip(lower_bound=0)
    above = pl.min_horizontal(most, like_optam)
    in_force = pl.col(OPTAM_GAP).is_not_null()
    return rows.select(
        "act_id",
        doctors_cap=pl.when(in_force).then(pl.col("patient_share_cents") + above),
        lacks_share=in_force & pl.col(NON_OPTAM_SHARE).is_null(),
    )


def _with_limit(frame: pl.DataFrame) -> pl.DataFrame:
    """What decided the amount, and the reasons that go with it."""
    frame = frame.with_columns(_limit())
    return frame.with_columns(reasons=_limit_reasons())


@cache
def _limit() -> list[pl.Expr]:
    wanted, entitled = pl.col("wanted_cents"), pl.col("entitled")
    raised, capped = _raised(), _capped()
    kinds = [
        (~entitled, "none", pl.lit(-1)),
        (wanted == pl.col("payable_cents"), "left", pl.col("payable_cents")),
        (raised, "responsible", pl.col("floor_cents")),
        (capped, "responsible", pl.col("cap_cents")),
        (pl.col("by_price"), "price_limit", pl.col("ceiling_cents")),
        (pl.col("guaranteed"), "guarantee", pl.col("ceiling_cents")),
    ]
    kind, left = pl.lit(LIMITS["none"]), pl.lit(-1)
    for condition, limit, amount in reversed(kinds):
        kind = pl.when(condition).then(LIMITS[limit]).otherwise(kind)
        left = pl.when(condition).then(amount).otherwise(left)
    return [kind.cast(pl.Int16).alias("limit_kind"), left.cast(pl.Int64).alias("limit_left_cents")]


def _raised() -> pl.Expr:
    return pl.col("entitled") & (pl.col("wanted_cents") > pl.col("bounded_cents"))


def _capped() -> pl.Expr:
    wanted = pl.col("wanted_cents")
    below = (wanted < pl.col("payable_cents")) & (wanted < pl.col("ceiling_cents"))
    return pl.col("entitled") & ~_raised() & below


@cache
def _limit_reasons() -> pl.Expr:
    decisive, raised, capped = pl.col("limit_kind"), _raised(), _capped()
    return with_bits(
        guarantee_reached=decisive == LIMITS["guarantee"],
        price_limit=decisive == LIMITS["price_limit"],
        responsible_minimum=raised,
        no_rest_to_pay=raised & _without_rest(),
        **{
            code: capped & (pl.col("capped_by") == code)
            for code in ("non_optam_cap", "optics_cap", "hearing_cap")
        },
    )
