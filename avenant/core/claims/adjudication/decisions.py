"""Adjudication: from acts of care to what we pay for each, in named steps; each adds columns that a trace
shows.

Example: a visit on 3 March 2025 for 30.00 € inside the care path under a guarantee of 100 %: base 30.00 €, 70
%, the Sécu's part 21.00 €, 2.00 € withheld, 9.00 € left, a ceiling of 9.00 €, 9.00 € decided for the member,
2.00 € out of pocket.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from avenant.core.claims.adjudication.allowances import with_decided
from avenant.core.claims.adjudication.care_path import with_increase
from avenant.core.claims.adjudication.dated_values import dated_values
from avenant.core.claims.adjudication.equipment import with_pair_cap
from avenant.core.claims.adjudication.families import with_family
from avenant.core.claims.adjudication.guarantee_table import guarantee_table
from avenant.core.claims.adjudication.hospital import with_offset
from avenant.core.claims.adjudication.payees import with_known_payee, with_payees
from avenant.core.claims.adjudication.payers import with_left, with_secu
from avenant.core.claims.adjudication.providers import with_status
from avenant.core.claims.adjudication.responsible import with_wanted
from avenant.core.claims.adjudication.retentions import with_retention
from avenant.core.claims.adjudication.rights import with_rights
from avenant.core.claims.adjudication.tariffs import tariff_table, with_base_and_rate
from avenant.core.claims.adjudication.waiting import waiting_acts
from avenant.core.claims.adjudication.waterfall import decision_rows
from avenant.core.claims.model import Care, CareTerms


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


def decided_acts(acts: pl.DataFrame, care: Care, terms: CareTerms) -> pl.DataFrame:
    """``acts`` with the columns of all steps, one row per act; ``waits`` is null where it is decided."""
    rules, values = terms.rules, dated_values(terms.parameters)
    tariffs, guarantees = tariff_table(rules), guarantee_table(rules)
    frame = with_family(acts, rules)
    frame = with_rights(frame, care.enrolments, care.members, rules)
    frame = with_known_payee(frame)
    frame = with_status(frame, care.statuses)
    frame = with_base_and_rate(frame, tariffs, values)
    frame = with_increase(frame, tariffs, values)
    frame = with_secu(frame)
    frame = with_left(frame)
    frame = with_retention(frame, values)
    frame = with_wanted(frame, guarantees, values)
    frame = with_pair_cap(frame, values)
    frame = with_offset(frame)
    frame = with_decided(frame, terms, values)
    return with_payees(frame)
