"""Publish a rulebook: an immutable version in the database, with ids for its new lines and slots.

Prices, tariffs, guarantees and envelopes share one registry of numbers; their content keys never meet.
"""

import polars as pl
import psycopg

from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.slots import slots_of
from avenant.store.changes import change_on
from avenant.store.database import Connection, Database
from avenant.store.digests import canonical_json
from avenant.store.frames import next_ids
from avenant.store.readers.rulebooks import NothingPublished, price_lines, published, rulebook_content, slots

SLOT_KEY = ["plan", "level", "component", "tier", "status"]


def publish(db: Database, rulebook: Rulebook, actor: str = "rulebook") -> str:
    """Bring ``rulebook`` into force and return its version; publishing what is in force writes nothing."""
    with db.connect() as connection:
        try:
            _bring_into_force(connection, rulebook, actor)
        except psycopg.errors.UniqueViolation:  # somebody else was quicker with the same lines or slots
            _bring_into_force(connection, rulebook, actor)
    return rulebook.version


def _bring_into_force(connection: Connection, rulebook: Rulebook, actor: str) -> None:
    if _in_force(connection) != rulebook.version:
        _write(connection, rulebook, actor)


def _in_force(connection: Connection) -> str | None:
    try:
        return published(connection).version
    except NothingPublished:
        return None


def _write(connection: Connection, rulebook: Rulebook, actor: str) -> None:
    new_lines = rulebook.content_keys().unique().sort("content_key")
    new_lines = new_lines.join(price_lines(connection), on="content_key", how="anti", maintain_order="left")
    new_slots = slots_of(rulebook).join(slots(connection), on=SLOT_KEY, how="anti", maintain_order="left")
    content = pl.DataFrame(
        {"version": [rulebook.version], "content": [canonical_json(rulebook_content(rulebook))]}
    )
    new_lines = _numbered(connection, new_lines, "line_id", "price_line_line_id_seq")
    new_slots = _numbered(connection, new_slots, "slot_id", "slot_slot_id_seq")
    with change_on(connection, actor, f"publish rulebook {rulebook.version}") as writer:
        writer.write("price_line", new_lines)
        writer.write("slot", new_slots)
        writer.write("rulebook_version", content)


def _numbered(connection: Connection, rows: pl.DataFrame, column: str, sequence: str) -> pl.DataFrame:
    """``rows`` with the numbers they keep for ever, given here so that the digest covers them."""
    return rows.with_columns(pl.Series(column, next_ids(connection, sequence, len(rows)), dtype=pl.Int32))
