"""A told contract or member that contradicts an enrolment already stored, of which the news says nothing.

Stored: E-1, member M-1, from 1 January 2020. Told: M-1 is born on 4 May 2021. One of the two is wrong.
"""

import polars as pl

from avenant.core.importing.problem import Rule, broken_rules, sentence
from avenant.core.importing.state import Facts, Plans, State

BORN_LATER = Rule(
    column="birth_date",
    reason="start before birth",
    broken=pl.col("valid_from") < pl.col("birth_date"),
    message=sentence("enrolment {} of this member begins earlier, on {}", "ref", "valid_from"),
    remedy=sentence("correct the birth date, or tell that enrolment again with a later first day"),
)
OTHER_CURRENCY = Rule(
    column="currency",
    reason="currency mismatch",
    broken=pl.col("currency") != pl.col("plan_currency"),
    message=sentence(
        "enrolment {} of this contract is on plan {}, priced in {}", "ref", "plan", "plan_currency"
    ),
    remedy=sentence("keep the contract's currency, or open another contract"),
)

CHANGED_CURRENCY = Rule(
    column="currency",
    reason="currency mismatch",
    broken=pl.col("currency") != pl.col("stored"),
    message=sentence(
        "this contract is in {}; what is booked in one currency is never settled in another", "stored"
    ),
    remedy=sentence("keep the contract's currency, or open another contract"),
)


def contradictions(state: State, facts: Facts, rulebook: Plans) -> pl.DataFrame:
    """Problems of told contracts and members with what is stored; one per told row and rule."""
    silent = state.enrolments.filter(pl.col("row_index").is_null()).drop("row_index")
    members = _told(state.members, "birth_date").rename({"ref": "member_ref"})
    contracts = _told(state.contracts, "currency").rename({"ref": "contract_ref"})
    plans = rulebook.plans.select("plan", pl.col("currency").alias("plan_currency"))
    stored = facts.contracts.select(pl.col("ref").alias("contract_ref"), pl.col("currency").alias("stored"))
    found = pl.concat(
        [
            broken_rules("members", silent.join(members, on="member_ref"), [BORN_LATER]),
            broken_rules(
                "contracts",
                silent.join(contracts, on="contract_ref").join(plans, on="plan"),
                [OTHER_CURRENCY],
            ),
            broken_rules("contracts", contracts.join(stored, on="contract_ref"), [CHANGED_CURRENCY]),
        ]
    )
    return found.unique(subset=["table", "row_index", "reason"], keep="first", maintain_order=True)


def _told(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows.filter(pl.col("row_index").is_not_null()).select("row_index", "ref", column)
