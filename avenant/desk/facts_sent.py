"""Files of facts that a form sends to be previewed: read and judged as an import reads and judges them, kept nowhere.

sent = facts_sent(desk, request.FILES.getlist("facts"))
sent.news                       # what would be learnt; None where a row cannot be right
sent.wrong[0].file, sent.wrong[0].line, sent.wrong[0].said
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from avenant.core.frames.news import News
from avenant.core.importing.tables import FILES, required_columns
from avenant.desk.context import Desk, PageRefused
from avenant.desk.words import all_words, say
from avenant.flows.trying_news import news_judged
from avenant.gateways.csv_files import FileRefused
from avenant.store.readers.rulebooks import NothingPublished

MOST_BYTES: Final = 8 * 2**20
"""Of all files together, unpacked: some 150,000 rows. Larger imports are previewed at the command line."""
MOST_MEMBERS: Final = 200
ROWS_SHOWN: Final = 100
BAD_ZIP: Final = (*(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError),)
"""Whatever a file raises that is no zip, is torn, or is locked with a password."""
SUFFIX_MISSING: Final = " missing"


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be right: where it stands, what was seen there, and what is wrong, as a sentence."""

    file: str
    line: int
    column: str
    seen: str
    said: str


@dataclass(frozen=True, slots=True)
class FactsSent:
    """news: all rows, where all can be right; else None. wrong: the first that cannot; count: of all of them."""

    news: News | None
    wrong: tuple[WrongRow, ...] = ()
    count: int = 0


def facts_sent(desk: Desk, files: Sequence[UploadedFile]) -> FactsSent:
    """What the files tell. Errors: PageRefused, where one cannot be read at all or is none that an import knows."""
    with TemporaryDirectory(prefix="avenant-facts-") as name:
        folder = Path(name)
        for file, content in _contents(desk, files):
            (folder / file).write_bytes(content)
        try:
            judgement = news_judged(desk.db, folder)
        except FileRefused as refused:
            raise PageRefused(_unreadable(desk, refused)) from refused
        except NothingPublished as error:
            raise PageRefused(say(desk.language, "tell.no_rulebook"), status=409) from error
    rejects = judgement.rejects
    if not rejects.height:
        return FactsSent(judgement.news)
    wrong = [_wrong(row, desk.language) for row in rejects.head(ROWS_SHOWN).iter_rows(named=True)]
    return FactsSent(None, tuple(wrong), rejects.height)


def _contents(desk: Desk, files: Sequence[UploadedFile]) -> Iterator[tuple[str, bytes]]:
    """Each file of an import once, by its own name. Errors: PageRefused."""
    seen: set[str] = set()
    left = MOST_BYTES
    for path, content in _unpacked(desk, files):
        name = PurePosixPath(path).name
        if name not in FILES.values():
            expected = ", ".join(FILES.values())
            raise PageRefused(say(desk.language, "preview.unknown_file", name=name[:60], expected=expected))
        if name in seen:
            raise PageRefused(say(desk.language, "preview.file_twice", name=name))
        seen.add(name)
        left -= len(content)
        if left < 0:
            raise PageRefused(_too_large(desk), status=413)
        yield name, content


def _unpacked(desk: Desk, files: Sequence[UploadedFile]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        name = file.name or ""
        if not name.lower().endswith(".zip"):
            yield name, file.read(MOST_BYTES + 1)
            continue
        try:
            yield from _members(desk, file)
        except BAD_ZIP as error:
            raise PageRefused(say(desk.language, "preview.bad_zip", name=name[:60])) from error


def _members(desk: Desk, file: Any) -> Iterator[tuple[str, bytes]]:
    """The files within a zip; folders, and what file managers leave beside files, are passed over."""
    with zipfile.ZipFile(file) as packed:
        members = [one for one in packed.infolist() if not one.is_dir() and not _is_left_beside(one.filename)]
        if len(members) > MOST_MEMBERS:
            raise PageRefused(_too_large(desk), status=413)
        for one in members:
            with packed.open(one) as content:
                yield one.filename, content.read(MOST_BYTES + 1)


def _is_left_beside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _too_large(desk: Desk) -> str:
    return say(desk.language, "preview.too_large", mebibytes=MOST_BYTES // 2**20)


def _unreadable(desk: Desk, refused: FileRefused) -> str:
    name, line = refused.path.name, refused.line or 1
    if refused.path.suffix != ".csv":  # the folder itself: it holds none of the files
        return say(desk.language, "preview.no_files", expected=", ".join(FILES.values()))
    table = next(table for table, file in FILES.items() if file == name)
    told = {"seen": refused.seen, "remedy": refused.remedy, "columns": ", ".join(required_columns(table))}
    return say(desk.language, "preview.unreadable", file=name, line=line, **told)


def _wrong(row: dict[str, Any], language: str) -> WrongRow:
    return WrongRow(row["file"], row["line"], row["column"] or "", row["seen"] or "", _said(row, language))


def _said(row: dict[str, Any], language: str) -> str:
    """What is wrong and what to do: as found, with its values; in French by its reason."""
    if language == "fr":
        return say(language, words_of(row["reason"]))
    said = row["message"] or row["reason"]
    return f"{said[:1].upper()}{said[1:]}. {row['remedy'][:1].upper()}{row['remedy'][1:]}."


def words_of(reason: str) -> str:
    """The key of the words that say a reason of an import: of an empty column one for all columns."""
    plain = "missing" if reason.endswith(SUFFIX_MISSING) else reason.replace(" ", "_")
    key = f"preview_rows.{plain}"
    return key if key in all_words() else "preview_rows.other"
