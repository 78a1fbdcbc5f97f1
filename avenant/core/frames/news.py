"""News: what somebody told us, in the words of the outside world (external numbers, last covered days).

Every row is the full state of one fact as it is known now. Example: "the enrolment A0000017 ends on
14 March" repeats the whole row of A0000017, with `last_day` 14 March.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import polars as pl

CONTRACTS: dict[str, type[pl.DataType]] = {
    "ref": pl.String,
    "kind": pl.String,
    "cycle": pl.String,
    "currency": pl.String,
    "withdrawn": pl.Boolean,
}
MEMBERS: dict[str, type[pl.DataType]] = {
    "ref": pl.String,
    "role": pl.String,
    "birth_date": pl.Date,
    "primary_ref": pl.String,
    "withdrawn": pl.Boolean,
}
ENROLMENTS: dict[str, type[pl.DataType]] = {
    "ref": pl.String,
    "contract_ref": pl.String,
    "member_ref": pl.String,
    "plan": pl.String,
    "level": pl.String,
    "basis": pl.String,
    "valid_from": pl.Date,
    "last_day": pl.Date,
    "withdrawn": pl.Boolean,
}
BALANCES: dict[str, type[pl.DataType]] = {"contract_ref": pl.String, "amount_cents": pl.Int64}
APPROVALS: dict[str, type[pl.DataType]] = {
    "contract_ref": pl.String,
    "member_ref": pl.String,
    "from_month": pl.Date,
    "through_month": pl.Date,
}
DOCUMENTS: dict[str, type[pl.DataType]] = {
    "ref": pl.String,
    "kind": pl.String,
    "payer": pl.String,
    "payer_rank": pl.Int16,
    "member_ref": pl.String,
    "received_on": pl.Date,
    "paid_on": pl.Date,
    "currency": pl.String,
    "withdrawn": pl.Boolean,
}
CARE_LINES: dict[str, type[pl.DataType]] = {
    "document_ref": pl.String,
    "line": pl.Int32,  # 1, 2, 3 … within the document; its ref becomes "document_ref#line"
    "act_code": pl.String,
    "family": pl.String,
    "care_from": pl.Date,
    "care_last_day": pl.Date,  # null: the same day
    "quantity": pl.Int32,  # null: 1
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,
    "rate_ppm": pl.Int32,
    "secu_cents": pl.Int64,
    "retention_cents": pl.Int64,
    "others_cents": pl.Int64,
    "asked_cents": pl.Int64,
    "exemption": pl.String,
    "care_path": pl.String,
    "provider_ref": pl.String,
    "sector": pl.Int16,
    "optam": pl.Boolean,
    "basket": pl.String,
    "location": pl.String,
    "payee": pl.String,
    "cancels": pl.String,
    "hold": pl.String,
}
LINE_AMOUNTS: dict[str, type[pl.DataType]] = {
    "document_ref": pl.String,
    "line": pl.Int32,  # null: of the document as a whole
    "position": pl.Int32,
    "coding": pl.String,
    "amount_cents": pl.Int64,
    "currency": pl.String,
}
ANSWERS: dict[str, type[pl.DataType]] = {
    "ref": pl.String,
    "kind": pl.String,
    "line_ref": pl.String,
    "other_ref": pl.String,
    "amount_cents": pl.Int64,
    "reason": pl.String,
    "withdrawn": pl.Boolean,
}
PROVIDER_STATUSES: dict[str, type[pl.DataType]] = {
    "ref": pl.String,
    "provider_ref": pl.String,
    "sector": pl.Int16,
    "optam": pl.Boolean,
    "valid_from": pl.Date,
    "last_day": pl.Date,
    "withdrawn": pl.Boolean,
}
PEOPLE: dict[str, type[pl.DataType]] = {"member_ref": pl.String, "kind": pl.String, "value": pl.String}

TABLES: dict[str, dict[str, type[pl.DataType]]] = {
    "contracts": CONTRACTS,
    "members": MEMBERS,
    "enrolments": ENROLMENTS,
    "balances": BALANCES,
    "approvals": APPROVALS,
    "people": PEOPLE,
    "documents": DOCUMENTS,
    "care_lines": CARE_LINES,
    "line_amounts": LINE_AMOUNTS,
    "answers": ANSWERS,
    "provider_statuses": PROVIDER_STATUSES,
}


def empty_table(name: str) -> pl.DataFrame:
    """The news table `name` without rows, with its columns and types."""
    return pl.DataFrame(schema=dict(TABLES[name]))


@dataclass(frozen=True, slots=True)
class News:
    """Tables (columns: see `TABLES`), each possibly empty; people are erasable, the others are facts.

    A document is told whole: its care_lines and line_amounts replace those told before under the same ref.
    """

    contracts: pl.DataFrame = field(default_factory=lambda: empty_table("contracts"))
    members: pl.DataFrame = field(default_factory=lambda: empty_table("members"))
    enrolments: pl.DataFrame = field(default_factory=lambda: empty_table("enrolments"))
    balances: pl.DataFrame = field(default_factory=lambda: empty_table("balances"))
    approvals: pl.DataFrame = field(default_factory=lambda: empty_table("approvals"))
    people: pl.DataFrame = field(default_factory=lambda: empty_table("people"))
    documents: pl.DataFrame = field(default_factory=lambda: empty_table("documents"))
    care_lines: pl.DataFrame = field(default_factory=lambda: empty_table("care_lines"))
    line_amounts: pl.DataFrame = field(default_factory=lambda: empty_table("line_amounts"))
    answers: pl.DataFrame = field(default_factory=lambda: empty_table("answers"))
    provider_statuses: pl.DataFrame = field(default_factory=lambda: empty_table("provider_statuses"))

    def rows(self) -> int:
        """How many rows the news has in all its tables."""
        return sum(getattr(self, table.name).height for table in fields(self))
