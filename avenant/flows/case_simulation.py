"""Play the simulations of a case: decisions that are computed from what is known and never written."""

from __future__ import annotations

import polars as pl

from avenant.core.cases.model import Simulation
from avenant.core.cases.observed_care import ObservedCare
from avenant.store.database import Database


def simulated(database: Database, simulations: tuple[Simulation, ...]) -> pl.DataFrame:
    """The decisions on the acts that ``simulations`` make up (columns DECISION_COLUMNS)."""
    return ObservedCare().simulated
