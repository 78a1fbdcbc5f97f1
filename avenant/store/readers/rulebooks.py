"""Published rulebooks as frames: the one in force, with the ids of its lines and slots."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import dataframely as dy
import polars as pl

from avenant.core.frames import care_rules
from avenant.core.frames.rulebook import Labels, Parameters, Plans, PriceLines, Rates
from avenant.core.rulebook.care_model import CareRules
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
CARE_FRAMES: dict[str, type[dy.Schema]] = {
    "plans": care_rules.CarePlans,
    "families": care_rules.CareFamilies,
    "acts": care_rules.CareActs,
    "tariffs": care_rules.Tariffs,
    "guarantees": care_rules.Guarantees,
    "envelopes": care_rules.Envelopes,
    "envelope_families": care_rules.EnvelopeFamilies,
}
Rows = list[dict[str, object]]
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


Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class ReadOnce(Generic[Kept]):
    """The last rulebooks this process read, at most ``most``, each under what can have no other content: the digest
    of the last publication known, which covers all before it with the ids of their lines and slots, and a version."""

    most: int = 8
    _kept: OrderedDict[tuple[bytes, str], Kept] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, key: tuple[bytes, str], read: Callable[[], Kept]) -> Kept:
        """What is kept under ``key``, else what ``read`` reads."""
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
        found = read()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return found


READ: ReadOnce[Published] = ReadOnce()


def rulebook_content(rulebook: Rulebook) -> dict[str, object]:
    """The frames of a rulebook as JSON values: how a version is stored; those of care together under ``care``."""
    premiums = {name: json.loads(getattr(rulebook, name).write_json()) for name in FRAMES}
    care = {name: json.loads(getattr(rulebook.care, name).write_json()) for name in CARE_FRAMES}
    return {**premiums, "care": care}


def rulebook_of_content(content: dict[str, Any]) -> Rulebook:
    """The rulebook that `rulebook_content` told, its lines without numbers of this book."""
    return _rulebook(content)


def published(connection: Connection, rev: int | None = None) -> Published:
    """The rulebook in force: the latest publication known. Errors: NothingPublished.

    Read once per process: of a publication nothing ever changes, neither its content nor the ids of its lines, and
    slots come with publications alone.
    """
    query = f"""
        SELECT version, revision.digest, v.publication_id FROM rulebook_version AS v JOIN revision USING (change_id)
        WHERE {known("v", rev)} ORDER BY revision.rev DESC LIMIT 1"""
    row = connection.execute(query).fetchone()
    if row is None:
        raise NothingPublished("no rulebook is in force: publish one with `avenant rulebook publish`")
    version, digest, publication = row
    return READ.answer((bytes(digest), version), lambda: _read(connection, version, publication, rev))


def _read(connection: Connection, version: str, publication: int, rev: int | None) -> Published:
    query = "SELECT content FROM rulebook_version WHERE publication_id = %s"
    row = connection.execute(query, [publication]).fetchone()
    assert row is not None
    return Published(_numbered(connection, _rulebook(row[0])), slots(connection, rev), version)


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
    query = """
        SELECT (SELECT digest FROM rulebook_version JOIN revision USING (change_id) ORDER BY rev DESC LIMIT 1),
               publication_id
        FROM rulebook_version WHERE version = %s LIMIT 1"""
    row = connection.execute(query, [version]).fetchone()
    if row is None:
        raise NothingPublished(f"rulebook version {version} was never published here")
    latest, publication = row
    if latest is None:  # written by this very transaction, whose digest comes with its COMMIT
        return _read(connection, version, publication, None)
    return READ.answer((bytes(latest), version), lambda: _read(connection, version, publication, None))


def _rulebook(content: dict[str, Any]) -> Rulebook:
    """Frames that a version does not have, because it was published before there were such, are empty."""
    return Rulebook(
        **_frames(content, FRAMES), care=CareRules(**_frames(content.get("care", {}), CARE_FRAMES))
    )


def _frames(content: Mapping[str, Rows], schemas: dict[str, type[dy.Schema]]) -> dict[str, pl.DataFrame]:
    return {name: _frame(content.get(name, []), schema) for name, schema in schemas.items()}


def _frame(rows: Rows, schema: type[dy.Schema]) -> pl.DataFrame:
    types = _types(schema)
    as_text = {name: pl.String if kind == pl.Date else kind for name, kind in types.items()}
    frame = pl.DataFrame(rows, schema=as_text, orient="row")
    return frame.with_columns(pl.col(name).str.to_date() for name, kind in types.items() if kind == pl.Date)


@cache
def _types(schema: type[dy.Schema]) -> pl.Schema:
    """The types of a frame; asking a schema takes milliseconds."""
    return schema.create_empty().schema


def _numbered(connection: Connection, rulebook: Rulebook) -> Rulebook:
    return rulebook.with_line_ids(price_lines(connection))


def price_lines(connection: Connection) -> pl.DataFrame:
    """The ids of all lines ever published, of prices and of care: line_id, content_key."""
    return read_frame(
        connection,
        "SELECT line_id, content_key FROM price_line",
        {"line_id": pl.Int32, "content_key": pl.String},
    )


def slots(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """All slots ever published (columns SLOTS)."""
    return read_frame(connection, f"SELECT {', '.join(SLOTS)} FROM slot AS s WHERE {known('s', rev)}", SLOTS)
