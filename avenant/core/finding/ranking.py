"""How well something fits what was typed: numbers first, then whole words, beginnings, and words with a typo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from avenant.core.finding.folding import FEWEST_LETTERS, NameWords
from avenant.core.finding.typed import Reading

NUMBER: Final = 100
NUMBER_SHORT: Final = 96
"""A printed number without its leading zeros."""
NUMBER_BEGINS: Final = 70
"""A number that begins as typed. Without a digit, what was typed is rather a name: LETTERS_BEGIN."""
LETTERS_BEGIN: Final = 30
WHOLE, BEGINS, TYPO = 0, 1, 2
SCORES: Final = {WHOLE: 80, BEGINS: 60, TYPO: 40}
"""By the worst of the words; up to 10 more for whole words among them, 5 more when the name has no others."""


def name_score(readings: Iterable[Reading], name: NameWords) -> int | None:
    """The best score of a name under any reading; None where a word of each reading fits nothing in it."""
    scores = [score for reading in readings if (score := _score(reading, name)) is not None]
    return max(scores, default=None)


def begins_score(typed: str) -> int:
    """The score of a number that begins as ``typed``."""
    return NUMBER_BEGINS if any(sign.isdecimal() for sign in typed) else LETTERS_BEGIN


def _score(reading: Reading, name: NameWords) -> int | None:
    grades = []
    for word in reading:
        grade = _grade(word, name)
        if grade is None:
            return None
        grades.append(grade)
    worst, whole = max(grades), 10 * grades.count(WHOLE) // len(grades)
    complete = worst == WHOLE and set(name.parts) <= set(reading)
    return SCORES[worst] + whole + (5 if complete else 0)


def _grade(word: str, name: NameWords) -> int | None:
    stored = (*name.parts, *name.joined)
    if word in stored or word in name.glued:
        return WHOLE
    if any(other.startswith(word) for other in stored):
        return BEGINS
    if any(one_typo_apart(word, other) for other in stored):
        return TYPO
    return None


def one_typo_apart(word: str, other: str) -> bool:
    """Whether one letter too many, too few or wrong, or two that changed places, make one word of the other.

    Never for words that are both short of FEWEST_LETTERS.
    """
    if max(len(word), len(other)) < FEWEST_LETTERS or abs(len(word) - len(other)) > 1:
        return False
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    at = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
    if len(longer) > len(shorter):
        return longer[at + 1 :] == shorter[at:]
    if longer[at + 1 :] == shorter[at + 1 :]:
        return True
    swapped = longer[at : at + 2] == shorter[at : at + 2][::-1]
    return swapped and longer[at + 2 :] == shorter[at + 2 :]
