"""Adjudication: from acts of care to what we pay for each, in named steps; each adds columns that a trace
shows.

Example: a visit on 3 March 2025 for 30.00 € inside the care path under a guarantee of 100 %: base 30.00 €, 70
%, the Sécu's part 21.00 €, 2.00 € withheld, 9.00 € left, a ceiling of 9.00 €, 9.00 € decided for the member,
2.00 € out of pocket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.allowances import with_decided
from avenant.core.claims.adjudication.care_path import with_increase
from avenant.core.claims.adjudication.dated_values import DatedValues, dated_values
from avenant.core.claims.adjudication.equipment import with_pair_cap
from avenant.core.claims.adjudication.families import with_family
from avenant.core.claims.adjudication.guarantee_table import GuaranteeTable, guarantee_table
from avenant.core.claims.adjudication.hospital import with_offset
from avenant.core.claims.adjudication.payees import with_known_payee, with_payees
from avenant.core.claims.adjudication.payers import with_left, with_secu
from avenant.core.claims.adjudication.providers import with_status
from avenant.core.claims.adjudication.responsible import with_wanted
from avenant.core.claims.adjudication.retentions import with_retention
from avenant.core.claims.adjudication.rights import with_rights
from avenant.core.claims.adjudication.tariffs import TariffTable, tariff_table, with_base_and_rate
from avenant.core.claims.adjudication.waiting import waiting_acts
from avenant.core.claims.adjudication.waterfall import decision_rows
from avenant.core.claims.model import Care, CareTerms
from avenant.core.rulebook.care_model import CareRules


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """``rows`` (``REIMBURSEMENTS.expected``) and ``waiting`` (WAITING): every act is in one of the two."""

    rows: pl.DataFrame
    waiting: pl.DataFrame


def adjudicated(acts: pl.DataFrame, care: Care, terms: CareTerms) -> Adjudicated:
    """Decide every act of ``acts`` (ACT) for the members and enrolments of ``care`` under ``terms``.

    Errors: ``ValueError`` with file and line when two lines of the rulebook answer for one day.
    """
    frame = decided_acts(acts, care, terms)
    return Adjudicated(decision_rows(frame), waiting_acts(frame))


@dataclass(frozen=True, slots=True)
class Given:
    """What the steps take besides the acts: facts of care, and the rulebook as tables."""

    members: pl.DataFrame
    enrolments: pl.DataFrame
    statuses: pl.DataFrame
    rules: CareRules
    values: DatedValues
    tariffs: TariffTable
    guarantees: GuaranteeTable
    terms: CareTerms


Step = Callable[..., pl.DataFrame]
STEPS: Final[tuple[tuple[Step, tuple[str, ...]], ...]] = (
    (with_family, ("rules",)),
    (with_rights, ("enrolments", "members", "rules")),
    (with_known_payee, ()),
    (with_status, ("statuses",)),
    (with_base_and_rate, ("tariffs", "values")),
    (with_increase, ("tariffs", "values")),
    (with_secu, ()),
    (with_left, ()),
    (with_retention, ("values",)),
    (with_wanted, ("guarantees", "values")),
    (with_pair_cap, ("values",)),
    (with_offset, ()),
    (with_decided, ("terms", "values")),
    (with_payees, ()),
)
"""Each step in its order, with what of `Given` it takes: the acts come in, and go out with its columns."""


def decided_acts(acts: pl.DataFrame, care: Care, terms: CareTerms) -> pl.DataFrame:
    """``acts`` with the columns of all steps, one row per act; ``waits`` is null where it is decided."""
    frame, given = acts, given_by(care, terms)
    for step, names in STEPS:
        frame = step(frame, *(getattr(given, name) for name in names))
    return frame


def given_by(care: Care, terms: CareTerms) -> Given:
    """What all steps take, each table made once."""
    rules, values = terms.rules, dated_values(terms.parameters)
    tables = (tariff_table(rules), guarantee_table(rules))
    return Given(care.members, care.enrolments, care.statuses, rules, values, *tables, terms)
