"""Promise 5, third part: what is due is the total minus the balance used, and no balance is used below 0.

credit note -20.00          movement: credit 20.00          balance 20.00
invoice 54.60, used 20.00   movement: use -20.00, due 34.60 balance 0.00
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, cents, differs, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "balances"
SENTENCE: Final = "Due is the total minus the balance used, and no balance is used below 0."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING


def findings(invoices: pl.DataFrame, movements: pl.DataFrame) -> list[Finding]:
    """Settlements whose due or movement is wrong, and balances used further than they go.

    invoices: the columns of table invoice. movements: movement_id, contract_id, kind, amount_cents,
    invoice_id, rev (the revision that made it known).
    """
    return [*_wrong_due(invoices), *_wrong_movements(invoices, movements), *_below_zero(movements)]


def _wrong_due(invoices: pl.DataFrame) -> list[Finding]:
    total, used = pl.col("total_cents"), pl.col("balance_used_cents")
    due = pl.when(total > 0).then(total - used).otherwise(0)
    possible = pl.when(total > 0).then(used.is_between(0, total)).otherwise(used == 0)
    wrong = invoices.filter(pl.col("due_cents").ne_missing(due) | ~possible.fill_null(False)).sort(
        "invoice_id"
    )
    shown = wrong.select("invoice_id", "contract_id", "total_cents", "balance_used_cents", "due_cents")
    return listed(
        NAME,
        shown,
        lambda row: (
            f"{cents(row['due_cents'])} due of a total of {cents(row['total_cents'])} "
            f"with {cents(row['balance_used_cents'])} of balance used"
        ),
        _settlement,
    )


def _wrong_movements(invoices: pl.DataFrame, movements: pl.DataFrame) -> list[Finding]:
    """A credit note adds its amount, a balance used takes it away, in the contract's own account."""
    total = pl.col("total_cents")
    expected = invoices.select(
        "invoice_id",
        "contract_id",
        moves=pl.when(total < 0).then(-total).otherwise(-pl.col("balance_used_cents")),
    )
    made = (
        movements.filter(pl.col("kind") != "opening")
        .group_by("invoice_id")
        .agg(moved=pl.col("amount_cents").sum(), account=pl.col("contract_id").first())
    )
    both = expected.join(made, on="invoice_id", how="full", coalesce=True, nulls_equal=True)
    both = both.with_columns(pl.col("moved").fill_null(0), account=pl.coalesce("account", "contract_id"))
    wrong = both.filter(differs("moves", "moved") | differs("contract_id", "account")).sort("invoice_id")
    return listed(
        NAME,
        wrong,
        lambda row: (
            f"should move the balance by {cents(row['moves'])}, its movement is {cents(row['moved'])}"
        ),
        _settlement,
    )


def _below_zero(movements: pl.DataFrame) -> list[Finding]:
    """Uses that leave less than 0. (An opening balance may be a debt; it is not used.)"""
    ordered = movements.sort("contract_id", "rev", "movement_id", nulls_last=True)
    left = ordered.with_columns(left_cents=pl.col("amount_cents").cum_sum().over("contract_id"))
    wrong = left.filter((pl.col("kind") == "use") & (pl.col("left_cents") < 0))
    return listed(
        NAME,
        wrong,
        lambda row: (
            f"uses {cents(-row['amount_cents'])} and leaves the balance at {cents(row['left_cents'])}"
        ),
        lambda row: f"contract {row['contract_id']}, balance movement {row['movement_id']}",
    )


def _settlement(row: Row) -> str:
    return f"settlement {row['invoice_id']}"
