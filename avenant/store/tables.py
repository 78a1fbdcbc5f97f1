"""The append-only tables as column lists: what is written by COPY and what a revision's digest covers.

Columns stand in the order of the canonical serialisation; rows are sorted by them. Identities that the
database gives out and ``change_id`` are not listed and not covered; nor are ``invoice_entry`` and
``payout_entry``, the ties of entries to their settlements, though they are written the same way.
"""

from typing import Final

import polars as pl

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.frames.care import ANSWER, CARE_LINE, DOCUMENT, LINE_AMOUNT, PROVIDER_STATUS

Columns = dict[str, type[pl.DataType]]

INT, SMALL, BIG = pl.Int32, pl.Int16, pl.Int64
TEXT, DAY, FLAG = pl.String, pl.Date, pl.Boolean

CONTRACT: Final[Columns] = {
    "contract_id": INT,
    "version": INT,
    "ref": TEXT,
    "kind": TEXT,
    "cycle": TEXT,
    "currency": TEXT,
    "withdrawn": FLAG,
}
MEMBER: Final[Columns] = {
    "member_id": INT,
    "version": INT,
    "ref": TEXT,
    "role": TEXT,
    "birth_date": DAY,
    "family_id": INT,
    "withdrawn": FLAG,
}
ENROLMENT: Final[Columns] = {
    "enrolment_id": INT,
    "version": INT,
    "ref": TEXT,
    "contract_id": INT,
    "member_id": INT,
    "plan": TEXT,
    "level": TEXT,
    "basis": TEXT,
    "valid_from": DAY,
    "valid_to": DAY,
    "withdrawn": FLAG,
}
PREMIUM: Final[Columns] = PREMIUMS.columns
INVOICE: Final[Columns] = {
    "invoice_id": BIG,
    "contract_id": INT,
    "kind": TEXT,
    "series": TEXT,
    "year": INT,
    "number": INT,
    "issue_date": DAY,
    "month": DAY,
    "currency": TEXT,
    "total_cents": BIG,
    "employer_cents": BIG,
    "tax_cents": BIG,
    "balance_used_cents": BIG,
    "due_cents": BIG,
    "entries": INT,
}
PAYOUT: Final[Columns] = {
    "payout_id": BIG,
    "payee_kind": TEXT,
    "payee_id": INT,
    "series": TEXT,
    "year": INT,
    "number": INT,
    "issue_date": DAY,
    "currency": TEXT,
    "total_cents": BIG,
    "entries": INT,
}

TABLES: Final[dict[str, Columns]] = {
    "contract": CONTRACT,
    "member": MEMBER,
    "enrolment": ENROLMENT,
    "approval": {"contract_id": INT, "member_id": INT, "from_month": DAY, "through_month": DAY},
    "rulebook_version": {"version": TEXT, "content": TEXT},
    "price_line": {"line_id": INT, "content_key": TEXT},
    "slot": {"slot_id": INT, "plan": TEXT, "level": TEXT, "component": TEXT, "tier": TEXT, "status": TEXT},
    "run": {
        "run_id": BIG,
        "kind": TEXT,
        "code_version": TEXT,
        "rulebook_version": TEXT,
        "business_date": DAY,
        "horizon": DAY,
        "options": TEXT,
    },
    "run_chunk": {"run_id": BIG, "chunk": INT, "read_rev": BIG, "checked_rev": BIG, "row_count": INT},
    "run_close": {"run_id": BIG, "status": TEXT, "counts": TEXT},
    "parking": {"family_id": INT, "state": TEXT, "reason": TEXT},
    "held": {
        "contract_id": INT,
        "member_id": INT,
        "first_month": DAY,
        "last_month": DAY,
        "months": INT,
        "difference_cents": BIG,
        "fingerprint": BIG,
    },
    "premium": PREMIUM,
    "invoice": INVOICE,
    "reimbursement": REIMBURSEMENTS.columns,
    "payout": PAYOUT,
    "payout_entry": {"entry_id": BIG, "payout_id": BIG},
    "document": DOCUMENT,
    "care_line": CARE_LINE,
    "line_amount": LINE_AMOUNT,
    "answer": ANSWER,
    "provider": {"provider_id": INT, "ref": TEXT},
    "provider_status": PROVIDER_STATUS,
    "waiting": {
        "line_id": BIG,
        "member_id": INT,
        "state": TEXT,
        "reason": TEXT,
        "candidates": TEXT,
    },
    "invoice_entry": {"entry_id": BIG, "invoice_id": BIG},
    "balance_movement": {"contract_id": INT, "kind": TEXT, "amount_cents": BIG, "invoice_id": BIG},
}

UNCOVERED: Final = frozenset({"invoice_entry", "payout_entry"})
JSON_COLUMNS: Final = frozenset({"content", "options", "counts"})
