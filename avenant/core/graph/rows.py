"""What a graph is built from: all versions of all rows it may need, each with the revision that wrote it.

Personal data is not among the columns: no names, no birth dates, no free text, no actors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.frames.care import ANSWER, CARE_LINE, DOCUMENT, PROVIDER_STATUS

Columns = dict[str, type[pl.DataType]]

REV: Final[Columns] = {"rev": pl.Int64}
_VERSIONED: Final[Columns] = {"version": pl.Int32, "withdrawn": pl.Boolean, **REV}
_RULE: Final[Columns] = {"valid_from": pl.Date, "valid_to": pl.Date, "source": pl.String, **REV}
_PAYOUT: Final[Columns] = {
    "payout_id": pl.Int64,
    "number": pl.String,
    "payee": pl.String,
    "issue_date": pl.Date,
    "currency": pl.String,
    "total_cents": pl.Int64,
    "entries": pl.Int32,
}
_INVOICE: Final[Columns] = {
    "invoice_id": pl.Int64,
    "number": pl.String,
    "contract_id": pl.Int32,
    "kind": pl.String,
    "month": pl.Date,
    "issue_date": pl.Date,
    "currency": pl.String,
    "total_cents": pl.Int64,
    "balance_used_cents": pl.Int64,
    "due_cents": pl.Int64,
    "entries": pl.Int32,
}

TABLES: Final[dict[str, Columns]] = {
    "revisions": {
        **REV,
        "at": pl.String,
        "run_id": pl.Int64,
        "run_kind": pl.String,
        "code_version": pl.String,
        "rulebook_version": pl.String,
    },
    "documents": DOCUMENT | REV,
    "lines": CARE_LINE | REV,
    "answers": ANSWER | REV,
    "providers": {"provider_id": pl.Int32, "ref": pl.String} | REV,
    "statuses": PROVIDER_STATUS | REV,
    "members": {"member_id": pl.Int32, "ref": pl.String, "role": pl.String, **_VERSIONED},
    "contracts": {
        "contract_id": pl.Int32,
        "ref": pl.String,
        "kind": pl.String,
        "cycle": pl.String,
        "currency": pl.String,
        **_VERSIONED,
    },
    "enrolments": {
        "enrolment_id": pl.Int32,
        "ref": pl.String,
        "contract_id": pl.Int32,
        "member_id": pl.Int32,
        "plan": pl.String,
        "level": pl.String,
        "basis": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        **_VERSIONED,
    },
    "act_codes": {"act_code": pl.String, "family": pl.String, "basket": pl.String} | REV,
    "rule_lines": {"line_id": pl.Int32, "kind": pl.String, "content_key": pl.String, **_RULE},
    "parameters": {
        "parameter": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "value": pl.Int64,
        "source": pl.String,
    }
    | REV,
    "rates": {"family": pl.String, "parameter": pl.String} | REV,
    "waiting": {"line_id": pl.Int64, "state": pl.String, "reason": pl.String, "candidates": pl.String} | REV,
    "entries": {"entry_id": pl.Int64, **REIMBURSEMENTS.columns, **REV},
    "payout_ties": {"entry_id": pl.Int64, "payout_id": pl.Int64} | REV,
    "payouts": _PAYOUT | REV,
    "premiums": {"entry_id": pl.Int64, "slot": pl.String, **PREMIUMS.columns, **REV},
    "invoice_ties": {"entry_id": pl.Int64, "invoice_id": pl.Int64} | REV,
    "invoices": _INVOICE | REV,
    "movements": {
        "movement_id": pl.Int64,
        "contract_id": pl.Int32,
        "kind": pl.String,
        "amount_cents": pl.Int64,
        "invoice_id": pl.Int64,
    }
    | REV,
}
"""Field of GraphRows -> its columns. act_codes: the rulebook's, per publication. rule_lines: kind ``tariff``,
``guarantee``, ``envelope`` or ``price``, one row per publication that holds it; parameters likewise. rates: which of
them is the Sécu's rate for a family of care. Settlements without a number are
called ``#17``."""


def _empty(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(TABLES[table]))


@dataclass(frozen=True, slots=True)
class GraphRows:
    """Frames with the columns TABLES. Rows later than the revision of the question are not among them."""

    revisions: pl.DataFrame = field(default_factory=lambda: _empty("revisions"))
    documents: pl.DataFrame = field(default_factory=lambda: _empty("documents"))
    lines: pl.DataFrame = field(default_factory=lambda: _empty("lines"))
    answers: pl.DataFrame = field(default_factory=lambda: _empty("answers"))
    providers: pl.DataFrame = field(default_factory=lambda: _empty("providers"))
    statuses: pl.DataFrame = field(default_factory=lambda: _empty("statuses"))
    members: pl.DataFrame = field(default_factory=lambda: _empty("members"))
    contracts: pl.DataFrame = field(default_factory=lambda: _empty("contracts"))
    enrolments: pl.DataFrame = field(default_factory=lambda: _empty("enrolments"))
    act_codes: pl.DataFrame = field(default_factory=lambda: _empty("act_codes"))
    rule_lines: pl.DataFrame = field(default_factory=lambda: _empty("rule_lines"))
    parameters: pl.DataFrame = field(default_factory=lambda: _empty("parameters"))
    rates: pl.DataFrame = field(default_factory=lambda: _empty("rates"))
    waiting: pl.DataFrame = field(default_factory=lambda: _empty("waiting"))
    entries: pl.DataFrame = field(default_factory=lambda: _empty("entries"))
    payout_ties: pl.DataFrame = field(default_factory=lambda: _empty("payout_ties"))
    payouts: pl.DataFrame = field(default_factory=lambda: _empty("payouts"))
    premiums: pl.DataFrame = field(default_factory=lambda: _empty("premiums"))
    invoice_ties: pl.DataFrame = field(default_factory=lambda: _empty("invoice_ties"))
    invoices: pl.DataFrame = field(default_factory=lambda: _empty("invoices"))
    movements: pl.DataFrame = field(default_factory=lambda: _empty("movements"))


@dataclass(frozen=True, slots=True)
class Rest:
    """What a large payout or invoice settles beside what is drawn of it one by one: so many entries, their sum.

    document: the node, ``payout:AVP-2026-000001``.
    """

    document: str
    entries: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Focus:
    """What a graph is about. ``lines``: line_ids that it starts from; all that ever hung together with them joins."""

    name: str
    lines: tuple[int, ...] = ()
    rest: Rest | None = None
