"""The frame of any paper as plain text for a terminal, 96 columns wide."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

from avenant.core.wording.paper import Paper

WIDTH = 96
PROSE = 72
AMOUNT = 16
INDENT = {"plain": "", "part": "  ", "strong": ""}


def text_of(parts: Iterable[Iterable[str]]) -> str:
    """Parts, each some lines, with an empty line between them; empty parts are left out."""
    return "\n\n".join(text for part in parts if (text := "\n".join(part))) + "\n"


def head(paper: Paper) -> Iterator[str]:
    """Marks, title, parties and facts."""
    yield from (f"*** {mark} ***" for mark in paper.marks)
    yield paper.title
    yield paper.subtitle
    yield ""
    parties = [(paper.voice.say("issued_by"), paper.issuer), (paper.voice.say("issued_to"), paper.addressee)]
    told = [(label, ", ".join(lines)) for label, lines in parties if lines] + list(paper.facts)
    label_width = max(text_width(label) for label, _ in told) + 2
    yield from (left(label, label_width) + value for label, value in told)


def totals(paper: Paper) -> Iterator[str]:
    """The totals, a rule above each sum."""
    for total in paper.totals:
        if total.weight == "strong":
            yield "─" * WIDTH
        yield row(INDENT[total.weight] + total.label, paper.voice.amount(total.cents))


def notes(paper: Paper) -> Iterator[str]:
    """The notes as bullets."""
    for note in paper.notes:
        yield from textwrap.wrap(note, PROSE, initial_indent="· ", subsequent_indent="  ")


def prose(text: str, indent: str = "    ") -> list[str]:
    """A sentence in lines of readable length."""
    return textwrap.wrap(text, PROSE, initial_indent=indent, subsequent_indent=indent)


def named(name: str | None, ref: str) -> str:
    """A name with its reference, or the reference alone."""
    return f"{name} ({ref})" if name else ref


def row(text: str, *amounts: str, width: int = AMOUNT) -> str:
    """A text on the left, cut where it is too long, and amounts on the right."""
    room = WIDTH - width * len(amounts)
    return left(_cut(text, room - 1), room) + "".join(_right(amount, width) for amount in amounts)


def left(text: str, width: int) -> str:
    """``text`` with blanks up to ``width``."""
    return text + " " * (width - text_width(text))


def _cut(text: str, width: int) -> str:
    if text_width(text) <= width:
        return text
    while text_width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _right(text: str, width: int) -> str:
    return " " * (width - text_width(text)) + text


def text_width(text: str) -> int:
    """Columns on a terminal: two for wide letters, none for combining marks."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)
