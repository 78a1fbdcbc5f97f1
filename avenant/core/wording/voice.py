"""The language and the currency a paper speaks, and the table its words come from.

Example: `Voice("fr", "EUR").amount(2_184)` is `21,84 €`; each kind of paper brings words of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from avenant.core.wording.figures import LANGUAGES, amount_text
from avenant.core.wording.words import SHARED, Words


@dataclass(frozen=True, slots=True)
class Voice:
    """The language (`en`, `fr`) and the currency a document speaks. Errors: `ValueError` for another language."""

    words: ClassVar[Words] = SHARED
    language: str
    currency: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(
                f"language {self.language!r} is not spoken here: choose one of {', '.join(LANGUAGES)}"
            )

    def say(self, word: str, **blanks: object) -> str:
        """The words under the key `word`, blanks filled in."""
        return self.words[self.language][word].format(**blanks)

    def amount(self, cents: int) -> str:
        """Cents of the currency, as this language writes them."""
        return amount_text(cents, self.currency, self.language)
