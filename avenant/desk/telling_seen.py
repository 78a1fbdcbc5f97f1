"""A preview as its page shows it: premiums per person, the next invoice, reimbursements, what would wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import polars as pl

from avenant.core.importing.problem import Problem
from avenant.core.payouts.care_names import NAMES
from avenant.core.timeline.wording import reason_text
from avenant.desk.telling_forms import Form, place_of
from avenant.desk.words import all_words, say
from avenant.flows.previewing import FactsPreview

ROWS_SHOWN: Final = 300
"""Of one person; the sums are of all."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows of one person (or contract) in one currency, and the sums of all before and after, in cents."""

    who: str
    currency: str
    rows: tuple[Row, ...]
    before_cents: int
    after_cents: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview for its page. anyway: rows that the night would book without the news as well."""

    seen: FactsPreview
    premiums: tuple[Moves, ...]
    adjustments: tuple[Moves, ...]
    reimbursements: tuple[Moves, ...]
    waiting: tuple[Row, ...]
    parked: tuple[str, ...]
    held: tuple[Row, ...]
    anyway: int

    @property
    def facts(self) -> int:
        """How many rows of facts would be kept."""
        return sum(self.seen.facts.values()) if isinstance(self.seen.facts, Mapping) else 0

    @property
    def moves_nothing(self) -> bool:
        """Whether no amount changes and nothing newly waits."""
        found = (self.premiums, self.adjustments, self.reimbursements, self.waiting, self.parked, self.held)
        return not any(found)


def shown(seen: FactsPreview, language: str) -> Shown:
    """Group and name what a preview found."""
    care = _new(seen.reimbursements)
    for row in care:
        row["on"] = row["after_care_date"] or row["before_care_date"]
        row["called"] = NAMES[language].get(row["care_family"] or "", row["act_code"])
    anyway = sum(_anyway(rows) for rows in (seen.premiums, seen.reimbursements))
    return Shown(
        seen=seen,
        premiums=_grouped(_new(seen.premiums), "member_ref", "before_amount_cents", "after_amount_cents"),
        adjustments=_grouped(_open(seen.adjustments), "contract_ref", "anyway_cents", "after_cents"),
        reimbursements=_grouped(care, "member_ref", "before_amount_cents", "after_amount_cents"),
        waiting=tuple(
            row
            | {
                "reason": reason_text(row["reason"], language),
                "called": NAMES[language].get(row["care_family"]),
            }
            for row in _new(seen.waiting, "waiting")
        ),
        parked=tuple(row["family_ref"] for row in _new(seen.parking, "parked")),
        held=tuple(_new(seen.held.filter(pl.col("months") > 0) if len(seen.held) else seen.held)),
        anyway=anyway,
    )


def _anyway(rows: pl.DataFrame) -> int:
    return 0 if rows.is_empty() else len(rows.filter(pl.col("written") & ~pl.col("because")))


def _open(rows: pl.DataFrame) -> list[Row]:
    """What waits for the next invoice and differs by the news."""
    return [] if rows.is_empty() else rows.filter(pl.col("after_cents") != pl.col("anyway_cents")).to_dicts()


def _new(rows: pl.DataFrame, state: str = "") -> list[Row]:
    if rows.is_empty():
        return []
    found = rows.filter("because")
    return (found.filter(state=state) if state else found).to_dicts()


def _grouped(rows: Iterable[Row], who: str, before: str, after: str) -> tuple[Moves, ...]:
    def key(row: Row) -> tuple[str, str]:
        return str(row[who]), str(row["currency"])

    found = []
    for (name, currency), some in groupby(sorted(rows, key=key), key):
        group = tuple(some)
        before_cents, after_cents = (sum(row[column] or 0 for row in group) for column in (before, after))
        rows_shown, left_out = group[:ROWS_SHOWN], len(group[ROWS_SHOWN:])
        found.append(Moves(name, currency, rows_shown, before_cents, after_cents, left_out))
    return tuple(found)


def problem_texts(form: Form, problems: Iterable[Problem], language: str) -> tuple[dict[str, str], list[str]]:
    """Problems as sentences: by field, and those that belong to none. Known reasons in French, else as found."""
    at_field: dict[str, str] = {}
    others: list[str] = []
    for problem in problems:
        text = _sentence(problem, language)
        place = place_of(form, problem.column)
        if not place:
            others.append(text)
        elif place not in at_field:
            at_field[place] = text
    return at_field, others


def _sentence(problem: Problem, language: str) -> str:
    key = f"tell.problem_{problem.reason.replace(' ', '_')}"
    if language == "fr" and key in all_words():
        return say(language, key, seen=problem.seen)
    said = problem.message or problem.reason
    return f"{said[:1].upper()}{said[1:]}. {problem.remedy[:1].upper()}{problem.remedy[1:]}."
