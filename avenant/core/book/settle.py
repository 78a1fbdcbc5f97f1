"""Settle: group unsettled entries of either book, sum each group, number its document, once.

Unsettled for a contract: 54.60 € of July, −54.60 € and 21.84 € of June. Its invoice of July is 21.84 €; with
5 € of balance, 16.84 € are due. Payouts group by payee instead (``core.payouts.due``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True, slots=True)
class Issue:
    """What all settlements of one run share. ``next_number``: the first free number of the series and year."""

    series: str
    issue_date: date
    next_number: int


def sums(
    open_entries: pl.DataFrame, key: Sequence[str], amounts: Sequence[str], **further: pl.Expr
) -> pl.DataFrame:
    """One row per group of entries with the same ``key``, in its order: sums of ``amounts``, number of entries.

    The sum of amount_cents is called total_cents, other sums keep the name of their column. ``further`` aggregates
    tell more of a group. The order of the entries does not matter.
    """
    totals = [pl.col(name).sum().alias(name.replace("amount_", "total_")) for name in amounts]
    return open_entries.group_by(key).agg(*totals, entries=pl.len().cast(pl.Int32), **further).sort(key)


def numbered(groups: pl.DataFrame, issue: Issue) -> pl.DataFrame:
    """``groups`` (with total_cents) as documents: series, year, number and issue_date added, in the given order.

    Numbers follow each other without gaps; a total of zero settles without one.
    """
    counts = pl.col("total_cents") != 0
    return groups.with_columns(
        number=pl.when(counts).then(counts.cum_sum().cast(pl.Int32) + (issue.next_number - 1)),
        series=pl.lit(issue.series),
        year=pl.lit(issue.issue_date.year, pl.Int32),
        issue_date=pl.lit(issue.issue_date),
    )


def settlements(
    open_entries: pl.DataFrame, contracts: pl.DataFrame, issue: Issue, month: date
) -> pl.DataFrame:
    """One invoice per contract with open entries, in contract order, numbered without gaps.

    open_entries: contract_id, amount_cents, employer_cents, tax_cents. contracts: contract_id, currency,
    balance_cents (credit we hold). month: the latest month they are about. Returns the columns of an invoice
    without its id: a positive total is an invoice, a negative one a credit note, zero a settlement without number.
    Credit is used up to the total.
    """
    total = pl.col("total_cents")
    used = (
        pl.when(total > 0)
        .then(pl.min_horizontal(total, pl.col("balance_cents").clip(lower_bound=0)))
        .otherwise(0)
    )
    kind = pl.when(total > 0).then(pl.lit("invoice")).when(total < 0).then(pl.lit("credit_note"))
    groups = sums(open_entries, ["contract_id"], ["amount_cents", "employer_cents", "tax_cents"]).join(
        contracts, on="contract_id", how="left", maintain_order="left"
    )
    return numbered(groups, issue).with_columns(
        kind=kind.otherwise(pl.lit("settlement")),
        month=pl.lit(month),
        balance_used_cents=used,
        due_cents=pl.when(total > 0).then(total - used).otherwise(0),
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
