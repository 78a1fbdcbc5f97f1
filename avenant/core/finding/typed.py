"""What was typed into a search: perhaps a number, perhaps a name, perhaps with a year or day of birth.

"dupont 1980" is the name dupont, born in 1980; "le goff" is le and goff, or legoff, or goff alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from avenant.core.finding.folding import LONGEST_WORD, PARTICLES, TITLES, chunks

LONGEST: Final = 100
MOST_WORDS: Final = 8
YEAR: Final = re.compile(r"(?:19|20)\d\d")
DAY: Final = re.compile(r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4})")
ISO_DAY: Final = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})")

Reading = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """text: cleaned of stray spaces. readings: words that a name may be made of, the most literal reading first.

    repaired: readings that take a space for a slip. born: first day and the day after the last, half-open.
    """

    text: str
    readings: tuple[Reading, ...] = ()
    repaired: tuple[Reading, ...] = ()
    born: tuple[date, date] | None = None


def understood(typed: str) -> Typed | None:
    """What ``typed`` may mean; None when there is nothing to look for.

    Errors: ValueError for more than LONGEST signs, more than MOST_WORDS words, and signs that no keyboard types.
    """
    if len(typed) > LONGEST:
        raise ValueError(f"we look for {LONGEST} signs at most, these are {len(typed)}: leave some out")
    text = " ".join(_visible(typed).split())
    if not text:
        return None
    born, rest = _birth(text)
    split = chunks(rest)
    words = [word for chunk in split for word in chunk]
    if len(words) > MOST_WORDS:
        raise ValueError(f"we look for {MOST_WORDS} words at most, these are {len(words)}: leave some out")
    return Typed(text, _readings(split), _repaired(words), born)


def _visible(typed: str) -> str:
    """``typed`` without signs that show nothing. Errors: ValueError for control signs and broken text."""
    signs = []
    for sign in unicodedata.normalize("NFC", typed):
        kind = unicodedata.category(sign)
        if kind == "Cs" or (kind == "Cc" and not sign.isspace()):
            raise ValueError(f"U+{ord(sign):04X} is no sign that a name or number has: type the text anew")
        if kind != "Cf":
            signs.append(sign)
    return "".join(signs)


def _birth(text: str) -> tuple[tuple[date, date] | None, str]:
    """The last word that is a year or a day, as a period, and the other words; nothing beside it: no period."""
    chosen: tuple[date, date] | None = None
    rest: list[str] = []
    for word in text.split():
        period = _period(word)
        chosen, rest = (period, rest) if period else (chosen, [*rest, word])
    return (chosen, " ".join(rest)) if chosen and rest else (None, text)


def _period(word: str) -> tuple[date, date] | None:
    if YEAR.fullmatch(word):
        return date(int(word), 1, 1), date(int(word) + 1, 1, 1)
    told = DAY.fullmatch(word) or ISO_DAY.fullmatch(word)
    if told is None:
        return None
    try:
        day = date(int(told["y"]), int(told["m"]), int(told["d"]))
        return day, day + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _readings(split: list[list[str]]) -> tuple[Reading, ...]:
    """As typed; hyphens, apostrophes and particles drawn together; without particles and titles."""
    words = [word for chunk in split for word in chunk]
    drawn = list(_drawn_together(["".join(chunk) for chunk in split]))
    plain = [word for word in words if word not in PARTICLES and word not in TITLES]
    untitled = [word for word in drawn if word not in TITLES]
    candidates = (tuple(some) for some in (words, untitled, plain) if some)
    return tuple(dict.fromkeys(some for some in candidates if max(map(len, some)) <= LONGEST_WORD))


def _drawn_together(words: list[str]) -> Iterator[str]:
    waiting = ""
    for word in words:
        if word in PARTICLES:
            waiting += word
            continue
        yield waiting + word
        waiting = ""
    if waiting:
        yield waiting


def _repaired(words: list[str]) -> tuple[Reading, ...]:
    """Each pair of neighbours as one word: ``dup ont``."""
    places = range(len(words) - 1)
    glued = [(*words[:at], words[at] + words[at + 1], *words[at + 2 :]) for at in places]
    return tuple(some for some in glued if max(map(len, some)) <= LONGEST_WORD)
