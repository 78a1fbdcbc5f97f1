"""Published rulebooks as frames: the one in force, with the ids of its lines and slots."""

import json
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from avenant.core.frames.rulebook import Labels, Parameters, Plans, PriceLines, Rates
from avenant.core.rulebook.model import Rulebook
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import known

FRAMES: dict[str, type[dy.Schema]] = {
    "plans": Plans,
    "price_lines": PriceLines,
    "rates": Rates,
    "parameters": Parameters,
    "labels": Labels,
}
SLOTS = {
    "slot_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "component": pl.String,
    "tier": pl.String,
    "status": pl.String,
}


class NothingPublished(LookupError):
    """No rulebook is in force yet."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published rulebook: ``rulebook`` with its line ids, ``slots`` (slot_id and key), its ``version``."""

    rulebook: Rulebook
    slots: pl.DataFrame
    version: str


def rulebook_content(rulebook: Rulebook) -> dict[str, list[dict[str, object]]]:
    """The frames of a rulebook as JSON values: how a version is stored."""
    return {name: json.loads(getattr(rulebook, name).write_json()) for name in FRAMES}


def published(connection: Connection, rev: int | None = None) -> Published:
    """The rulebook in force: the latest publication known. Errors: NothingPublished."""
    query = f"""
        SELECT version, content FROM rulebook_version AS v JOIN revision USING (change_id)
        WHERE {known("v", rev)} ORDER BY revision.rev DESC LIMIT 1"""
    row = connection.execute(query).fetchone()
    if row is None:
        raise NothingPublished("no rulebook is in force: publish one with `avenant rulebook publish`")
    return Published(_numbered(connection, _rulebook(row[1])), slots(connection, rev), row[0])


def published_version_name(connection: Connection) -> str:
    """The version of the rulebook in force. Errors: NothingPublished."""
    row = connection.execute(
        "SELECT version FROM rulebook_version JOIN revision USING (change_id) ORDER BY rev DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise NothingPublished("no rulebook is in force: publish one with `avenant rulebook publish`")
    return str(row[0])


def published_version(connection: Connection, version: str) -> Published:
    """A rulebook by its version, whether in force or not. Errors: NothingPublished."""
    row = connection.execute(
        "SELECT content FROM rulebook_version WHERE version = %s LIMIT 1", [version]
    ).fetchone()
    if row is None:
        raise NothingPublished(f"rulebook version {version} was never published here")
    return Published(_numbered(connection, _rulebook(row[0])), slots(connection), version)


def _rulebook(content: dict[str, list[dict[str, object]]]) -> Rulebook:
    return Rulebook(**{name: _frame(content.get(name, []), schema) for name, schema in FRAMES.items()})


def _frame(rows: list[dict[str, object]], schema: type[dy.Schema]) -> pl.DataFrame:
    types = schema.create_empty().schema
    as_text = {name: pl.String if kind == pl.Date else kind for name, kind in types.items()}
    frame = pl.DataFrame(rows, schema=as_text, orient="row")
    return frame.with_columns(pl.col(name).str.to_date() for name, kind in types.items() if kind == pl.Date)


def _numbered(connection: Connection, rulebook: Rulebook) -> Rulebook:
    return rulebook.with_line_ids(price_lines(connection))


def price_lines(connection: Connection) -> pl.DataFrame:
    """The ids of all price lines ever published: line_id, content_key."""
    return read_frame(
        connection,
        "SELECT line_id, content_key FROM price_line",
        {"line_id": pl.Int32, "content_key": pl.String},
    )


def slots(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """All slots ever published (columns SLOTS)."""
    return read_frame(connection, f"SELECT {', '.join(SLOTS)} FROM slot AS s WHERE {known('s', rev)}", SLOTS)
