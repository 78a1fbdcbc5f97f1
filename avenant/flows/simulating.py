"""Simulation: what would we pay for this act, for this member, on that day? The same engine, writing nothing.

simulate(db, Hypothetical("M-0001", "HBLD038", date(2026, 3, 10), charged_cents=600_00))
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.claims.model import CareTerms
from avenant.core.claims.simulation import simulated
from avenant.core.frames.care import ACT
from avenant.flows.nightly_care import care_of
from avenant.store.database import Connection, Database
from avenant.store.readers.facts import Families, facts_of
from avenant.store.readers.history import identity_of
from avenant.store.readers.rulebooks import published


@dataclass(frozen=True, slots=True)
class Hypothetical:
    """An act that did not happen (yet). What is None is looked up: base and rate in the dated tariffs."""

    member: str
    act_code: str
    on: date
    charged_cents: int
    family: str | None = None
    quantity: int = 1
    last_day: date | None = None
    provider: str | None = None
    sector: int | None = None
    optam: bool | None = None
    care_path: str | None = None
    exemption: str | None = None
    basket: str | None = None
    location: str | None = None
    asked_cents: int | None = None
    others_cents: int = 0


@dataclass(frozen=True, slots=True)
class Simulated:
    """``rows``: what would be booked (``REIMBURSEMENTS.expected``); ``waiting``: why it would wait instead."""

    rows: pl.DataFrame
    waiting: pl.DataFrame
    currency: str


def simulate(db: Database, act: Hypothetical, rev: int | None = None) -> Simulated:
    """What we would pay for ``act``, on top of all care known now or as of ``rev``.

    Errors: UnknownRef for the member, NothingPublished.
    """
    with db.snapshot() as connection:
        member_id = identity_of(connection, "member", act.member, rev)
        assert member_id is not None
        facts = facts_of(connection, Families(ids=(_family(connection, member_id),)), rev)
        rulebook = published(connection, rev).rulebook
        care = care_of(connection, None, facts, rev)
        row = _act(act, member_id, _provider(connection, act.provider))
    found = simulated(row, care, CareTerms(rulebook.care, rulebook.parameters))
    contracts = facts.contracts.join(found.rows, on="contract_id", how="semi")["currency"]
    return Simulated(found.rows, found.waiting, contracts[0] if len(contracts) else "EUR")


def _family(connection: Connection, member_id: int) -> int:
    row = connection.execute(
        "SELECT family_id FROM member WHERE member_id = %s ORDER BY version DESC LIMIT 1", [member_id]
    ).fetchone()
    assert row is not None
    return int(row[0])


def _provider(connection: Connection, ref: str | None) -> int | None:
    row = connection.execute("SELECT provider_id FROM provider WHERE ref = %s", [ref]).fetchone()
    return None if row is None else int(row[0])


def _act(act: Hypothetical, member_id: int, provider_id: int | None) -> pl.DataFrame:
    """One row with the columns ACT; its number is one that no act has."""
    said = {
        "act_id": 2**62,
        "member_id": member_id,
        "act_code": act.act_code,
        "family": act.family,
        "care_from": act.on,
        "care_last_day": act.last_day or act.on,
        "quantity": act.quantity,
        "charged_cents": act.charged_cents,
        "others_cents": act.others_cents,
        "asked_cents": act.asked_cents,
        "exemption": act.exemption,
        "care_path": act.care_path,
        "provider_id": provider_id,
        "sector": act.sector,
        "optam": act.optam,
        "basket": act.basket,
        "location": act.location,
        "told_by_secu": False,
        "lines": 1,
        "cancelled": False,
    }
    return pl.DataFrame([dict.fromkeys(ACT) | said], schema=ACT)
