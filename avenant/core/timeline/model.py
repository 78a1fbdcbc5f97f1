"""What a care event is: who, when, what it cost, who paid what, what is open and why, what was corrected.

All amounts are integer cents of the event's one currency. Nothing here speaks a language yet: see ``wording``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

STATES: Final = ("waiting", "to_be_paid", "refused", "corrected", "nothing_due", "paid")
"""Where an event stands; the first that fits. nothing_due: decided, and nothing was left for us to pay."""
PENDING: Final = ("waiting", "to_be_paid")


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what was charged: charged = secu + others + ours + out_of_pocket + undecided.

    secu_cents: after what the Sécu withholds. withheld_cents: part of out_of_pocket. undecided_cents: left after
    the Sécu and others by an act that waits. Where payers together paid more than was charged the sum is larger.
    """

    charged_cents: int = 0
    secu_cents: int = 0
    others_cents: int = 0
    ours_cents: int = 0
    out_of_pocket_cents: int = 0
    withheld_cents: int = 0
    undecided_cents: int = 0

    def __add__(self, other: Split) -> Split:
        return Split(
            self.charged_cents + other.charged_cents,
            self.secu_cents + other.secu_cents,
            self.others_cents + other.others_cents,
            self.ours_cents + other.ours_cents,
            self.out_of_pocket_cents + other.out_of_pocket_cents,
            self.withheld_cents + other.withheld_cents,
            self.undecided_cents + other.undecided_cents,
        )


@dataclass(frozen=True, slots=True)
class Payment:
    """What one payee got on one payout. payee: ``member`` or the provider's number.

    payout, paid_on: null while open; an open amount below zero will be taken back from a later payout. A payout
    like ``#17`` is a settlement of zero.
    """

    payee: str
    payout: str | None
    paid_on: date | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Change:
    """A decision on an act that replaced an earlier one.

    known_at: ISO, in Paris. before, after: the decision's split. reasons: codes that the new decision has and the
    old one had not.
    """

    act_id: int
    rev: int
    known_at: str
    before: Split
    after: Split
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A line of a document that speaks of an act, and what part it plays (``core.frames.care.LINK``)."""

    ref: str
    kind: str
    payer: str | None
    received_on: date
    role: str | None


@dataclass(frozen=True, slots=True)
class ActPart:
    """One act of an event. waits: the code why it is not decided; None: it is. reasons: codes of its decision.

    candidates: refs of the lines that a waiting line may belong to.
    """

    act_id: int
    act_code: str | None
    family: str | None
    label: str | None
    on: date
    last_day: date
    quantity: int
    location: str | None
    basket: str | None
    split: Split
    waits: str | None
    candidates: tuple[str, ...]
    reasons: tuple[str, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class CareEvent:
    """One thing that happened to a person. event_id: the smallest act_id of its acts.

    member: number; name: as known today, None without one. providers: numbers. kind: see ``kinds.KINDS``.
    waits, reasons: codes, each once. corrected: a decision that stood was replaced.
    """

    event_id: int
    kind: str
    on: date
    last_day: date
    member: str
    name: str | None
    providers: tuple[str, ...]
    currency: str
    split: Split
    state: str
    waits: tuple[str, ...]
    reasons: tuple[str, ...]
    payments: tuple[Payment, ...]
    changes: tuple[Change, ...]
    acts: tuple[ActPart, ...]

    @property
    def corrected(self) -> bool:
        """A decision of it that stood was replaced by another."""
        return bool(self.changes)

    @property
    def pending(self) -> bool:
        """It waits, or something of it is still to be paid or taken back."""
        return self.state in PENDING

    @property
    def open_cents(self) -> int:
        """Decided and on no payout yet; below zero: to be taken back."""
        return sum(payment.amount_cents for payment in self.payments if payment.payout is None)


@dataclass(frozen=True, slots=True)
class EnvelopeLeft:
    """What one envelope of a member still holds on a day.

    families: the families of care that draw on it. until: the first day on which it starts anew; None: a renewal
    period that nothing has opened yet. A limit of None: it has none of that sort; counts are pieces or sessions.
    """

    member: str
    plan: str
    envelope: str
    label: str
    families: tuple[str, ...]
    location: str | None
    until: date | None
    currency: str
    limit_cents: int | None
    used_cents: int
    left_cents: int | None
    limit_count: int | None
    used_count: int
    left_count: int | None
