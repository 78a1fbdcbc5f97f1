"""What the claim rules take and give: facts of care, the terms they are decided under, expected rows."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from avenant.core.rulebook.care_model import CareRules


@dataclass(frozen=True, slots=True)
class Care:
    """Current facts of some families. Lines, answers and statuses: live rows, columns of ``core.frames.care``.

    members: member_id, family_id, birth_date. enrolments: enrolment_id, contract_id, member_id, plan, level, basis,
    valid_from, valid_to (all live ones, whatever their dates).
    """

    lines: pl.DataFrame
    answers: pl.DataFrame
    statuses: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame


@dataclass(frozen=True, slots=True)
class CareTerms:
    """The care side of a rulebook made ready for one run, with the parameters it refers to.

    parameters: parameter, valid_from, valid_to, value (``core.frames.rulebook.Parameters``).
    """

    rules: CareRules
    parameters: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Matched:
    """acts (ACT), links (LINK: which line belongs to which act, and as what), waiting (WAITING)."""

    acts: pl.DataFrame
    links: pl.DataFrame
    waiting: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ExpectedCare:
    """The answer: ``rows`` (``core.book.entries.REIMBURSEMENTS.expected``), ``waiting``, ``links``."""

    rows: pl.DataFrame
    waiting: pl.DataFrame
    links: pl.DataFrame
