"""Step 13, the rows: one per payee, each with the whole waterfall, so that any decision explains itself.

Example: 30.00 € charged, 21.00 € Sécu of which 2.00 € are withheld, 9.00 € ours, 2.00 € out of pocket: one
row for the member.
"""

from __future__ import annotations

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.adjudication.guarantee import UNLIMITED
from avenant.core.frames.care import MEMBER_PAYEE


def decision_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per payee of each act that does not wait (columns ``REIMBURSEMENTS.expected``), by act and payee.

    An act of which nobody gets anything has one row of 0 for the member.
    """
    unlimited = pl.col("ceiling_cents") == UNLIMITED
    told = [name for name in REIMBURSEMENTS.expected if name not in ("payee_id", "amount_cents", "care_date")]
    decided = frame.select("provider_id", "waits", *told, care_date="care_from").filter(
        pl.col("waits").is_null()
    )
    decided = decided.with_columns(ceiling_cents=pl.when(unlimited).then(-1).otherwise("ceiling_cents"))
    to_provider = pl.col("provider_cents") > 0
    to_member = (pl.col("member_cents") > 0) | ~to_provider
    rows = [
        _rows(decided.filter(to_member), pl.lit(MEMBER_PAYEE), "member_cents"),
        _rows(decided.filter(to_provider), pl.col("provider_id"), "provider_cents"),
    ]
    return pl.concat(rows).sort("act_id", "payee_id")


def _rows(decided: pl.DataFrame, payee: pl.Expr, amount: str) -> pl.DataFrame:
    types = {name: REIMBURSEMENTS.columns[name] for name in REIMBURSEMENTS.expected}
    rows = decided.with_columns(payee_id=payee, amount_cents=amount)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in types.items())
