"""JSON files of other people: one value, several one after the other, a list, or one value a line.

Numbers stay exact (Decimal, never a float), a name given twice in one object is an error, and so is NaN.
A file in which each line is a value of its own (.jsonl, .ndjson) may have damaged lines; the others are read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from avenant.gateways.csv_files import FileRefused, not_utf8

LINE_SUFFIXES = (".jsonl", ".ndjson")
WHOLE_BYTES = 32 * 2**20
"""A file that has to be read as a whole is not larger than this; a value a line knows no such limit."""
SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value of a file: the line where it begins, its place ($, or $[3] in a list); or what is wrong there."""

    line: int
    place: str
    value: Any = None
    fault: str = ""


def read_json(path: Path) -> Iterator[JsonValue]:
    """The values in the file at `path`, lists taken apart. Errors: `FileRefused` for a file that is not JSON."""
    try:
        if path.suffix in LINE_SUFFIXES:
            yield from _a_value_a_line(path)
        else:
            yield from _values(path, _whole(path))
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except OSError as error:
        raise FileRefused(path, None, f"it cannot be opened ({error.strerror})", "Check the name") from error
    except RecursionError as error:
        raise FileRefused(path, None, "values within values without end", "Look at the brackets") from error


def _whole(path: Path) -> str:
    size = path.stat().st_size
    if size > WHOLE_BYTES:
        seen = f"it has {size / 2**20:,.1f} MB, and a JSON file is read up to {WHOLE_BYTES // 2**20} MB"
        remedy = "Write one document a line (.jsonl), which has no such limit, or several files"
        raise FileRefused(path, None, seen, remedy)
    return path.read_text(encoding="utf-8-sig")


def _a_value_a_line(path: Path) -> Iterator[JsonValue]:
    some, decoder = False, _decoder()
    with path.open(encoding="utf-8-sig") as lines:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            some = True
            try:
                yield JsonValue(number, "$", decoder.decode(text.strip()))
            except ValueError as error:
                yield JsonValue(number, "$", fault=_said(error))
    if not some:
        raise _empty(path)


def _values(path: Path, text: str) -> Iterator[JsonValue]:
    decoder, at, line, counted = _decoder(), _after_space(text, 0), 1, 0
    if at == len(text):
        raise _empty(path)
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        try:
            if text[at] == "[":
                elements, end = _elements(decoder, text, at, line)
                yield from elements
            else:
                value, end = decoder.raw_decode(text, at)
                yield JsonValue(line, "$", value)
        except ValueError as error:
            place = getattr(error, "lineno", line)
            raise FileRefused(path, place, f"it is not JSON ({_said(error)})", "Correct it there") from error
        at = _after_space(text, end)


def _elements(decoder: json.JSONDecoder, text: str, at: int, line: int) -> tuple[list[JsonValue], int]:
    """The elements of the list that begins at `at`, each with its line, and where the list ends."""
    found: list[JsonValue] = []
    counted, at = at, _after_space(text, at + 1)
    while at < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        value, at = decoder.raw_decode(text, at)
        found.append(JsonValue(line, f"$[{len(found)}]", value))
        at = _after_space(text, at)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
            if text[at : at + 1] != "]":
                continue
        if text[at : at + 1] != "]" or text[at - 1] == ",":
            raise json.JSONDecodeError("a comma or the end of the list was expected", text, at)
    if at >= len(text):
        raise json.JSONDecodeError("the list does not end", text, len(text))
    return found, at + 1


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_each_name_once
    )


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return found


def _said(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, column {error.colno}"
    return str(error)


def _empty(path: Path) -> FileRefused:
    return FileRefused(path, None, "the file is empty", "Leave it out, or send it again")
