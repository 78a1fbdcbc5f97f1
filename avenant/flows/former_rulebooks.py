"""Rulebooks of the past, kept in memory: a version never changes, and reading one takes tens of milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from avenant.core.rulebook.model import Rulebook
from avenant.store.database import Connection
from avenant.store.readers.rulebooks import Published, published_version

MOST_KEPT = 12

_kept: dict[tuple[str, str], Published] = {}
_turn = Lock()


def former_rulebook(connection: Connection, url: str, version: str) -> Published:
    """A rulebook once published in the database at ``url``, with its slots. Errors: NothingPublished."""
    key = (url, version)
    with _turn:
        if (known := _kept.pop(key, None)) is not None:
            _kept[key] = known
            return known
    read = published_version(connection, version)
    with _turn:
        _kept[key] = read
        while len(_kept) > MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return read


def former_rulebooks(connection: Connection, url: str, versions: Iterable[str]) -> dict[str, Rulebook]:
    """Several of them by version."""
    return {version: former_rulebook(connection, url, version).rulebook for version in sorted(versions)}
