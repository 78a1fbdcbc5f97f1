"""Every act we pay has an enrolment that covers the day of care.

care on 3 March, paid 9.00 €      enrolled until 28 February       the payment has no cover
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, listed
from avenant.core.checks.ranks import CLAIMS, HIGH

NAME: Final = "covered-acts"
SENTENCE: Final = "Every act that is paid has an enrolment that covers the day of care."
SEVERITY: Final = HIGH
OWNER: Final = CLAIMS


def findings(paid: pl.DataFrame, enrolments: pl.DataFrame) -> list[Finding]:
    """``paid``: contract_id, member_id, act_id, care_date, amount_cents of acts that are paid now.

    enrolments: contract_id, member_id, valid_from, valid_to (null: open) in force. What a person decided as an
    exception, and what waits for one, is left out by the reader.
    """
    covering = (
        paid.join(enrolments, on=["contract_id", "member_id"])
        .filter(
            (pl.col("care_date") >= pl.col("valid_from"))
            & (pl.col("valid_to").is_null() | (pl.col("care_date") < pl.col("valid_to")))
        )
        .select("act_id")
        .unique()
    )
    bare = paid.join(covering, on="act_id", how="anti").sort("act_id")
    return listed(
        NAME,
        bare,
        lambda row: (
            f"act {row['act_id']} of {row['care_date']} is paid, and no enrolment covers that day: "
            "run `avenant nightly`"
        ),
    )
