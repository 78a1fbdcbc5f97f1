"""The recompute check: what a nightly run would write, computed for everybody and compared row by row.

It is the nightly run's own recompute, with fingerprints that equal nobody's, so that every row is compared.
"""

import polars as pl

from avenant.core.checks import recompute
from avenant.core.checks.finding import NOTE, Finding, shortened
from avenant.flows.check_readings import NeverRun, Readings, RestingPoint
from avenant.flows.nightly_chunk import BOOKS, Computed, RunContext, Task, compute
from avenant.store.readers.checking import booked_pairs, enrolled_pairs, families_of_contract
from avenant.store.readers.facts import Families, member_families
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.writers.runs import OpenRun

FAMILIES_AT_ONCE = 4_000


def recompute_findings(readings: Readings) -> list[Finding]:
    """Keys whose latest row is not what a fresh recompute gives; notes on what is explained."""
    found = _strangers(readings)
    try:
        point = readings.resting_point
    except NeverRun as never:
        return [*found, Finding(recompute.NAME, NOTE, "the book", str(never))]
    found += _notes(readings, point)
    if point.horizon < readings.settings.opens:
        return found
    context = RunContext(
        readings.db,
        OpenRun(0, "check", "check", point.rulebook.version),
        point.rulebook.version,
        readings.settings,
        point.business_date,
        point.horizon,
    )
    families = _families(readings)
    ids = families["family_id"].unique().sort()
    for begin in range(0, len(ids), FAMILIES_AT_ONCE):
        chunk = ids[begin : begin + FAMILIES_AT_ONCE]
        found = shortened(
            found + _chunk_findings(readings, compute(context, _task(readings, families, chunk)))
        )
        readings.say("recompute, families", min(begin + FAMILIES_AT_ONCE, len(ids)), len(ids))
    return found


def _strangers(readings: Readings) -> list[Finding]:
    with readings.connection() as connection:
        booked = booked_pairs(connection, readings.contract_id)
        return recompute.strangers(booked, enrolled_pairs(connection, readings.contract_id))


def _families(readings: Readings) -> pl.DataFrame:
    """member_id, family_id of the families to recompute."""
    with readings.connection() as connection:
        everybody = member_families(connection)
        if readings.contract_id is None:
            return everybody
        ids = families_of_contract(connection, readings.contract_id)
    return everybody.filter(pl.col("family_id").is_in(ids))


def _task(readings: Readings, families: pl.DataFrame, chunk: pl.Series) -> Task:
    """A chunk of families, with fingerprints that no member's rows can have."""
    members = families.filter(pl.col("family_id").is_in(chunk.implode()))["member_id"]
    unlike = pl.DataFrame({"member_id": members}).select(
        contract_id=pl.lit(0, pl.Int32),
        member_id="member_id",
        entries=pl.lit(-1, pl.Int64),
        amount_cents=pl.lit(0, pl.Int64),
        fingerprint=pl.lit(0, pl.Int64),
    )
    booked = {book.table: unlike for book in BOOKS}
    return Task(0, Families(ids=tuple(chunk.to_list())), booked, readings.snapshot, 0)


def _chunk_findings(readings: Readings, computed: Computed) -> list[Finding]:
    """What the chunk would write, without what news since the last run explains."""
    fresh = readings.explained.news
    members = computed.member_families.join(fresh, on="family_id", how="semi").select("member_id")
    tables = {
        table: computed.tables[table].join(members, on="member_id", how="anti")
        for table in (*(book.table for book in BOOKS), "held")
    }
    if readings.contract_id is not None:
        mine = pl.col("contract_id") == readings.contract_id
        tables = {table: rows.filter(mine) for table, rows in tables.items()}
    parking = computed.tables["parking"].join(fresh, on="family_id", how="anti")
    found = [finding for book in BOOKS for finding in recompute.differing_rows(book, tables[book.table])]
    return [*found, *recompute.unnoted(tables["held"], parking)]


def _notes(readings: Readings, point: RestingPoint) -> list[Finding]:
    explained = readings.explained
    notes = recompute.explained(explained.parked, explained.held, explained.news)
    with readings.connection() as connection:
        in_force = published_version_name(connection)
    if in_force != point.rulebook.version:
        said = (
            f"rulebook {in_force} came into force after the last nightly run; the book is compared under "
            f"{point.rulebook.version}, with which it was made"
        )
        notes.append(Finding(recompute.NAME, NOTE, "the rulebook", said))
    return notes
