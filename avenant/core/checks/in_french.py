"""Findings in French: the message by a book of phrases, the place word by word.

Findings are kept in English, as the checks tell them, since they are compared from night to night. A sentence that is
not in the book is shown as it is.

message_in_french("its rows name no run")               # ses lignes ne nomment aucun traitement
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from avenant.core.checks.phrases import MOIS, MONTHS, PHRASES, PLACES

_FIGURE: Final = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d\d")
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def message_in_french(message: str) -> str:
    """What a finding says, in French; several sentences with ``; `` between them each by itself."""
    told = [_whole(part) for part in message.split("; ")]
    if all(told):
        return " ; ".join(str(said) for said in told)
    return _whole(message) or message


def place_in_french(place: str) -> str:
    """Where a finding is: ``contrat C2, assuré Zoé, juin 2026``."""
    return ", ".join(_place(part) for part in place.split(", "))


def _whole(message: str) -> str | None:
    for pattern, french in _patterns():
        if (found := pattern.fullmatch(message)) is not None:
            return french.format(*(_blank(each) for each in found.groups()))
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile("(.+?)".join(re.escape(part) for part in english.split("{}")), re.S), french)
        for english, french in PHRASES
    )


def _blank(text: str) -> str:
    """What stands in a blank: a phrase of its own, a figure, a day, or a name as it is."""
    if _FIGURE.fullmatch(text):
        return text.replace(",", "\u202f").replace(".", ",").replace("-", "−")
    if (day := _DAY.fullmatch(text)) is not None:
        return f"{day[3]}/{day[2]}/{day[1]}"
    if " and " in text and all(_whole(part) for part in text.split(" and ")):
        return " et ".join(str(_whole(part)) for part in text.split(" and "))
    return _whole(text) or text


def _place(part: str) -> str:
    if part in PLACES:
        return PLACES[part]
    month, _, year = part.partition(" ")
    if month in MONTHS and year.isdecimal():
        return f"{MOIS[MONTHS.index(month)]} {year}"
    word = next((word for word in PLACES if part.startswith(f"{word} ")), None)
    return part if word is None else f"{PLACES[word]}{part[len(word) :]}"
