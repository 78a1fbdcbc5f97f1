"""Step 13, the rows: one per payee, each with the whole waterfall, so that any decision explains itself.

Example: 30.00 € charged, 21.00 € Sécu of which 2.00 € are withheld, 9.00 € ours, 2.00 € out of pocket: one
row for the member.
"""

from __future__ import annotations

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.adjudication.guarantee import UNLIMITED
from avenant.core.claims.adjudication.joining import typed
from avenant.core.frames.care import MEMBER_PAYEE

PAID = ("payee_id", "amount_cents")
TYPES = {name: REIMBURSEMENTS.columns[name] for name in REIMBURSEMENTS.expected}


def decision_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per payee of each act that does not wait (columns ``REIMBURSEMENTS.expected``), by act and payee.

    An act of which nobody gets anything has one row of 0 for the member.
    """
    told = [name for name in TYPES if name not in (*PAID, "care_date")]
    unlimited = pl.col("ceiling_cents") == UNLIMITED
    payees = _payees(frame)
    decided = frame[[*told, "care_from"]][payees["row"]].with_columns(
        ceiling_cents=pl.when(unlimited).then(-1).otherwise("ceiling_cents")
    )
    return typed(decided.rename({"care_from": "care_date"}).hstack(payees[list(PAID)]), TYPES)


def _payees(frame: pl.DataFrame) -> pl.DataFrame:
    """row (number of the act in ``frame``), payee_id, amount_cents, by act and payee."""
    parts = frame[["act_id", "provider_id", "member_cents", "provider_cents", "waits"]]
    acts = parts.with_row_index("row").filter(pl.col("waits").is_null())
    to_provider = pl.col("provider_cents") > 0
    to_member = (pl.col("member_cents") > 0) | ~to_provider
    member = pl.lit(MEMBER_PAYEE, pl.Int32)
    rows = [
        acts.filter(to_member).select("row", "act_id", payee_id=member, amount_cents="member_cents"),
        acts.filter(to_provider).select(
            "row", "act_id", payee_id="provider_id", amount_cents="provider_cents"
        ),
    ]
    return pl.concat(rows).sort("act_id", "payee_id")
