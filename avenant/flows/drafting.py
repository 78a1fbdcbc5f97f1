"""A draft of a rulebook made ready for a run that writes nothing: numbered as its publication would number it.

Lines and slots that were published before keep their numbers; new ones get the next, which nobody ever stores.
"""

import pickle
from pathlib import Path

import polars as pl

from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.slots import slots_of
from avenant.store.database import Connection
from avenant.store.readers.rulebooks import Published, price_lines, slots

SLOT_KEY = ["plan", "level", "component", "tier", "status"]


def drafted(connection: Connection, rulebook: Rulebook) -> Published:
    """``rulebook`` as if it were published now."""
    lines, known_slots = price_lines(connection), slots(connection)
    new_lines = rulebook.content_keys().unique().sort("content_key")
    new_lines = new_lines.join(lines, on="content_key", how="anti", maintain_order="left")
    new_slots = slots_of(rulebook).join(known_slots, on=SLOT_KEY, how="anti", maintain_order="left")
    numbered = pl.concat([lines, _numbered(new_lines, "line_id", lines)], how="diagonal_relaxed")
    with_new = pl.concat([known_slots, _numbered(new_slots, "slot_id", known_slots)], how="diagonal_relaxed")
    return Published(
        rulebook.with_line_ids(numbered.select(lines.columns)),
        with_new.select(known_slots.columns),
        rulebook.version,
    )


def _numbered(rows: pl.DataFrame, column: str, known: pl.DataFrame) -> pl.DataFrame:
    most = known[column].max()
    first = 1 + (most if isinstance(most, int) else 0)
    numbers = pl.int_range(first, first + len(rows), dtype=pl.Int32, eager=True)
    return rows.with_columns(numbers.alias(column))


def keep_draft(draft: Published, file: Path) -> str:
    """Write a draft for worker processes to read; returns the file's name."""
    file.write_bytes(pickle.dumps(draft))
    return str(file)


def read_draft(file: str) -> Published:
    """The draft that this very program wrote to ``file``."""
    found = pickle.loads(Path(file).read_bytes())
    assert isinstance(found, Published)
    return found
