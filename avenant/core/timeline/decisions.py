"""What the entries of one act say: what stands, how it came to stand, what was paid to whom.

Example: 9.00 € were booked on 10 March and paid; on 2 June 9.00 € are cancelled and 4.00 € booked. 4.00 € stand,
one change tells 9.00 → 4.00, and −5.00 € are open until a payout takes them back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from avenant.core.claims.reasons import decoded
from avenant.core.timeline.model import Change, Payment, Split

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision on an act as it stands after some revision: the split, what we pay as booked, reason codes.

    left_cents: what the Sécu and others left for us.
    """

    split: Split
    left_cents: int
    reasons: tuple[str, ...]


def history_of(rows: Iterable[Row]) -> list[tuple[Row, Standing | None]]:
    """After each revision that booked something for an act: its last row, and what stood then (None: nothing).

    rows: the entries of one act (columns DECISION), of all payees, contracts and numbers that it had.
    """
    latest: dict[tuple[int, int, int], Row] = {}
    told = []
    for _, group in groupby(
        sorted(rows, key=lambda row: (row["rev"], row["version"])), lambda row: row["rev"]
    ):
        booked = list(group)
        for row in booked:
            latest[row["act_id"], row["contract_id"], row["payee_id"]] = row
        told.append((booked[-1], _standing(latest.values())))
    return told


def _standing(latest: Iterable[Row]) -> Standing | None:
    """The sum over the numbers that stand; more than one only until the next night merges two acts."""
    numbers: dict[int, list[Row]] = defaultdict(list)
    for row in latest:
        if row["kind"] == "charge" and row["lines"] > 0:
            numbers[row["act_id"]].append(row)
    told = [_decision(rows) for rows in numbers.values()]
    if not told:
        return None
    reasons = tuple(dict.fromkeys(code for decision in told for code in decision.reasons))
    split = sum((decision.split for decision in told), Split())
    return Standing(split, sum(decision.left_cents for decision in told), reasons)


def _decision(rows: Sequence[Row]) -> Standing:
    """One decision from its rows, one for each payee; each row tells the whole calculation."""
    says = max(rows, key=lambda row: (row["rev"], row["payee_id"]))
    split = Split(
        charged_cents=says["charged_cents"],
        secu_cents=says["secu_cents"] - says["retention_cents"],
        others_cents=says["others_cents"],
        ours_cents=sum(row["amount_cents"] for row in rows),
        out_of_pocket_cents=says["out_of_pocket_cents"],
        withheld_cents=says["retention_cents"],
    )
    return Standing(split, says["left_cents"], tuple(decoded(says["reasons"])))


def changes_of(act_id: int, history: Iterable[tuple[Row, Standing | None]]) -> list[Change]:
    """What replaced what: each later decision of ``history_of`` whose split differs from the one before it."""
    told = []
    before: Standing | None = None
    for row, after in history:
        now, then = after.split if after else Split(), before.split if before else Split()
        if before is not None and now != then:
            new = tuple(code for code in (after.reasons if after else ()) if code not in before.reasons)
            told.append(Change(act_id, row["rev"], row["known_at"], then, now, new))
        before = after
    return told


def payments_of(rows: Iterable[Row]) -> tuple[Payment, ...]:
    """Per payee and payout what the entries add up to, in the order of payouts, open amounts last.

    The sum over all is what stands in the book. What adds up to zero on one payout is left out.
    """
    sums: dict[tuple[str, str | None, Any], int] = defaultdict(int)
    for row in rows:
        sums[row["payee"], row["payout"], row["paid_on"]] += row["amount_cents"]
    paid = [Payment(payee, payout, on, cents) for (payee, payout, on), cents in sums.items() if cents]
    return tuple(sorted(paid, key=lambda p: (p.paid_on is None, str(p.paid_on), p.payout or "", p.payee)))
