"""Masks: what a role may read of captured values. Everything that is not allowed becomes a keyed token.

mask = Mask("engineering", key)
mask.text("plan", "FR-CONFORT")         'FR-CONFORT': a word of the rulebook
mask.text("reason", "rang me, upset")   '‹8f21c0a4e7›': free text; the same text gives the same token
mask.message("no price for Anna", code) 'no price for ‹31b09f77aa›': only words that the code itself contains stay

A value is masked when it is captured, so that nothing stored holds what its readers may not see. Tokens are keyed:
who has no key cannot try names until one fits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

PSEUDONYMOUS: Final = frozenset(
    {
        # numbers of our own, and refs that senders gave
        *(
            "ref",
            "member_ref",
            "contract_ref",
            "line_ref",
            "other_ref",
            "primary_ref",
            "document_ref",
            "provider_ref",
        ),
        *("cancels", "candidates", "version", "number", "run", "content_key"),
        # words of the rulebook
        *(
            "plan",
            "level",
            "component",
            "tier",
            "act_code",
            "family",
            "care_family",
            "family_ref",
            "parameter",
        ),
        *(
            "label",
            "act_label",
            "curve",
            "envelope",
            "structure",
            "proration",
            "tax_code",
            "source",
            "file",
            "code",
        ),
        # codes
        *(
            "status",
            "basis",
            "role",
            "kind",
            "cycle",
            "currency",
            "payer",
            "payee_kind",
            "series",
            "state",
            "limit",
        ),
        *(
            "exemption",
            "care_path",
            "basket",
            "location",
            "hold",
            "verdict",
            "stage",
            "table",
            "column",
            "coding",
        ),
    }
)
"""Text under these names is a code or a number of ours."""

BIRTH_DATES: Final = frozenset({"birth_date", "born_on"})
PERSONAL: Final = frozenset({"value", "value_hash", "payload", "note", "notes", "iban", "payee", "actor"})
"""Never shown under a mask that is not that of the auditor, whatever the type."""

VISIBLE: Final = {
    "engineering": PSEUDONYMOUS | BIRTH_DATES,
    "operations": PSEUDONYMOUS | BIRTH_DATES,
    "developer": PSEUDONYMOUS,
}
"""Role -> names whose text and personal dates it may read. ``auditor`` reads everything."""

READS_ALL: Final = "auditor"
KEY_BYTES: Final = 32
_LEAST_WORD = 4
_MOST_CONSTANTS = 4_000
_WORD = re.compile(r"\S+")


class UnknownRole(ValueError):
    """A role for which no mask is declared."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What one role sees. ``key``: secret of this installation; ``words``: texts that are public, such as codes."""

    role: str
    key: bytes = field(repr=False)
    words: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.role != READS_ALL and self.role not in VISIBLE:
            known = ", ".join([*VISIBLE, READS_ALL])
            raise UnknownRole(f"no mask is declared for the role {self.role!r}; declared: {known}")
        if len(self.key) < KEY_BYTES:
            raise ValueError(f"a mask's key has {KEY_BYTES} bytes or more; seen {len(self.key)}")

    @property
    def reads_all(self) -> bool:
        """Whether nothing is hidden."""
        return self.role == READS_ALL

    def shows(self, name: str) -> bool:
        """Whether text under ``name`` may be read."""
        return self.reads_all or name in VISIBLE[self.role]

    def text(self, name: str, text: str) -> str:
        """``text`` found under ``name``, or its token."""
        return text if not text or self.shows(name) or text in self.words else self.token(text)

    def hides_scalar(self, name: str) -> bool:
        """Whether numbers and days under ``name`` are personal too."""
        return not self.reads_all and (name in PERSONAL or (name in BIRTH_DATES and not self.shows(name)))

    def token(self, text: str) -> str:
        """A short keyed hash: equal texts have equal tokens."""
        digest = hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"‹{digest[:10]}›"

    def message(self, text: str, constants: Iterable[str] = ()) -> str:
        """A message as people may read it: what stands in the code stays, every other word is a token.

        constants: text constants of the code that wrote it (see `text_constants`).
        """
        if self.reads_all or text in self.words:
            return text
        kept = _spans(text, constants)
        parts, at = [], 0
        for begin, end in [*kept, (len(text), len(text))]:
            parts.append(_WORD.sub(lambda word: self._word(word[0]), text[at:begin]))
            parts.append(text[begin:end])
            at = end
        return "".join(parts)

    def _word(self, word: str) -> str:
        bare = word.strip(".,:;()[]'\"")
        return word if not bare or bare in self.words else self.token(word)


def may_read(role: str, captured: str) -> bool:
    """Whether ``role`` may read what was captured under the mask of ``captured``: it must see as much by itself."""
    if role == READS_ALL:
        return True
    return role in VISIBLE and captured in VISIBLE and VISIBLE[captured] <= VISIBLE[role]


def text_constants(codes: Collection[object]) -> list[str]:
    """The text constants of code objects, the pieces of their f-strings among them."""
    found: list[str] = []
    for code in codes:
        found += [each for each in getattr(code, "co_consts", ()) if type(each) is str]
    return found[:_MOST_CONSTANTS]


def _spans(text: str, constants: Iterable[str]) -> list[tuple[int, int]]:
    """Where constants of four characters or more stand as whole words, longest first, never overlapping."""
    pieces = {piece for piece in constants if len(piece.strip()) >= _LEAST_WORD and piece in text}
    taken: list[tuple[int, int]] = []
    for piece in sorted(pieces, key=lambda each: (-len(each), each)):
        at = text.find(piece)
        while at >= 0:
            end = at + len(piece)
            if _is_whole(text, at, end) and all(end <= begin or at >= last for begin, last in taken):
                taken.append((at, end))
            at = text.find(piece, end)
    return sorted(taken)


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Whether no word is cut at either end: the end of a name must not shine through."""
    cuts_before = begin > 0 and text[begin - 1].isalnum() and text[begin].isalnum()
    cuts_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not (cuts_before or cuts_after)
