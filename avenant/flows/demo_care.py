"""The care side of the demo: people work the queue, payouts go out, and what came of it is summed up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avenant.core.generating.care.queue import decided_queue
from avenant.flows import acts, payouts
from avenant.flows.learn import learn
from avenant.store.database import Database
from avenant.store.readers.care_totals import (
    CareTotals,
    Redecided,
    care_totals,
    latest_payout,
    redecided_example,
)


@dataclass(frozen=True, slots=True)
class CareReport:
    """What care came to: totals, what waits (by reason), debts and small sums held back (payees and cents) after the
    last payout run, an act decided again after it was paid, and the latest payout to a member (ref, number)."""

    totals: CareTotals
    waiting: dict[str, int]
    debts: int
    debt_cents: int
    held_back: int
    held_back_cents: int
    redecided: Redecided | None
    payout: tuple[str, str] | None


def work_queue(db: Database, today: date, actor: str) -> int:
    """Decide what has waited for a month (see `decided_queue`); returns how many things were decided."""
    news = decided_queue(acts.waiting(db), today)
    if news.rows():
        learn(db, news, actor=actor, reason=f"queue of {today}")
    return news.rows()


def care_report(db: Database, paid: payouts.PayoutRunReport | None) -> CareReport:
    """The sums of the whole book, after the payout run `paid`."""
    waiting = acts.waiting(db)["reason"].value_counts(sort=True)
    with db.snapshot() as connection:
        return CareReport(
            totals=care_totals(connection),
            waiting=dict(sorted(waiting.iter_rows(), key=lambda pair: (-pair[1], pair[0]))),
            debts=0 if paid is None else paid.debts,
            debt_cents=0 if paid is None else sum(paid.debt_cents.values()),
            held_back=0 if paid is None else paid.held_back,
            held_back_cents=0 if paid is None else sum(paid.held_back_cents.values()),
            redecided=redecided_example(connection),
            payout=latest_payout(connection),
        )
