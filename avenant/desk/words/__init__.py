"""What the desk says, in English and French: one module per screen, ``WORDS = {"key": (english, french)}``.

say("fr", "home.waiting", count=3): a text with ``|`` has a form for one and a form for several, chosen by ``count``
(in French 0 takes the first). Keys begin with their module's name, so that no two modules quarrel.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

LANGUAGES = ("en", "fr")


class UnknownWords(LookupError):
    """A key that no module of words has."""


@cache
def all_words() -> dict[str, tuple[str, str]]:
    """Every key with its two texts."""
    found: dict[str, tuple[str, str]] = {}
    for module in iter_modules(__path__):
        found |= import_module(f"{__name__}.{module.name}").WORDS
    return found


def say(language: str, key: str, **blanks: object) -> str:
    """The text of ``key`` in ``language``, blanks filled in. Errors: UnknownWords."""
    try:
        text = all_words()[key][LANGUAGES.index(language)]
    except KeyError:
        raise UnknownWords(f"no words for {key!r}: add them to a module of avenant.desk.words") from None
    if "count" in blanks and "|" in text:
        one, many = text.split("|")
        text = one if _is_one(language, int(str(blanks["count"]))) else many
    return text.format(**blanks) if blanks else text


def _is_one(language: str, count: int) -> bool:
    return abs(count) < 2 if language == "fr" else abs(count) == 1
