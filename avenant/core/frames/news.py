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
PEOPLE: dict[str, type[pl.DataType]] = {"member_ref": pl.String, "kind": pl.String, "value": pl.String}

TABLES: dict[str, dict[str, type[pl.DataType]]] = {
    "contracts": CONTRACTS,
    "members": MEMBERS,
    "enrolments": ENROLMENTS,
    "balances": BALANCES,
    "approvals": APPROVALS,
    "people": PEOPLE,
}


def empty_table(name: str) -> pl.DataFrame:
    """The news table `name` without rows, with its columns and types."""
    return pl.DataFrame(schema=dict(TABLES[name]))


@dataclass(frozen=True, slots=True)
class News:
    """Six tables (columns: see `TABLES`), each possibly empty; people are erasable, the others are facts."""

    contracts: pl.DataFrame = field(default_factory=lambda: empty_table("contracts"))
    members: pl.DataFrame = field(default_factory=lambda: empty_table("members"))
    enrolments: pl.DataFrame = field(default_factory=lambda: empty_table("enrolments"))
    balances: pl.DataFrame = field(default_factory=lambda: empty_table("balances"))
    approvals: pl.DataFrame = field(default_factory=lambda: empty_table("approvals"))
    people: pl.DataFrame = field(default_factory=lambda: empty_table("people"))

    def rows(self) -> int:
        """How many rows the news has in all its tables."""
        return sum(getattr(self, table.name).height for table in fields(self))
