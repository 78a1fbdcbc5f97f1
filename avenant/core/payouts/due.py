"""Which unsettled reimbursements become a payout: one per payee, small sums held until they add up or grow old.

Open for a family on 30 June, with a minimum of 10 € and 30 days: 7.50 € of 12 June are held; with 4 € more on
2 July 11.50 € are paid at once; alone, 7.50 € are paid from 12 July on. −20 € are a debt: later care makes up for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from avenant.core.book.settle import Issue, numbered, sums

PAYEE: Final = ("payee_kind", "payee_id", "currency")
"""What entries of one payout have in common: a family's head or a provider, and the currency."""

VERDICTS: Final = ("pay", "settle", "hold", "debt")
OPEN_GROUP: Final[Mapping[str, type[pl.DataType]]] = {
    "payee_kind": pl.String,  # member, provider
    "payee_id": pl.Int32,  # of a member: the family's id
    "currency": pl.String,
    "total_cents": pl.Int64,
    "oldest_on": pl.Date,  # when the oldest of the open entries was booked
    "entries": pl.Int32,
}


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """What a run pays: sums of ``minimum_cents`` or more, and whatever is ``max_days`` old on ``business_date``.

    Errors: ValueError for a negative minimum or number of days.
    """

    business_date: date
    minimum_cents: int
    max_days: int

    def __post_init__(self) -> None:
        if self.minimum_cents < 0 or self.max_days < 0:
            raise ValueError(
                f"a payout run holds sums below a minimum for some days; seen a minimum of {self.minimum_cents} "
                f"cents and {self.max_days} days: both must be 0 or more"
            )


def payout_series(series: str) -> str:
    """The number series of payouts, beside the ``series`` of invoices: AV gives AVP-2026-000001."""
    return f"{series}P"


def open_groups(open_entries: pl.DataFrame) -> pl.DataFrame:
    """Unsettled entries (PAYEE, amount_cents, booked_on) summed per payee: columns OPEN_GROUP, in payee order."""
    groups = sums(open_entries, PAYEE, ["amount_cents"], oldest_on=pl.col("booked_on").min())
    return groups.select(list(OPEN_GROUP))


def with_verdicts(groups: pl.DataFrame, terms: PayoutTerms) -> pl.DataFrame:
    """``groups`` (OPEN_GROUP) with ``verdict``, one of VERDICTS.

    A sum of zero settles without a document; a sum below zero stays unsettled, a debt. A positive sum is paid when
    it reaches the minimum, or when its oldest entry was booked ``max_days`` before the business date or earlier.
    """
    total = pl.col("total_cents")
    days = (pl.lit(terms.business_date) - pl.col("oldest_on")).dt.total_days()
    is_due = (total >= terms.minimum_cents) | (days >= terms.max_days)
    return groups.with_columns(
        verdict=pl.when(total < 0)
        .then(pl.lit("debt"))
        .when(total == 0)
        .then(pl.lit("settle"))
        .when(is_due)
        .then(pl.lit("pay"))
        .otherwise(pl.lit("hold"))
    )


def settled_now(groups: pl.DataFrame) -> pl.DataFrame:
    """The groups (with verdict) that a run settles: paid, or zero."""
    return groups.filter(pl.col("verdict").is_in(["pay", "settle"]))


def payouts(groups: pl.DataFrame, issue: Issue) -> pl.DataFrame:
    """``groups`` that are settled now as payouts without their id, in payee order, numbered without gaps."""
    return numbered(groups.sort(PAYEE), issue).drop("oldest_on", "verdict")
