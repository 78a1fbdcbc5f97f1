"""Slots: under which price component and status each segment stands.

A child that is second when one child pays stands in the slot (plan, level, health, child, free).
"""

import polars as pl

from avenant.core.premiums.coverage import PARKED
from avenant.core.premiums.model import Terms
from avenant.core.premiums.pricing import FREE, UNPRICED

SLOT = ["plan", "level", "component", "tier", "status"]


def slotted(segments: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """One row per segment and component: adds component, tier, status, ``slot_id``, ``variant``, ``pays``.

    ``variant`` is the row of the price table, FREE where no price is looked up (free and carried), UNPRICED
    where the plan prices nobody like that;
    ``slot_id`` is null where the plan does not have such a slot.
    """
    rows = segments.join(terms.components, on=["plan", "level"], how="left").with_columns(
        tier=_tier(), status=_status()
    )
    return (
        rows.join(terms.slots.select("slot_id", *SLOT), on=SLOT, how="left")
        .join(terms.prices.variants, on=["plan", "level", "component", "tier"], how="left")
        .with_columns(
            variant=pl.when(pl.col("status").is_in(["pays", "portability"]))
            .then(pl.col("variant").fill_null(UNPRICED))
            .otherwise(FREE),
            pays=pl.col("status") == "pays",
            child_rank=pl.when(pl.col("structure") == "family")
            .then(0)
            .otherwise("child_rank")
            .cast(pl.Int16),
        )
    )


def _tier() -> pl.Expr:
    """*Isolé, duo, famille* by head count for a family price that stands on the primary; else the role."""
    size = (
        pl.when(pl.col("heads") == 1)
        .then(pl.lit("isole"))
        .when(pl.col("heads") == 2)
        .then(pl.lit("duo"))
        .otherwise(pl.lit("famille"))
    )
    stands_here = (pl.col("structure") == "family") & (pl.col("role") == "primary")
    return pl.when(stands_here).then(size).otherwise("role")


def _status() -> pl.Expr:
    """Carried by the family price, free under portability (CSS L911-8), free by rank, or paying."""
    return (
        pl.when((pl.col("structure") == "family") & (pl.col("role") != "primary"))
        .then(pl.lit("carried"))
        .when(pl.col("basis") == "portability")
        .then(pl.lit("portability"))
        .when(pl.col("child_rank") > pl.col("paying_children"))
        .then(pl.lit("free"))
        .otherwise(pl.lit("pays"))
    )


def impossible_slots(rows: pl.DataFrame) -> pl.DataFrame:
    """Families under a level their plan lacks, or with a family price and no covered primary."""
    unknown = rows.filter(pl.col("slot_id").is_null()).select(
        "family_id",
        reason=pl.format(
            "member {} is enrolled at level {}, which plan {} does not have: correct the level",
            "member_ref",
            "level",
            "plan",
        ),
    )
    return pl.concat([unknown, _orphans(rows)])


def _orphans(rows: pl.DataFrame) -> pl.DataFrame:
    """Families in which somebody stands under a family price while no primary is covered: family_id, reason."""
    stretch = ["contract_id", "family_id", "plan", "level", "from_day"]
    family = rows.filter(pl.col("structure") == "family")
    if family.is_empty():
        return pl.DataFrame(schema=PARKED)
    primaries = family.filter(pl.col("role") == "primary").select(stretch).unique()
    return family.join(primaries, on=stretch, how="anti").select(
        "family_id",
        reason=pl.format(
            "member {} is covered under the family price of plan {} on days when the primary is not: "
            "enrol the primary or end this enrolment",
            "member_ref",
            "plan",
        ),
    )
