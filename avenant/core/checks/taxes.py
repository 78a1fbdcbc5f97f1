"""Taxes add up: the tax and the employer's part of each premium are what their rates make of its amount.

price 50.00 that contains 13.27 %      tax 5.86, without tax 44.14      44.14 x 1.1327 = 50.00      fine
price 50.00, 13.27 % on top            tax 6.64, amount 56.64           tax of 6.65: a cent too much
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, cents, differs, listed
from avenant.core.checks.ranks import ENGINEERING, HIGH
from avenant.core.money import PPM

NAME: Final = "taxes"
SENTENCE: Final = (
    "Taxes add up: tax and employer's part of each premium follow from its amount and their rates."
)
SEVERITY: Final = HIGH
OWNER: Final = ENGINEERING


def findings(
    standing: pl.DataFrame, slots: pl.DataFrame, plans: pl.DataFrame, rates: pl.DataFrame
) -> list[Finding]:
    """``standing``: the latest row of each key. slots: slot_id, plan. plans: plan, tax_mode. rates: plan, kind
    (``tax``, ``employer_share``), valid_from, valid_to (null: open), rate_ppm."""
    rows = standing.join(slots.select("slot_id", "plan"), on="slot_id", how="left")
    rows = rows.join(plans.select("plan", "tax_mode"), on="plan", how="left")
    for kind in ("tax", "employer_share"):
        rows = _with_rate(rows, rates, kind)
    due = rows.with_columns(tax_due=_tax(), employer_due=_rounded(pl.col("amount_cents"), "employer_share"))
    wrong = due.filter(differs("tax_cents", "tax_due") | differs("employer_cents", "employer_due"))
    shown = wrong.select(
        *("contract_id", "member_id", "month", "slot_id", "amount_cents"),
        *("tax_cents", "tax_due", "employer_cents", "employer_due"),
    ).sort("contract_id", "member_id", "month", "slot_id")
    return listed(NAME, shown, _said)


def _with_rate(rows: pl.DataFrame, rates: pl.DataFrame, kind: str) -> pl.DataFrame:
    """``rows`` with a column named like the rate: the one in force in the month, in ppm; 0 without one."""
    dated = rates.filter(pl.col("kind") == kind).select("plan", "valid_from", "valid_to", "rate_ppm")
    months = rows.select("plan", "month").unique().join(dated, on="plan")
    ends = pl.col("valid_to").is_null() | (pl.col("month") < pl.col("valid_to"))
    in_force = months.filter((pl.col("valid_from") <= pl.col("month")) & ends)
    named = in_force.select("plan", "month", pl.col("rate_ppm").alias(kind)).unique(["plan", "month"])
    return rows.join(named, on=["plan", "month"], how="left").with_columns(pl.col(kind).fill_null(0))


def _tax() -> pl.Expr:
    """The tax in an amount: on top of the rest, or contained in it."""
    net = pl.col("amount_cents") - pl.col("tax_cents")
    contained = pl.col("amount_cents") - _divided(pl.col("amount_cents") * PPM, pl.col("tax") + PPM)
    return (
        pl.when(pl.col("tax_mode") == "added")
        .then(_rounded(net, "tax"))
        .when(pl.col("tax_mode") == "included")
        .then(contained)
        .when(pl.col("tax_mode") == "none")
        .then(0)
    )


def _rounded(cents_: pl.Expr, rate: str) -> pl.Expr:
    return _divided(cents_ * pl.col(rate), pl.lit(PPM, pl.Int64))


def _divided(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Half up; amounts that stand are never negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def _said(row: Row) -> str:
    parts = [("tax", row["tax_cents"], row["tax_due"])]
    parts.append(("employer's part", row["employer_cents"], row["employer_due"]))
    wrong = [
        f"the {what} of {cents(row['amount_cents'])} is {cents(due)} by its rate, the entry says {cents(said)}"
        for what, said, due in parts
        if said != due
    ]
    return "; ".join(wrong)
