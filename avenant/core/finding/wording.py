"""What was found in words: a title and what tells it from others, in French and in English.

Example: ``title(found, "en")`` is "Member M-0001", ``detail(found, "en")`` "primary, born on 1 May 1980". Neither
tells a name: that is for the caller to show, to whom may see it.
"""

from __future__ import annotations

from avenant.core.finding.found import Found
from avenant.core.finding.words import WORDS
from avenant.core.wording.figures import amount_text, day_text


def word(language: str, key: str, **blanks: object) -> str:
    """The words under ``key`` in ``language`` (fr, en), blanks filled in."""
    return WORDS[language][key].format(**blanks)


def title(found: Found, language: str) -> str:
    """What it is, and its number."""
    return f"{word(language, found.kind)} {found.ref}"


def detail(found: Found, language: str) -> str:
    """What tells it from others of its kind, without any name: kind, day, amount, whom it concerns."""
    parts = []
    if found.what is not None:
        key = f"{found.kind}.{found.what}"
        parts.append(word(language, key) if key in WORDS[language] else found.what)
    if found.day is not None:
        parts.append(word(language, f"{found.kind}.day", day=day_text(found.day, language)))
    if found.amount_cents is not None and found.currency is not None:
        parts.append(amount_text(found.amount_cents, found.currency, language))
    if found.about is not None:
        parts.append(word(language, f"{found.kind}.about", about=found.about))
    if found.withdrawn:
        parts.append(word(language, "withdrawn"))
    return ", ".join(parts)
