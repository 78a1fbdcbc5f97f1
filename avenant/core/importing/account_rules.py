"""What cannot be right about opening balances, approvals of late changes, and personal data.

contract_ref,amount_cents
C-404,1250                 contract_ref: no contract C-404 is known
"""

from collections.abc import Mapping

import polars as pl

from avenant.core.importing.problem import (
    DEPENDS_ON_REFUSED,
    Rule,
    broken_rules,
    missing,
    sentence,
    told_twice,
)
from avenant.core.importing.state import State

BALANCES = [
    told_twice("contract_ref"),
    missing("amount_cents", "an opening balance needs an amount", "write whole cents; a debt is negative"),
]


def _first_of_month(column: str) -> Rule:
    """Whole months are approved: a day in the middle would silently leave its month out, or take it in."""
    return Rule(
        column=column,
        reason="not a month",
        broken=pl.col(column).dt.day() != 1,
        message=sentence("months are approved whole, and {} lies within one", column),
        remedy=sentence("write the first of the month"),
    )


APPROVALS = [
    _first_of_month("from_month"),
    _first_of_month("through_month"),
    missing("from_month", "an approval needs its first month", "write the first of that month"),
    missing("through_month", "an approval needs its last month", "write the first of that month"),
    Rule(
        column="through_month",
        reason="end before start",
        broken=pl.col("through_month") < pl.col("from_month"),
        message=sentence("the last approved month lies before the first, {}", "from_month"),
        remedy=sentence("correct one of the two"),
    ),
]
PEOPLE = [
    missing("kind", "what the value is, is missing", "write for example name, email, address or iban"),
    missing("value", "the value is missing", "write it, or remove the row"),
    Rule(
        column="kind",
        reason="kind told twice",
        broken=pl.struct("member_ref", "kind").is_duplicated() & pl.col("kind").is_not_null(),
        message=sentence("several rows give the {} of member {}", "kind", "member_ref"),
        remedy=sentence("keep the row that is right"),
    ),
]


def balance_problems(rows: pl.DataFrame, state: State, refused: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Problems of told opening balances (news columns and `row_index`)."""
    return broken_rules("balances", rows, [*_refers_to("contract", state.contracts, refused), *BALANCES])


def approval_problems(rows: pl.DataFrame, state: State, refused: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Problems of told approvals (news columns and `row_index`)."""
    contract = _refers_to("contract", state.contracts, refused)
    member = _refers_to("member", state.members, refused)
    return broken_rules("approvals", rows, [*contract, *member, *APPROVALS])


def people_problems(rows: pl.DataFrame, state: State, refused: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Problems of told personal data (news columns and `row_index`)."""
    return broken_rules("people", rows, [*_refers_to("member", state.members, refused), *PEOPLE])


def _refers_to(thing: str, known: pl.DataFrame, refused: Mapping[str, pl.Series]) -> list[Rule]:
    column = f"{thing}_ref"
    is_known = pl.col(column).is_in(known["ref"].drop_nulls().implode())
    is_refused = pl.col(column).is_in(refused[f"{thing}s"].implode())
    return [
        missing(column, f"the {thing} is missing", f"write the ref of a known {thing}"),
        Rule(
            column=column,
            reason=f"unknown {thing}",
            broken=pl.col(column).is_not_null() & ~is_known & ~is_refused,
            message=sentence(f"no {thing} {{}} is known, here or in the database", column),
            remedy=sentence(f"add the {thing}, or correct the ref"),
        ),
        Rule(
            column=column,
            reason=DEPENDS_ON_REFUSED,
            broken=is_refused,
            message=sentence(f"the row of {thing} {{}} was refused", column),
            remedy=sentence("correct that row first"),
        ),
    ]
