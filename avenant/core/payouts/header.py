"""The head of a payout statement: who pays whom, when and how much, in integer cents.

Example: payout AVP-2026-000123 of 14 June 2026 to the family of M-0001, 41.50 €.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PayoutHeader:
    """What stands above the lines.

    `number` is null for a settlement of zero that has no document. payee_ref: number of the family's head, or of the
    provider. `known_at` (with its zone) and `revision` are set when a past state is shown.
    """

    number: str | None
    issuer: str
    issue_date: date
    payee_kind: str  # member | provider
    payee_ref: str
    currency: str  # ISO 4217
    total_cents: int
    payee: str | None = None
    simulated: bool = False
    issuer_address: tuple[str, ...] = ()
    payee_address: tuple[str, ...] = ()
    known_at: datetime | None = None
    revision: int | None = None

    @property
    def file_stem(self) -> str:
        """What a file of it is called: its number, else the payee and the day."""
        return self.number or f"{self.payee_ref}-{self.issue_date}"
