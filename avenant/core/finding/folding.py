"""A name as the words it is found by, without accents, case, hyphens and ligatures.

"Cœur-Noël d'Aubigné" is found by coeur, noel, coeurnoel, d, aubigne and daubigne. Each word becomes tokens, so
that equal tokens are all that a search needs: ``noel`` itself; ``no*`` and all other beginnings; ``~nol`` and all
other words with one letter left out. Two words that are one typo apart (a letter too many, too few, wrong, or two
that changed places) have one of the latter in common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

LETTERS: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
)
"""Letters that Unicode does not decompose."""
PARTICLES: Final = frozenset(
    (
        *("de", "du", "des", "d", "la", "le", "les", "l", "da", "do", "dos", "das", "di", "del", "della"),
        *("van", "von", "der", "den", "ten", "ter", "te", "zu", "el", "al", "abd", "abou", "abu"),
        *("ben", "bin", "ibn", "mac", "mc", "o", "st", "saint", "sainte", "san", "santa", "y", "e"),
    )
)
"""Words that are left out, moved or glued to the next one by whoever writes a name down."""
TITLES: Final = frozenset(("m", "mr", "mme", "mlle", "mrs", "ms", "dr", "monsieur", "madame", "mademoiselle"))
WORDS: Final = re.compile(r"[^\W_]+")
MOST_WORDS: Final = 12
LONGEST_WORD: Final = 40
FEWEST_LETTERS: Final = 3
"""Shorter words are found by what they are and by their beginning; one letter more or less is another name."""


@dataclass(frozen=True, slots=True)
class NameWords:
    """A folded name. parts: its words in order. joined: compounds and particles written as one word.

    glued: neighbours written as one word, because a space was forgotten.
    """

    parts: tuple[str, ...]
    joined: tuple[str, ...]
    glued: tuple[str, ...]


def chunks(text: str) -> list[list[str]]:
    """What stands between spaces, folded, each split further at hyphens, apostrophes and other signs."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    split = (WORDS.findall(chunk) for chunk in plain.casefold().translate(LETTERS).split())
    return [[part[:LONGEST_WORD] for part in parts] for parts in split if parts]


def name_words(name: str) -> NameWords:
    """The words of a name; at most MOST_WORDS parts, at most LONGEST_WORD letters each."""
    split = chunks(name)
    parts = [part for chunk in split for part in chunk][:MOST_WORDS]
    joined = [*("".join(chunk) for chunk in split if len(chunk) > 1), *_with_particles(parts)]
    short = [word for word in dict.fromkeys(joined) if len(word) <= LONGEST_WORD and word not in parts]
    glued = [first + second for first, second in pairwise(parts)]
    rest = [word for word in dict.fromkeys(glued) if len(word) <= LONGEST_WORD and word not in short]
    return NameWords(tuple(dict.fromkeys(parts)), tuple(short[:MOST_WORDS]), tuple(rest))


def _with_particles(parts: list[str]) -> Iterator[str]:
    """``latour`` and ``delatour`` of de, la, tour."""
    glued = ""
    for part in reversed(parts):
        if part in PARTICLES and glued:
            glued = part + glued
            yield glued
        else:
            glued = part


def name_tokens(name: str) -> list[str]:
    """Everything a name is found by, in alphabetical order."""
    words = name_words(name)
    found = set(words.glued)
    for word in (*words.parts, *words.joined):
        found |= {word, *(f"{word[:end]}*" for end in range(1, len(word)))}
        if len(word) >= FEWEST_LETTERS:
            found |= {f"~{shorter}" for shorter in with_one_left_out(word)}
    return sorted(found)


def with_one_left_out(word: str) -> set[str]:
    """The words that ``word`` becomes when one of its letters is left out."""
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def beginning_tokens(word: str) -> list[str]:
    """The tokens of stored words that are ``word`` or begin with it."""
    return [word, f"{word}*"]


def near_tokens(word: str) -> list[str]:
    """The tokens of stored words that are ``word``, begin with it, or may be one typo apart."""
    tokens = [*beginning_tokens(word), f"~{word}"]
    if len(word) >= FEWEST_LETTERS:
        tokens += [token for shorter in sorted(with_one_left_out(word)) for token in (shorter, f"~{shorter}")]
    return tokens
