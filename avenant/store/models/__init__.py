"""All tables, by topic."""

from avenant.store.models.books import (
    BalanceMovement,
    Held,
    Invoice,
    InvoiceEntry,
    Parking,
    Premium,
    Run,
    RunChunk,
    RunClose,
)
from avenant.store.models.facts import Approval, Contract, Enrolment, Member, PersonDetail
from avenant.store.models.revisions import BookSettings, Change, ChangeRows, Head, Revision, SimulatedClock
from avenant.store.models.rulebooks import PriceLine, RulebookVersion, Slot

__all__ = [
    "Approval",
    "BalanceMovement",
    "BookSettings",
    "Change",
    "ChangeRows",
    "Contract",
    "Enrolment",
    "Head",
    "Held",
    "Invoice",
    "InvoiceEntry",
    "Member",
    "Parking",
    "PersonDetail",
    "Premium",
    "PriceLine",
    "Revision",
    "RulebookVersion",
    "Run",
    "RunChunk",
    "RunClose",
    "SimulatedClock",
    "Slot",
]
