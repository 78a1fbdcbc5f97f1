"""What the premium rules take and give: facts, the terms they are priced under, expected rows."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.premiums.calendar import Calendar
from avenant.core.premiums.pricing import PriceTable, price_table
from avenant.core.rulebook.model import Rulebook


@dataclass(frozen=True, slots=True)
class Facts:
    """Current facts of some families, as frames (columns as in ``core.frames.facts``)."""

    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Terms:
    """A rulebook made ready for the months of one run; built once, used for every chunk of families."""

    plans: pl.DataFrame
    components: pl.DataFrame
    slots: pl.DataFrame
    prices: PriceTable
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Expected:
    """The answer: ``rows`` (entry columns without version and kind), ``parked`` (family_id, reason)."""

    rows: pl.DataFrame
    parked: pl.DataFrame


def terms(rulebook: Rulebook, slots: pl.DataFrame, first_month: date, last_month: date) -> Terms:
    """The terms of ``rulebook`` for the months ``first_month`` to ``last_month``, both included.

    ``slots``: slot_id, plan, level, component, tier, status, as assigned at publication.
    """
    calendar = Calendar.between(first_month, last_month)
    components = rulebook.price_lines.select("plan", "level", "component", "structure").unique(
        maintain_order=True
    )
    return Terms(rulebook.plans, components, slots, price_table(rulebook, calendar), calendar)
