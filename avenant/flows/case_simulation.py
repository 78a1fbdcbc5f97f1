"""Play the simulations of a case: decisions that are computed from what is known and never written."""

from __future__ import annotations

import polars as pl

from avenant.core.cases.model import Simulation
from avenant.core.cases.observed_care import DECISION_COLUMNS, ObservedCare
from avenant.flows.simulating import Hypothetical, simulate
from avenant.store.database import Connection, Database
from avenant.store.frames import read_frame
from avenant.store.readers.care_as_told import worded

ASKED = {"member_ref": "member", "care_from": "on", "care_last_day": "last_day", "provider_ref": "provider"}
REFS = {"id": pl.Int32, "ref": pl.String}


def simulated(database: Database, simulations: tuple[Simulation, ...]) -> pl.DataFrame:
    """The decisions on the acts that ``simulations`` make up (columns DECISION_COLUMNS)."""
    found = [_told(database, each) for each in simulations]
    return pl.concat([ObservedCare().simulated, *found])


def _told(database: Database, simulation: Simulation) -> pl.DataFrame:
    values = {ASKED.get(name, name): value for name, value in simulation.values.items()}
    rows = simulate(database, Hypothetical(**values)).rows  # type: ignore[arg-type]
    with database.snapshot() as connection:
        contracts, members = (_refs(connection, table) for table in ("contract", "member"))
        payees = _refs(connection, "provider") | {0: "member"}
    named = worded(rows.rename({"limit_kind": "limit"})).with_columns(
        contract=pl.col("contract_id").replace_strict(contracts, return_dtype=pl.String),
        member=pl.col("member_id").replace_strict(members, return_dtype=pl.String),
        payee=pl.col("payee_id").replace_strict(payees, return_dtype=pl.String),
        act=pl.lit(values.get("act_code") or values.get("family")),
        **{name: pl.when(pl.col(name) >= 0).then(name) for name in ("ceiling_cents", "limit_left_cents")},
    )
    missing = {name: pl.lit(None) for name in DECISION_COLUMNS if name not in named.columns}
    return named.with_columns(**missing).select(
        pl.col(name).cast(kind) for name, kind in DECISION_COLUMNS.items()
    )


def _refs(connection: Connection, table: str) -> dict[int, str]:
    versions = "" if table == "provider" else "WHERE version = 1"
    rows = read_frame(connection, f"SELECT {table}_id, ref FROM {table} {versions}", REFS)
    return dict(rows.iter_rows())
