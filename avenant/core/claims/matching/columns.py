"""What the steps of matching share: the exact key, who speaks, what a message says, the reasons to wait."""

from typing import Final

KEY: Final = ("member_id", "care_from", "act", "provider_id", "location")
"""The exact key of an act. ``act``: the act code, or the family of a line without one."""

AUTHORITY: Final = {"secu_return": 0, "provider_request": 1, "member_invoice": 2, "other_insurer": 3}
"""Whose word counts first. Each kind is one speaker; other insurers are one speaker each, by their payer."""

SECU, REQUEST, INVOICE, INSURER = range(4)
SPEAKER: Final = ("authority", "insurer")

MONEY: Final = ("charged_cents", "secu_cents", "others_cents", "asked_cents")
AMOUNTS: Final = (*MONEY, "quantity", "base_cents", "retention_cents")
"""What a cancellation mirrors."""

SAID: Final = (*AMOUNTS, "rate_ppm", "care_last_day", "exemption", "care_path", "basket")
"""Two messages of one speaker about one act that differ in one of these contradict each other."""

FIELDS: Final = ("act_code", "provider_id", "location")
"""What a poorer line may leave out."""

ANSWERS_CONTRADICT: Final = "answers_contradict"
MESSAGES_CONTRADICT: Final = "messages_contradict"
CANCELS_NOTHING: Final = "cancels_nothing"
SEVERAL_ACTS_FIT: Final = "several_acts_fit"
PERHAPS_SAME_ACT: Final = "perhaps_same_act"
STATEMENT_WITHOUT_ACT: Final = "statement_without_act"

ROLES: Final = ("basis", "request", "invoice", "payer")
"""The role of a live line, by authority."""
DUPLICATE, CANCELLED, CANCELLATION = "duplicate", "cancelled", "cancellation"
