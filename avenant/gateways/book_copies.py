"""The file of a copied book: a ZIP of one CSV file per table and a manifest that says what it is."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

MANIFEST: Final = "manifest.json"
FORMAT: Final = "avenant pseudonymised book 1"
CHUNK_BYTES: Final = 1 << 20


class CopyRefused(ValueError):
    """The file is no copy of a book that this version can read."""


@contextmanager
def copy_written(path: Path) -> Iterator[zipfile.ZipFile]:
    """A new file for a copy; one that could not be finished is removed. Errors: ValueError where it cannot be."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            yield archive
        partial.rename(path)
    except OSError as refused:
        raise ValueError(f"{path} cannot be written: {refused.strerror}") from refused
    finally:
        partial.unlink(missing_ok=True)


def write_table(
    archive: zipfile.ZipFile, table: str, chunks: Iterable[bytes | bytearray | memoryview]
) -> None:
    """Add a table's rows as CSV."""
    with archive.open(f"{table}.csv", "w", force_zip64=True) as file:
        for chunk in chunks:
            file.write(chunk)


def write_manifest(archive: zipfile.ZipFile, told: dict[str, Any]) -> None:
    """Say what the copy is, last of all, so that one without a manifest is not whole."""
    archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **told}, indent=2))


@contextmanager
def copy_read(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """A copy and its manifest. Errors: CopyRefused."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise CopyRefused(f"{path} is no copy of a book: {error}") from error
    with archive:
        if MANIFEST not in archive.namelist():
            raise CopyRefused(
                f"{path} holds no {MANIFEST}: it is no copy of a book, or was not written to its end"
            )
        told = json.loads(archive.read(MANIFEST))
        if told.get("format") != FORMAT:
            raise CopyRefused(f"{path} has the format {told.get('format')!r}; this version reads {FORMAT!r}")
        yield archive, told


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file in pieces."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
