"""Events chosen by what a person asks for, and what the chosen ones add up to.

Example: everything of 2026 that is still pending for Léa; charged 214.00 €, of which 31.00 € wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from avenant.core.timeline.model import CareEvent, Split


@dataclass(frozen=True, slots=True)
class Selection:
    """What to show; None: whatever it is. member: number. kind: of ``kinds.KINDS``. Amounts: charged, in cents.

    at_least_cents and at_most_cents are both included.
    """

    member: str | None = None
    kind: str | None = None
    pending: bool | None = None
    corrected: bool | None = None
    at_least_cents: int | None = None
    at_most_cents: int | None = None
    year: int | None = None

    def holds(self, event: CareEvent) -> bool:
        """Whether ``event`` is asked for."""
        charged = event.split.charged_cents
        return (
            self.member in (None, event.member)
            and self.kind in (None, event.kind)
            and self.pending in (None, event.pending)
            and self.corrected in (None, event.corrected)
            and self.year in (None, event.on.year)
            and (self.at_least_cents is None or charged >= self.at_least_cents)
            and (self.at_most_cents is None or charged <= self.at_most_cents)
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """What some events of one currency add up to. paid: on payouts; open: decided, on no payout yet."""

    currency: str
    events: int = 0
    split: Split = field(default_factory=Split)
    paid_cents: int = 0
    open_cents: int = 0
    pending: int = 0
    corrected: int = 0


def selected(events: Iterable[CareEvent], selection: Selection) -> tuple[CareEvent, ...]:
    """The events that ``selection`` asks for, in their order."""
    return tuple(event for event in events if selection.holds(event))


def totals(events: Iterable[CareEvent]) -> tuple[Totals, ...]:
    """One ``Totals`` per currency, by its code; nothing ever adds across currencies."""
    sums: dict[str, Totals] = {}
    for event in events:
        so_far = sums.get(event.currency, Totals(event.currency))
        sums[event.currency] = replace(
            so_far,
            events=so_far.events + 1,
            split=so_far.split + event.split,
            paid_cents=so_far.paid_cents + sum(p.amount_cents for p in event.payments if p.payout),
            open_cents=so_far.open_cents + event.open_cents,
            pending=so_far.pending + event.pending,
            corrected=so_far.corrected + event.corrected,
        )
    return tuple(sums[currency] for currency in sorted(sums))
