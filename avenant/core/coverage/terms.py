"""The terms of one plan as far as a sentence needs them: conventions, names, the monthly ceiling.

Example: fr-company of a rulebook counts ages by calendar year, prorates by days and names level `confort` Confort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.rulebook.grid import CEILING
from avenant.core.rulebook.model import Rulebook


class UnknownPlan(LookupError):
    """The rulebook does not have the plan."""


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """Conventions of a plan under one rulebook, and the names people read.

    paying_children: null for all. labels: (kind, code) -> name, where the plan gives distinct ones.
    ceilings: the monthly social security ceiling in cents, from which day on.
    """

    plan: str
    proration: str
    age_convention: str
    paying_children: int | None
    tax_code: str | None
    tax_mode: str
    labels: Mapping[tuple[str, str], str]
    ceilings: tuple[tuple[date, int], ...]

    def label(self, kind: str, code: str) -> str:
        """The name of a ``plan``, ``level`` or ``component``; its code where the plan names none."""
        return self.labels.get((kind, code), code)

    def ceiling_cents(self, month: date) -> int | None:
        """The monthly ceiling in ``month``; None where the rulebook knows none."""
        told = [cents for since, cents in self.ceilings if since <= month]
        return told[-1] if told else None


def plan_terms(rulebook: Rulebook, plan: str) -> PlanTerms:
    """The terms of ``plan`` under ``rulebook``. Errors: UnknownPlan."""
    found = rulebook.plans.filter(pl.col("plan") == plan)
    if found.is_empty():
        raise UnknownPlan(
            f"rulebook {rulebook.version} has no plan {plan!r}; the entry was booked under another"
        )
    row = found.row(0, named=True)
    ceilings = rulebook.parameters.filter(pl.col("parameter") == CEILING).sort("valid_from")
    return PlanTerms(
        plan,
        row["proration"],
        row["age_convention"],
        row["paying_children"],
        row["tax_code"],
        row["tax_mode"],
        _distinct_labels(rulebook.labels.filter(pl.col("plan") == plan)),
        tuple(ceilings.select("valid_from", "value").iter_rows()),
    )


def _distinct_labels(labels: pl.DataFrame) -> dict[tuple[str, str], str]:
    """Two levels under one name are told by their codes, so that a sentence never confuses them."""
    named = labels.unique(["kind", "label"], keep="none")
    return {(kind, code): label for kind, code, label in named.select("kind", "code", "label").iter_rows()}
