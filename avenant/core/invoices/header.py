"""The head of an invoice document: who bills whom, for which month, and the totals in integer cents.

Example: invoice AV-2026-000123 of 1 June 2026 for June, contract C-1, total 9,100 cents of which tax 1,066,
balance used 2,500, due 6,600.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A family that is parked and therefore not on this invoice; it follows on a later one."""

    family_ref: str
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceHeader:
    """What stands above the lines.

    `number` is null for a settlement of zero that has no document. `total_cents` contains `tax_cents` and the
    employer's part `employer_cents`; the employee's part is the rest. `due_cents` is the total minus
    `balance_used_cents`. `known_at` (with its zone) and `revision` are set when a past state is shown.
    """

    number: str | None
    kind: str  # invoice | credit_note | settlement
    issuer: str
    issue_date: date
    month: date  # first of month
    contract_ref: str
    contract_kind: str  # individual | company
    cycle: str  # advance | arrears
    currency: str  # ISO 4217
    total_cents: int
    employer_cents: int
    tax_cents: int
    tax_code: str | None
    balance_used_cents: int
    due_cents: int
    customer: str | None = None
    simulated: bool = False
    issuer_address: tuple[str, ...] = ()
    customer_address: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    known_at: datetime | None = None
    revision: int | None = None

    @property
    def employee_cents(self) -> int:
        """The part that is not the employer's."""
        return self.total_cents - self.employer_cents

    @property
    def file_stem(self) -> str:
        """What a file of it is called: its number, else the contract and the month."""
        return self.number or f"{self.contract_ref}-{self.month:%Y-%m}"
