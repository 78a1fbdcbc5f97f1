"""Promise 7: our latest decision on an act never pays more than was charged minus what others are known to have paid.

charged 30.00   Sécu 21.00, of which 2.00 withheld   others 0.00   ours 9.00    19.00 + 9.00 <= 30.00    fine
charged 30.00   Sécu 21.00                           others 9.00   ours 9.00    9.00 too much

What was already paid out in excess of the latest decision is noted until later payouts have recovered it.
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import NOTE, Finding, Row, cents, listed
from avenant.core.checks.ranks import CLAIMS, HIGH

NAME: Final = "no-enrichment"
SENTENCE: Final = (
    "Nobody is paid more than was charged, all payers together; an excess paid out is recovered."
)
SEVERITY: Final = HIGH
OWNER: Final = CLAIMS


def findings(latest: pl.DataFrame, excess: pl.DataFrame) -> list[Finding]:
    """``latest``: the last row of each key of the reimbursement book (its entry columns), void ones left out.

    excess: contract_id, member_id, act_id, paid_cents (in payouts), decided_cents (by the latest rows) where more was
    paid than decided.
    """
    alive = latest.filter(pl.col("lines") > 0)
    paid = pl.col("secu_cents") - pl.col("retention_cents") + pl.col("others_cents") + pl.col("decided_cents")
    too_much = alive.filter((pl.col("decided_cents") > 0) & (paid > pl.col("charged_cents")))
    parts = alive.group_by("contract_id", "act_id").agg(
        pl.col("member_id").first(), pl.col("amount_cents").sum(), pl.col("decided_cents").max()
    )
    uneven = parts.filter(pl.col("amount_cents") != pl.col("decided_cents"))
    return [
        *listed(NAME, too_much.with_columns(paid_cents=paid).sort("act_id"), _too_much, _where),
        *listed(NAME, uneven.sort("act_id"), _uneven, _where),
        *(Finding(NAME, NOTE, _where(row), _excess(row), row) for row in excess.iter_rows(named=True)),
    ]


def _where(row: Row) -> str:
    return f"act {row['act_id']}"


def _too_much(row: Row) -> str:
    return (
        f"{cents(row['charged_cents'])} were charged, and all payers together pay {cents(row['paid_cents'])}: "
        "look at it with `avenant acts show`, and report it as a defect"
    )


def _uneven(row: Row) -> str:
    return f"{cents(row['decided_cents'])} were decided, its payees get {cents(row['amount_cents'])}"


def _excess(row: Row) -> str:
    more = row["paid_cents"] - row["decided_cents"]
    return f"{cents(more)} were paid out and are no longer due: later payouts recover them"
