"""Promise 4, third part: a family price stands on the primary and its dependants carry 0 rows; what is free is 0.

Anna, primary   famille, pays      120.00
Ben, partner    partner, carried     0.00
Chloé, child    child, carried       0.00
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, cents, listed
from avenant.core.checks.ranks import ENGINEERING, HIGH

NAME: Final = "family-prices"
SENTENCE: Final = "A family price stands on the primary, its dependants carry 0, and what is free is 0."
SEVERITY: Final = HIGH
OWNER: Final = ENGINEERING

FAMILY_TIERS: Final = ["isole", "duo", "famille"]
MONEY: Final = ("amount_cents", "employer_cents", "tax_cents")


def findings(latest: pl.DataFrame, slots: pl.DataFrame, roles: pl.DataFrame) -> list[Finding]:
    """``latest``: the last row of each key, without what is explained; rows without covered days say nothing.

    slots: slot_id, plan, level, component, tier, status, structure. roles: member_id, role.
    """
    standing = (
        latest.filter(pl.col("covered_days") > 0)
        .join(slots, on="slot_id", how="left")
        .join(roles, on="member_id", how="left")
        .with_columns(problem=_problem())
        .filter(pl.col("problem").is_not_null())
        .select(
            "contract_id",
            "member_id",
            "month",
            "slot_id",
            "role",
            "tier",
            "status",
            "amount_cents",
            "problem",
        )
        .sort("contract_id", "member_id", "month", "slot_id")
    )
    return listed(NAME, standing, _told)


def _problem() -> pl.Expr:
    charged = pl.any_horizontal(pl.col(name).ne_missing(0) for name in MONEY)
    on_family = pl.col("structure") == "family"
    return (
        pl.when(pl.col("status").is_null() | (on_family & pl.col("role").is_null()))
        .then(pl.lit("stands in a slot, or on a member, that nobody knows"))
        .when(pl.col("tier").is_in(FAMILY_TIERS) & (pl.col("role") != "primary"))
        .then(pl.lit("is a family price and does not stand on the primary"))
        .when(on_family & (pl.col("role") != "primary") & (pl.col("status") != "carried"))
        .then(pl.lit("stands on a dependant, who is carried by the family price"))
        .when((pl.col("status") == "carried") & (charged | (pl.col("unit_price_cents") != 0)))
        .then(pl.lit("is carried by the family price and should be 0"))
        .when((pl.col("status") != "pays") & charged)
        .then(pl.lit("is free and should be 0"))
    )


def _told(row: Row) -> str:
    return f"{cents(row['amount_cents'])} on a {row['role']} (tier {row['tier']}, {row['status']}) {row['problem']}"
