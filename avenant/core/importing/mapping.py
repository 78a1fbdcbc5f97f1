"""A mapping says how other people's files become ours: which file, which columns, with what small changes.

    tables:
      enrolments:
        from: coverage
        columns:
          ref: POLICY_NO
          plan: {constant: us-marketplace}
          valid_from: {column: START, date: "%d/%m/%Y"}
          last_day: {column: END, empty_when: ["9999-12-31"]}

Everything in it is text; docs/how-to/import.md describes the vocabulary, `VALUE_WORDS` and `TABLE_WORDS`.
"""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from avenant.core.importing.tables import CARE_FILES, FILES, OPTIONAL_COLUMNS, file_columns

FORMAT = "avenant-import-1"
ORIGINS = ("column", "constant", "lookup", "join", "line")
VALUE_WORDS = (*ORIGINS, "by", "with", "empty_when", "translate", "date", "end", "decimal", "prefix")
TABLE_WORDS = ("from", "columns", "where", "one_row_per", "skip_when_empty")
SOURCE_WORDS = ("file", "key", "called")
INCLUDED, DAY_AFTER = "last_covered_day", "day_after"


class MappingFault(Exception):
    """A mapping that cannot be followed: at `path` stands `seen`; `remedy` says what to do."""

    def __init__(self, path: str, seen: str, remedy: str) -> None:
        super().__init__(f"{path}: {seen}. {remedy}")
        self.path, self.seen, self.remedy = path, seen, remedy


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read; rows can be looked up in it by its `key` column; `called` names one of its rows."""

    name: str
    file: str
    key: str | None
    called: str


@dataclass(frozen=True, slots=True)
class Value:
    """Where a column's value comes from (one of `ORIGINS`) and what is done to it, in this order."""

    path: str
    column: str | None = None  # of the row itself, or of the looked-up row
    constant: str | None = None
    lookup: str | None = None  # a source; `by` is the column of the row that holds its key
    by: str | None = None
    join: tuple["Value", ...] = ()  # texts put together with `separator`; empty ones are left out
    separator: str = " "
    line: bool = False  # the line number
    empty_when: tuple[str, ...] = ()
    translate: Dictionary[str, str] | None = None
    date: str | None = None  # how a date is written, in the letters of strptime
    day_after: bool = False  # the date is the first day no longer covered
    decimal: str | None = None  # the sign before decimals, "," or "."; the other one marks thousands
    prefix: str = ""

    def label(self, sources: Dictionary[str, Source]) -> str:
        """What the person who knows the foreign file calls this value; empty if it is not in a file."""
        if self.lookup is not None:
            return f"{self.column} of {sources[self.lookup].called}"
        return self.column or " + ".join(part.label(sources) for part in self.join)


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows to take: those whose `column` holds one of `words`; with `negated`, those whose does not."""

    column: str
    words: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class TableRule:
    """How one of our tables is made from one source."""

    table: str
    source: str
    columns: Dictionary[str, Value]
    where: tuple[Condition, ...]
    distinct: bool
    skip_when_empty: str | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Sources to read and tables to make."""

    sources: Dictionary[str, Source]
    tables: Dictionary[str, TableRule]


def parsed_mapping(document: Any) -> Mapping:
    """The mapping that `document` (nested dicts, lists and texts) describes. Errors: `MappingFault`."""
    top = _dictionary(document, "", ("format", "sources", "tables"))
    if top.get("format") != FORMAT:
        raise MappingFault("format", f"{top.get('format')!r}", f"Write `format: {FORMAT}` in the first line")
    known = (*FILES, *CARE_FILES)
    sources = {name: _source(name, body) for name, body in _dictionary(top.get("sources"), "sources").items()}
    tables = {
        table: _table(table, body, sources)
        for table, body in _dictionary(top.get("tables"), "tables", known).items()
    }
    if not tables:
        raise MappingFault("tables", "no table", f"Describe at least one of {', '.join(known)}")
    return Mapping(sources, tables)


def _source(name: str, body: Any) -> Source:
    path = f"sources.{name}"
    words = _dictionary(body, path, SOURCE_WORDS)
    file = _text(words.get("file"), f"{path}.file")
    return Source(name, file, words.get("key"), _text(words.get("called", name), f"{path}.called"))


def _table(table: str, body: Any, sources: Dictionary[str, Source]) -> TableRule:
    path = f"tables.{table}"
    words = _dictionary(body, path, TABLE_WORDS)
    source = _known(words.get("from"), sources, f"{path}.from", "sources")
    described = _dictionary(words.get("columns"), f"{path}.columns", file_columns(table))
    columns = {name: _value(value, f"{path}.columns.{name}", sources) for name, value in described.items()}
    for name in file_columns(table):
        if name not in columns and name not in OPTIONAL_COLUMNS[table]:
            raise MappingFault(f"{path}.columns", f"no {name}", f"Say where {name} comes from")
    conditions = _dictionary(words.get("where", {}), f"{path}.where")
    skipped = words.get("skip_when_empty")
    return TableRule(
        table=table,
        source=source,
        columns=columns,
        where=tuple(_condition(c, body, f"{path}.where.{c}") for c, body in conditions.items()),
        distinct=_one_row_per(words, path),
        skip_when_empty=None
        if skipped is None
        else _known(skipped, columns, f"{path}.skip_when_empty", "columns"),
    )


