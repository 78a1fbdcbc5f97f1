"""The words of case files for care: what a document, a line, an answer and a decision are written with.

{act: G, on: 2025-03-03, charged: 30.00, base: 30.00, rate: 70%, secu: 19.00, retention: 2.00, provider: DR1}
"""

from typing import Final

Words = dict[str, str]
"""A word of the case file -> its column, where the two are not the same."""

DOCUMENT: Final[Words] = {
    "member": "member_ref",
    "rank": "payer_rank",
    "received": "received_on",
    "paid": "paid_on",
}
LINE: Final[Words] = {
    "act": "act_code",
    "on": "care_from",
    "last_day": "care_last_day",
    "charged": "charged_cents",
    "base": "base_cents",
    "rate": "rate_ppm",
    "secu": "secu_cents",
    "retention": "retention_cents",
    "others": "others_cents",
    "asked": "asked_cents",
    "path": "care_path",
    "provider": "provider_ref",
}
ANSWER: Final[Words] = {"line": "line_ref", "other": "other_ref", "amount": "amount_cents"}
STATUS: Final[Words] = {"provider": "provider_ref", "from": "valid_from"}
DECISION: Final[Words] = {
    "on": "care_date",
    "messages": "lines",
    "amount": "amount_cents",
    "charged": "charged_cents",
    "base": "base_cents",
    "rate": "rate_ppm",
    "secu": "secu_cents",
    "retention": "retention_cents",
    "increase": "increase_cents",
    "others": "others_cents",
    "left": "left_cents",
    "ceiling": "ceiling_cents",
    "limit_left": "limit_left_cents",
    "decided": "decided_cents",
    "to_member": "member_cents",
    "to_provider": "provider_cents",
    "out_of_pocket": "out_of_pocket_cents",
}
PAYOUT: Final[Words] = {"total": "total_cents", "on": "care_date", "amount": "amount_cents"}

WORD: Final[Words] = {
    column: word
    for words in (DOCUMENT, LINE, ANSWER, STATUS, DECISION, PAYOUT)
    for word, column in words.items()
}
"""A column -> the word for it."""


def line_ref(text: str) -> str:
    """The line that ``text`` names: ``D1#2``; a document alone means its first line: ``D1`` is ``D1#1``."""
    return text if "#" in text else f"{text}#1"
