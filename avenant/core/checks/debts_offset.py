"""Debts are offset: who was paid too much gets nothing more before it is made up for.

payout 7: 9.00      on 2 April the decision becomes 0.00: 9.00 are owed
payout 8 of 5 May: 17.00 of new care, minus the 9.00       fine
payout 8 of 5 May: 17.00, and the 9.00 still owed          the debt was passed over
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, cents, listed
from avenant.core.checks.ranks import HIGH, OPERATIONS

NAME: Final = "debts-offset"
SENTENCE: Final = "Debts are offset: nobody who was paid too much is paid again before it is made up for."
SEVERITY: Final = HIGH
OWNER: Final = OPERATIONS


def findings(passed_over: pl.DataFrame) -> list[Finding]:
    """``passed_over``: contract_id, member_id, act_id, owed_cents (positive), owed_on, payout_id of each debt that is
    open though a payout run that knew of it paid the same payee (families parked at that time left out)."""
    return listed(
        NAME,
        passed_over.sort("payout_id", "act_id"),
        lambda row: (
            f"{cents(row['owed_cents'])} are owed since {row['owed_on']}, and payout {row['payout_id']} to the same "
            "payee left them out: report it as a defect"
        ),
        lambda row: f"act {row['act_id']}",
    )
