"""Who is covered when: enrolments as pieces of whole days, and the families whose facts cannot be.

An enrolment of Anna from 19 June 2026, still open, in a run up to June, is one piece of 12 days.
"""

import polars as pl

from avenant.core.premiums.ages import age_anchor
from avenant.core.premiums.model import Facts, Terms

FOREVER = 2**30
PARKED = {"family_id": pl.Int32, "reason": pl.String}


def coverage(facts: Facts, terms: Terms) -> pl.DataFrame:
    """One row per enrolment that touches the run's months, with its member, contract and plan conventions.

    Adds ``from_day`` and ``to_day`` (day numbers, half-open, clipped to the run), ``age_anchor`` and
    ``limit_day`` (the day from which a child no longer counts as one; ``FOREVER`` without a limit).
    """
    begin, end = terms.calendar.begin, terms.calendar.end
    plans = terms.plans.with_columns(known=True).rename({"currency": "plan_currency"}).drop("cycle")
    return (
        facts.enrolments.join(facts.members.rename({"ref": "member_ref"}), on="member_id", how="inner")
        .join(facts.contracts.select("contract_id", "currency"), on="contract_id", how="left")
        .join(plans, on="plan", how="left")
        .with_columns(
            from_day=pl.col("valid_from").to_physical().cast(pl.Int32).clip(lower_bound=begin),
            to_day=pl.col("valid_to").to_physical().cast(pl.Int32).fill_null(FOREVER).clip(upper_bound=end),
            age_anchor=age_anchor(),
        )
        .filter(pl.col("from_day") < pl.col("to_day"))
        .with_columns(limit_day=_limit_day())
    )


def _limit_day() -> pl.Expr:
    limit_month = pl.col("age_anchor") + 12 * pl.col("child_age_limit")
    first_day = pl.date(limit_month // 12, limit_month % 12 + 1, 1).to_physical().cast(pl.Int32)
    return first_day.fill_null(FOREVER)


def impossible_coverage(covered: pl.DataFrame) -> pl.DataFrame:
    """Families whose facts contradict each other, with a reason a person can act on: family_id, reason."""
    ordered = covered.sort("contract_id", "member_id", "from_day")
    same = (pl.col("contract_id") == pl.col("contract_id").shift(1)) & (
        pl.col("member_id") == pl.col("member_id").shift(1)
    )
    marked = ordered.with_columns(
        overlaps=same & (pl.col("from_day") < pl.col("to_day").shift(1)),
        unborn=pl.col("from_day") < pl.col("birth_date").to_physical(),
        planless=pl.col("known").is_null(),
        foreign=pl.col("currency") != pl.col("plan_currency"),
        overlong=_portability_too_long(),
    )
    impossible = marked.filter(pl.any_horizontal(*_REASONS))
    if impossible.is_empty():
        return pl.DataFrame(schema=PARKED)
    return pl.concat(
        [impossible.filter(name).select("family_id", reason=reason) for name, reason in _REASONS.items()]
    )


def _portability_too_long() -> pl.Expr:
    last = pl.col("valid_from").dt.offset_by(pl.col("portability_max_months").cast(pl.String) + "mo")
    too_long = pl.col("valid_to").is_null() | (pl.col("valid_to") > last)
    return (pl.col("basis") == "portability") & pl.col("portability_max_months").is_not_null() & too_long


_WHO = "member {} has an enrolment from {} "
_OVERLAP = pl.format(
    _WHO + "that overlaps the one before it in the same contract: end one of them", "member_ref", "valid_from"
)
_BEFORE_BIRTH = pl.format(
    _WHO + "before their birth on {}: correct one of the dates", "member_ref", "valid_from", "birth_date"
)
_UNKNOWN_PLAN = pl.format(
    _WHO + "under plan {}, which the rulebook does not have: publish it or correct the plan",
    "member_ref",
    "valid_from",
    "plan",
)
_CURRENCY = pl.format(
    _WHO + "under plan {}, priced in {}, but the contract is in {}: choose a plan in the contract's currency",
    "member_ref",
    "valid_from",
    "plan",
    "plan_currency",
    "currency",
)
_PORTABILITY = pl.format(
    _WHO + "as portability that lasts longer than {} months: give it a last day",
    "member_ref",
    "valid_from",
    "portability_max_months",
)
_REASONS = {
    "overlaps": _OVERLAP,
    "unborn": _BEFORE_BIRTH,
    "planless": _UNKNOWN_PLAN,
    "foreign": _CURRENCY,
    "overlong": _PORTABILITY,
}
