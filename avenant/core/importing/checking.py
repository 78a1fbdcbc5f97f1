"""Every problem of some news, judged against what is stored and the rulebook in force; writes nothing.

One pass finds what is wrong with each row as told. A row that refers to a row with a problem is not reported
here: correct the first and the second is right (`judging` follows such chains where rows are to be refused).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.importing.account_rules import approval_problems, balance_problems, people_problems
from avenant.core.importing.answer_rules import answer_problems
from avenant.core.importing.care_line_rules import amount_problems, care_line_problems
from avenant.core.importing.contract_rules import contract_problems
from avenant.core.importing.document_rules import document_problems
from avenant.core.importing.enrolment_rules import enrolment_problems
from avenant.core.importing.member_rules import member_problems
from avenant.core.importing.overlaps import overlap_problems
from avenant.core.importing.problem import Problem, as_problems, no_problems
from avenant.core.importing.provider_rules import provider_status_problems
from avenant.core.importing.state import Facts, Plans, State, state_after
from avenant.core.importing.stored_rules import contradictions

Judge = Callable[[], pl.DataFrame]
"""The problems of one table of news; not asked where nothing is told in it."""
NO_REFS: Mapping[str, pl.Series] = {
    table: pl.Series("ref", [], pl.String)
    for table in ("contracts", "members", "enrolments", "documents", "care_lines", "line_amounts")
}
"""Tables whose refused rows refuse others."""


@dataclass(frozen=True, slots=True)
class World:
    """What news is judged against: stored facts, the rulebook, today, the first month that is booked."""

    facts: Facts
    rulebook: Plans
    today: date
    opening_month: date | None = None
    refused: Mapping[str, pl.Series] = field(default_factory=lambda: NO_REFS)  # table -> refs already refused


def problems(
    news: News, facts: Facts, rulebook: Plans, today: date, opening_month: date | None = None
) -> list[Problem]:
    """All problems of `news`, in order of table and row; an empty list means that it can be stored.

    `today` is the last possible day of birth; months before `opening_month` need no price.
    """
    told = {table: getattr(news, table).with_row_index("row_index") for table in TABLES}
    return as_problems(found_problems(told, World(facts, rulebook, today, opening_month)))


def found_problems(told: Mapping[str, pl.DataFrame], world: World) -> pl.DataFrame:
    """Problems (`PROBLEM_SCHEMA`) of the tables `told`: news columns and `row_index` (gaps are allowed).

    A problem is one of a told row, so that tables without rows are not judged: one fact costs what it needs.
    """
    told_news = News(**told)
    state = state_after(told_news, world.facts)
    refused = dict(world.refused)
    enrolments, opening = told["enrolments"], world.opening_month
    judges: dict[str, Judge] = {
        "contracts": lambda: contract_problems(told["contracts"]),
        "members": lambda: member_problems(told["members"], state, refused["members"], world.today),
        "enrolments": lambda: enrolment_problems(enrolments, state, world.rulebook, refused, opening),
        "balances": lambda: balance_problems(told["balances"], state, refused),
        "approvals": lambda: approval_problems(told["approvals"], state, refused),
        "people": lambda: people_problems(told["people"], state, refused),
        **_care_judges(told, state, world),
    }
    found = pl.concat([no_problems(), *(judge() for table, judge in judges.items() if told[table].height)])
    if told["contracts"].height or told["members"].height:
        found = pl.concat([found, contradictions(state, world.facts, world.rulebook)])
    if told["enrolments"].height:
        found = pl.concat([found, overlap_problems(_sound(state, found))])
    return _in_order(found)


def _care_judges(told: Mapping[str, pl.DataFrame], state: State, world: World) -> dict[str, Judge]:
    documents, refused = told["documents"], world.refused
    lines, amounts = told["care_lines"], told["line_amounts"]
    return {
        "documents": lambda: document_problems(documents, state, refused, world.today),
        "care_lines": lambda: care_line_problems(lines, documents, refused, world.today),
        "line_amounts": lambda: amount_problems(amounts, documents, lines, refused),
        "answers": lambda: answer_problems(told["answers"]),
        "provider_statuses": lambda: provider_status_problems(told["provider_statuses"]),
    }


def _sound(state: State, found: pl.DataFrame) -> pl.DataFrame:
    """The enrolments of `state` without told ones that already have a problem."""
    broken = found.filter(pl.col("table") == "enrolments").select("row_index")
    return state.enrolments.join(broken, on="row_index", how="anti", nulls_equal=False)


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    tables = pl.Enum(list(TABLES))
    return found.sort(pl.col("table").cast(tables), "row_index", maintain_order=True)
