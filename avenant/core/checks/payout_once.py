"""Every payout is paid out once: no entry is in two payouts, and no act is paid again before the first is taken back.

act 12   version 1   9.00 in payout 7     version 2  -9.00 in payout 8     version 3  12.00 in payout 8     12.00 paid
act 12   version 1   9.00 in payout 7     version 2  -9.00 in no payout    version 3  12.00 in payout 8     paid twice
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, cents, listed
from avenant.core.checks.ranks import CRITICAL, OPERATIONS

NAME: Final = "payout-once"
SENTENCE: Final = "Every reimbursement is paid out once: no entry is in two payouts, no act is paid again."
SEVERITY: Final = CRITICAL
OWNER: Final = OPERATIONS


def findings(twice: pl.DataFrame, again: pl.DataFrame) -> list[Finding]:
    """``twice``: entry_id, contract_id, act_id, times, of entries tied to more than one payout.

    again: contract_id, member_id, act_id, payee_id, paid_cents (over all payouts), most_cents (the largest charge
    among them), where more was paid to one payee than any decision ever said.
    """
    return [
        *listed(
            NAME,
            twice.sort("entry_id"),
            lambda row: (
                f"its entry {row['entry_id']} is in {row['times']} payouts: stop the transfers and look"
            ),
            lambda row: f"act {row['act_id']}",
        ),
        *listed(
            NAME,
            again.sort("act_id", "payee_id"),
            lambda row: (
                f"{cents(row['paid_cents'])} were paid to one payee, and no decision ever said more than "
                f"{cents(row['most_cents'])}: a charge was paid before the one it replaces was taken back"
            ),
            lambda row: f"act {row['act_id']}",
        ),
    ]
