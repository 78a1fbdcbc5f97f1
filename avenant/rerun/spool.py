"""The spool: results of re-runs in a private folder, one file each, until they expire.

A file holds one JSON value a line: the head (who, what, under which mask), then events as they came, then how it
ended. Beside it lie its outline (see `outline`) and its brief: verdicts, errors and what wanted to leave, for a page
at a glance; and the draft of a rulebook where a run was made under one. Nothing that a run tells was written before
it was masked.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from avenant.rerun.masks import KEY_BYTES, may_read
from avenant.rerun.outline import Outline

EXPIRES_AFTER_SECONDS: Final = 24 * 3600
MOST_AT_ONCE: Final = 2
_POLL_SECONDS: Final = 0.05
_MOST_WAITING: Final = 2**18
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_NAME: Final = re.compile(r"[0-9a-f]{32}")
_MISSHAPEN: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
BRIEF: Final = frozenset({"stage", "result", "verdict", "error", "outgoing", "outcome"})
"""What of a result is told at a glance."""


class NoSuchResult(LookupError):
    """No result of this number: it never was, or it has expired."""


class MaskRefused(PermissionError):
    """The result was captured under the mask of another role; the same run can be asked for anew."""


class QueueFull(RuntimeError):
    """Too many runs are at work, and none ended while this one waited."""


@dataclass(frozen=True, slots=True)
class Spool:
    """Results in ``folder``, which is made for its owner alone."""

    folder: Path
    expires_after_seconds: int = EXPIRES_AFTER_SECONDS
    most_at_once: int = MOST_AT_ONCE

    def open(self) -> Spool:
        """The same, with its folder made. Errors: PermissionError where others could look into it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.folder.stat().st_uid != os.geteuid() or self.folder.stat().st_mode & 0o077:
            raise PermissionError(
                f"{self.folder} holds results of re-runs and must be its owner's alone: remove it, or close it (0700)"
            )
        return self

    def key(self) -> bytes:
        """The secret of this installation's tokens; made at random on first use."""
        path = self.folder / "mask.key"
        if not path.exists():
            partial = self.folder / f"mask.{secrets.token_hex(4)}"
            partial.touch(0o600)
            partial.write_bytes(secrets.token_bytes(KEY_BYTES))
            try:
                os.link(partial, path)  # of two that make one at once, the first wins
            except FileExistsError:
                pass
            finally:
                partial.unlink()
        return path.read_bytes()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While a request is looked at: two that come at once are looked at one after the other."""
        descriptor = os.open(self.folder / "asking.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def place(self, wait_seconds: float = 30) -> Iterator[None]:
        """One of the few places at which runs work at once; others wait. Errors: QueueFull."""
        descriptor = self._free_place(time.monotonic() + wait_seconds)
        try:
            yield
        finally:
            os.close(descriptor)

    def _free_place(self, until: float) -> int:
        while True:
            for number in range(self.most_at_once):
                descriptor = os.open(self.folder / f"place.{number}", os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return descriptor
                except BlockingIOError:
                    os.close(descriptor)
            if time.monotonic() > until:
                raise QueueFull(f"{self.most_at_once} re-runs are at work already: try again in a moment")
            time.sleep(_POLL_SECONDS)

    def begin(self, number: str, head: Mapping[str, Any]) -> Result:
        """A new result, its head written."""
        path = self._path(number)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        result = Result(path, descriptor)
        result.write(dict(head))
        return result

    def keep_beside(self, number: str, suffix: str, content: bytes) -> None:
        """Something that belongs to a result, for as long as that is kept."""
        with _beside(self._path(number), suffix) as file:
            file.write(content)

    def beside(self, number: str, suffix: str) -> bytes | None:
        """What was kept beside a result; None where nothing was. Errors: NoSuchResult."""
        path = self._whole(number).with_suffix(suffix)
        return path.read_bytes() if path.exists() else None

    def read(self, number: str) -> list[Any]:
        """The lines of a result so far, the head first. Errors: NoSuchResult."""
        return _lines(self._whole(number).read_bytes())

    def read_as(self, number: str, role: str) -> list[Any]:
        """The lines of a result, for a viewer with ``role``. Errors: NoSuchResult, MaskRefused."""
        self.head(number, role)
        return self.read(number)

    def head(self, number: str, role: str) -> dict[str, Any]:
        """What was asked, by whom and when, for a viewer with ``role``. Errors: NoSuchResult, MaskRefused."""
        head = self.head_of(number)
        if not may_read(role, head["role"]):
            raise MaskRefused(
                f"this run was captured for the role {head['role']}: run the same under the mask of {role}"
            )
        return head

    def head_of(self, number: str) -> dict[str, Any]:
        """The head of a result, whoever may read it: it holds no captured value. Errors: NoSuchResult."""
        with self._whole(number).open("rb") as file:
            found: dict[str, Any] = json.loads(file.readline())
        return found

    def heads(self, most: int = 200) -> list[dict[str, Any]]:
        """The heads of results that are kept, newest first; what has expired is removed."""
        self.purge()
        found = []
        for path in self.folder.glob("*.jsonl"):
            with suppress(NoSuchResult, FileNotFoundError, ValueError):  # just expired, or begun this instant
                found.append(self.head_of(path.stem))
        return sorted(found, key=lambda head: str(head["asked_at"]), reverse=True)[:most]

    def brief(self, number: str) -> list[Any]:
        """Verdicts, results and errors of a result so far, and how it ended. Errors: NoSuchResult."""
        return _lines(self._whole(number).with_suffix(".brief").read_bytes())

    def outline(self, number: str, start: int, most_bytes: int) -> tuple[bytes, int]:
        """Whole lines of the outline from byte ``start`` on, and where to go on. Errors: NoSuchResult."""
        with self._whole(number).with_suffix(".outline").open("rb") as file:
            file.seek(start)
            told = file.read(most_bytes)
        told = told[: told.rfind(b"\n") + 1]
        return told, start + len(told)

    def events_at(self, number: str, places: list[int]) -> list[Any]:
        """The events that begin at these bytes of a result, as its outline names them. Errors: NoSuchResult."""
        found = []
        with self._whole(number).open("rb") as file:
            for place in places:
                file.seek(max(place - 1, 0))
                begins = place > 0 and file.read(1) == b"\n"
                line = file.readline() if begins else b""
                if not line.endswith(b"\n"):
                    raise NoSuchResult(f"no event of re-run {number} begins at byte {place}")
                found.append(json.loads(line))
        return found

    def is_under_way(self, number: str) -> bool:
        """Whether somebody still writes a result. Errors: NoSuchResult."""
        with self._whole(number).open("rb") as file:
            return _is_locked(file.fileno())

    def _whole(self, number: str) -> Path:
        path = self._path(number)
        if not path.exists() or self._is_old(path):
            raise NoSuchResult(f"no re-run has the number {number}: results are kept for a day, run it again")
        return path

    def same(self, asked: str) -> str | None:
        """The number of a run that answers the very same question and is under way, if there is one."""
        for path in self.folder.glob("*.jsonl"):
            with path.open("rb") as file:
                head = json.loads(file.readline() or b"{}")
                if head.get("asked") == asked and _is_locked(file.fileno()):
                    return path.stem
        return None

    def purge(self) -> int:
        """Remove what has expired, and what lies beside no result any more; how many results."""
        old = [path for path in self.folder.glob("*.jsonl") if self._is_old(path)]
        for path in old:
            path.unlink(missing_ok=True)
        gone = {path.stem for path in old}
        for path in self.folder.glob("*"):  # none, where nothing was ever run
            is_beside = _NAME.fullmatch(path.stem) and not path.with_suffix(".jsonl").exists()
            if is_beside and (path.stem in gone or self._is_old(path)):
                path.unlink(missing_ok=True)
        return len(old)

    def _is_old(self, path: Path) -> bool:
        """Whether a file has expired; one that somebody else has just removed has."""
        try:
            return time.time_ns() / 1e9 - path.stat().st_mtime > self.expires_after_seconds
        except FileNotFoundError:
            return True

    def _path(self, number: str) -> Path:
        if not _NAME.fullmatch(number):
            raise NoSuchResult("the number of a re-run has 32 digits of 0-9 and a-f")
        return self.folder / f"{number}.jsonl"


class Result:
    """A result that is being written; locked for as long as it is."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.number = path.stem
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._file = os.fdopen(descriptor, "wb")
        self._outline = _beside(path, ".outline")
        self._brief = _beside(path, ".brief")
        self._outlined = Outline()
        self._at = self._waiting = 0

    def write(self, value: Any) -> None:
        """Add one line, with what its outline and its brief tell of it; readers see it after `flush`.

        A head, and what the brief tells, they see at once.
        """
        line = _line(value)
        self._file.write(line)
        if type(value) is list:
            self._write_beside(value, line)
        self._at += len(line)
        self._waiting += len(line)
        if type(value) is dict or value[0] in BRIEF or self._waiting > _MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Let readers see all that was written: the brief last, which says that something ended."""
        for file in (self._file, self._outline, self._brief):
            file.flush()
        self._waiting = 0

    def _write_beside(self, event: list[Any], line: bytes) -> None:
        if event[0] in BRIEF:
            self._brief.write(line)
        try:
            told = self._outlined.of(event, self._at, line)
        except _MISSHAPEN:
            return  # the run says what it likes; the result has it as it came
        if told is not None:
            self._outline.write(_line(told))

    def close(self) -> None:
        """Nothing more comes."""
        self._outline.close()
        self._brief.close()
        self._file.close()


def _beside(path: Path, suffix: str) -> BinaryIO:
    """A file beside a result; more fits its buffer than may wait: it never tells of what is not there yet."""
    descriptor = os.open(path.with_suffix(suffix), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb", buffering=4 * _MOST_WAITING)


def _line(value: Any) -> bytes:
    return _ENCODER.encode(value).encode() + b"\n"


def _lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.split(b"\n")[:-1]]  # what is being written is not whole yet


def asked_hash(question: Mapping[str, Any], *others: str) -> str:
    """What makes two requests the same: the whole question, and whatever else is told (person, role, database)."""
    text = json.dumps([question, *others], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
