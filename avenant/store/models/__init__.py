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
from avenant.store.models.care import (
    Answer,
    CareLine,
    Document,
    LineAmount,
    Provider,
    ProviderStatus,
    Waiting,
)
from avenant.store.models.check_results import CheckFinding, CheckResult, CheckRun
from avenant.store.models.facts import Approval, Contract, Enrolment, Member, PersonDetail, PersonName
from avenant.store.models.reimbursements import Payout, PayoutEntry, Reimbursement
from avenant.store.models.reruns import RerunRequest
from avenant.store.models.revisions import BookSettings, Change, ChangeRows, Head, Revision, SimulatedClock
from avenant.store.models.rulebooks import PriceLine, RulebookVersion, Slot

__all__ = [
    "Answer",
    "Approval",
    "BalanceMovement",
    "BookSettings",
    "CareLine",
    "Change",
    "ChangeRows",
    "CheckFinding",
    "CheckResult",
    "CheckRun",
    "Contract",
    "Document",
    "Enrolment",
    "Head",
    "Held",
    "Invoice",
    "InvoiceEntry",
    "LineAmount",
    "Member",
    "Parking",
    "Payout",
    "PayoutEntry",
    "PersonDetail",
    "PersonName",
    "Premium",
    "PriceLine",
    "Provider",
    "ProviderStatus",
    "Reimbursement",
    "RerunRequest",
    "Revision",
    "RulebookVersion",
    "Run",
    "RunChunk",
    "RunClose",
    "SimulatedClock",
    "Slot",
    "Waiting",
]
