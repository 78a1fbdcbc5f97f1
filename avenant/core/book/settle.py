"""Settle: group unsettled entries per contract into invoices, credit notes and zero settlements.

Unsettled for a contract: 54.60 € of July, −54.60 € and 21.84 € of June. Its invoice of July is 21.84 €; with
5 € of balance, 16.84 € are due.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True, slots=True)
class Issue:
    """What all settlements of one run share. ``next_number``: the first free number of the series and year."""

    series: str
    issue_date: date
    month: date
    next_number: int


def settlements(open_entries: pl.DataFrame, contracts: pl.DataFrame, issue: Issue) -> pl.DataFrame:
    """One row per contract with open entries, in contract order, numbered without gaps.

    open_entries: contract_id, amount_cents, employer_cents, tax_cents. contracts: contract_id, currency,
    balance_cents (credit we hold). Returns the columns of an invoice without its id: a positive total is an
    invoice, a negative one a credit note, zero a settlement without number. Credit is used up to the total.
    """
    total = pl.col("total_cents")
    grouped = (
        open_entries.group_by("contract_id")
        .agg(
            total_cents=pl.col("amount_cents").sum(),
            employer_cents=pl.col("employer_cents").sum(),
            tax_cents=pl.col("tax_cents").sum(),
            entries=pl.len().cast(pl.Int32),
        )
        .join(contracts, on="contract_id", how="left")
        .sort("contract_id")
    )
    used = (
        pl.when(total > 0)
        .then(pl.min_horizontal(total, pl.col("balance_cents").clip(lower_bound=0)))
        .otherwise(0)
    )
    return grouped.with_columns(
        kind=pl.when(total > 0)
        .then(pl.lit("invoice"))
        .when(total < 0)
        .then(pl.lit("credit_note"))
        .otherwise(pl.lit("settlement")),
        balance_used_cents=used,
    ).with_columns(
        due_cents=pl.when(total > 0).then(total - pl.col("balance_used_cents")).otherwise(0),
        number=pl.when(total != 0).then((total != 0).cum_sum().cast(pl.Int32) + (issue.next_number - 1)),
        series=pl.lit(issue.series),
        year=pl.lit(issue.issue_date.year, pl.Int32),
        issue_date=pl.lit(issue.issue_date),
        month=pl.lit(issue.month),
    )


def balance_movements(invoices: pl.DataFrame) -> pl.DataFrame:
    """What the invoices (with invoice_id) do to balances: contract_id, kind, amount_cents, invoice_id."""
    credit = pl.col("kind") == "credit_note"
    return invoices.filter(credit | (pl.col("balance_used_cents") > 0)).select(
        "contract_id",
        kind=pl.when(credit).then(pl.lit("credit")).otherwise(pl.lit("use")),
        amount_cents=pl.when(credit).then(-pl.col("total_cents")).otherwise(-pl.col("balance_used_cents")),
        invoice_id="invoice_id",
    )
