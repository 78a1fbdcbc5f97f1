"""Which SQL a re-run may send: it reads. Everything else is refused before the database sees it.

Rights and a read-only transaction already keep a run from writing; but NOTIFY needs no right at all, and settings of
a session can be changed by the session itself. So only statements that begin like a question, or begin or end a
transaction that reads, pass; they are told apart outside quotes and comments.
"""

from __future__ import annotations

import re
from typing import Final

ALLOWED: Final = frozenset(
    {"SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "COPY", "BEGIN", "START", "COMMIT", "ROLLBACK"}
)
_OPENING: Final = frozenset({"BEGIN", "START"})
_READS: Final = re.compile(r"\bREAD\s+ONLY\b")
_SKIPPED: Final = re.compile(
    r"""(?P<comment>--[^\n]*|/\*)
      | (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*")
      | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*)?\$)""",
    re.X | re.S,
)


def refusal(text: str) -> str | None:
    """Why ``text`` (one or more statements) may not be sent; None where it may."""
    plain = without_quotes(text)
    if plain is None:
        return "a quotation or comment in it does not end"
    for statement in plain.split(";"):
        words = statement.upper().split()
        if not words:
            continue
        if words[0] not in ALLOWED:
            return f"it begins with {words[0][:20]}: a re-run sends questions only ({', '.join(sorted(ALLOWED))})"
        if words[0] in _OPENING and not _READS.search(statement.upper()):
            return "it opens a transaction that is not READ ONLY"
    return None


def without_quotes(text: str) -> str | None:
    """``text`` with a blank for every quotation and comment; None where one does not end."""
    parts: list[str] = []
    at = 0
    while (found := _SKIPPED.search(text, at)) is not None:
        parts += [text[at : found.start()], " "]
        end = _end(text, found)
        if end is None:
            return None
        at = end
    rest = text[at:]
    return None if any(mark in rest for mark in "'\"") else "".join([*parts, rest])


def _end(text: str, found: re.Match[str]) -> int | None:
    if found["dollar"] is not None:
        end = text.find(found["dollar"], found.end())
        return None if end < 0 else end + len(found["dollar"])
    return _comment_end(text, found.end()) if found["comment"] == "/*" else found.end()


def _comment_end(text: str, at: int) -> int | None:
    """Where a comment ends that may hold others."""
    depth = 1
    for mark in re.finditer(r"/\*|\*/", text[at:]):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return at + mark.end()
    return None
