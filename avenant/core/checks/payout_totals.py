"""Promise 5 for payouts: the total is the sum of its entries, all of its payee, no entry in two; numbers have no gap.

payout 7: 26.50 €       entries 9.00 + 17.50, both of family 12       fine
payout 8: 26.50 €       entries 9.00                                  an entry was untied, or the total changed
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, cents, differs, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "payout-totals"
SENTENCE: Final = "A payout is the sum of its entries, all of one payee; none is in two; numbers have no gap."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

SUMMED: Final = ("total_cents", "entries")


def findings(payouts: pl.DataFrame, sums: pl.DataFrame) -> list[Finding]:
    """``payouts``: the columns of table payout. ``sums``: per payout_id of the ties, total_cents, entries, and
    ``strange`` (entries that are missing, or another payee's)."""
    both = payouts.join(sums, on="payout_id", how="full", coalesce=True, suffix="_tied").sort("payout_id")
    both = both.with_columns(pl.col("total_cents_tied", "entries_tied", "strange").fill_null(0))
    wrong = both.filter(
        pl.any_horizontal(differs(name, f"{name}_tied") for name in SUMMED) | (pl.col("strange") != 0)
    )
    rows = payouts.filter(pl.col("number").is_not_null()).sort("series", "year", "number", "payout_id")
    same = (pl.col("series") == pl.col("series").shift(1)) & (pl.col("year") == pl.col("year").shift(1))
    before = pl.when(same).then(pl.col("number").shift(1)).fill_null(0)
    gaps = rows.with_columns(before=before).filter(pl.col("number") != pl.col("before") + 1)
    return [
        *listed(NAME, wrong, _unequal, _where),
        *listed(NAME, gaps, lambda row: f"stands right after number {row['before']} of its series", _where),
    ]


def _where(row: Row) -> str:
    return f"payout {row['payout_id']}"


def _unequal(row: Row) -> str:
    if row["total_cents"] is None:
        return f"{row['entries_tied']} entries are tied to it, and it does not exist"
    strange = f"; {row['strange']} entries are missing or another payee's" if row["strange"] else ""
    return (
        f"it says {cents(row['total_cents'])} in {row['entries']} entries, its entries make "
        f"{cents(row['total_cents_tied'])} in {row['entries_tied']}{strange}"
    )