def _one_row_per(words: Dictionary[str, Any], path: str) -> bool:
    word = words.get("one_row_per")
    if word not in (None, "line", "content"):
        raise MappingFault(
            f"{path}.one_row_per",
            f"{word!r}",
            "Write `line` (the default) or `content` (equal rows become one)",
        )
    return bool(word == "content")


def _condition(column: str, body: Any, path: str) -> Condition:
    words = _dictionary(body, path, ("is", "is_not"))
    if len(words) != 1:
        raise MappingFault(path, f"{len(words)} words", "Write either `is: [...]` or `is_not: [...]`")
    ((word, values),) = words.items()
    return Condition(column, _texts(values, f"{path}.{word}"), word == "is_not")


def _value(body: Any, path: str, sources: Dictionary[str, Source]) -> Value:
    if isinstance(body, str):
        return Value(path, column=body)
    words = _dictionary(body, path, VALUE_WORDS)
    origin = _origin(words, path)
    separator = words.get("with", " ")
    return Value(
        path=path,
        column=_optional_text(words, "column", path),
        constant=_optional_text(words, "constant", path),
        lookup=_lookup(words, path, sources),
        by=_optional_text(words, "by", path),
        join=_joined(words, path, sources) if origin == "join" else (),
        separator=_text(separator, f"{path}.with", empty=True),
        line=origin == "line",
        empty_when=_texts(words.get("empty_when", []), f"{path}.empty_when"),
        translate=_translation(words, path),
        date=_optional_text(words, "date", path),
        day_after=_end(words, path),
        decimal=_decimal(words, path),
        prefix=_optional_text(words, "prefix", path) or "",
    )


def _origin(words: Dictionary[str, Any], path: str) -> str:
    named = [word for word in ORIGINS if word in words]
    if named == ["column", "lookup"]:
        return "lookup"
    if len(named) != 1:
        raise MappingFault(
            path, f"{' and '.join(named) or 'no origin'}", f"Write one of {', '.join(ORIGINS)}"
        )
    return named[0]


def _lookup(words: Dictionary[str, Any], path: str, sources: Dictionary[str, Source]) -> str | None:
    if "lookup" not in words:
        return None
    source = _known(words["lookup"], sources, f"{path}.lookup", "sources")
    if sources[source].key is None:
        raise MappingFault(
            f"sources.{source}", "no key", "Name the column by which its rows are looked up: `key: ...`"
        )
    for word in ("by", "column"):
        if word not in words:
            raise MappingFault(
                path, f"no {word}", "A lookup needs `by` (our column) and `column` (of the found row)"
            )
    return source


def _joined(words: Dictionary[str, Any], path: str, sources: Dictionary[str, Source]) -> tuple[Value, ...]:
    parts = words["join"]
    if not isinstance(parts, list) or not parts:
        raise MappingFault(f"{path}.join", f"{parts!r}", "Write a list of values")
    return tuple(_value(part, f"{path}.join.{place}", sources) for place, part in enumerate(parts))


def _translation(words: Dictionary[str, Any], path: str) -> dict[str, str] | None:
    if "translate" not in words:
        return None
    pairs = _dictionary(words["translate"], f"{path}.translate")
    return {seen: _text(ours, f"{path}.translate.{seen}", empty=True) for seen, ours in pairs.items()}


def _end(words: Dictionary[str, Any], path: str) -> bool:
    word = words.get("end", INCLUDED)
    if word not in (INCLUDED, DAY_AFTER):
        raise MappingFault(f"{path}.end", f"{word!r}", f"Write {INCLUDED} (the default) or {DAY_AFTER}")
    return bool(word == DAY_AFTER)


def _decimal(words: Dictionary[str, Any], path: str) -> str | None:
    sign = words.get("decimal")
    if sign not in (None, ".", ","):
        raise MappingFault(f"{path}.decimal", f"{sign!r}", 'Write "," or ".", the sign before the decimals')
    return None if sign is None else str(sign)


def _dictionary(body: Any, path: str, allowed: Sequence[str] | None = None) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise MappingFault(
            path or "the file", f"{body!r}", "Write names with values, one a line: `name: value`"
        )
    for word in body:
        if allowed is not None and word not in allowed:
            raise MappingFault(
                f"{path}.{word}".lstrip("."), "a word we do not know", f"Known are {', '.join(allowed)}"
            )
    return body


def _known(name: Any, known: Dictionary[str, Any], path: str, where: str) -> str:
    if not isinstance(name, str) or name not in known:
        raise MappingFault(
            path, f"{name!r}", f"Write one of the {where}: {', '.join(known) or 'none is described'}"
        )
    return name


def _text(value: Any, path: str, empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or empty):
        raise MappingFault(path, f"{value!r}", "Write a text here; put numbers, true and null in quotes")
    return value


def _optional_text(words: Dictionary[str, Any], word: str, path: str) -> str | None:
    return _text(words[word], f"{path}.{word}") if word in words else None


def _texts(values: Any, path: str) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise MappingFault(path, f"{values!r}", "Write a list: [...]")
    return tuple(_text(value, path, empty=True) for value in values)
