"""The work list's words: kinds of items, what can be answered to each, and what an item tells."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from avenant.core.claims.reasons import WAITS, told
from avenant.core.wording.figures import amount_text, month_text

UNDECIDED: Final = frozenset(
    {
        *("messages_contradict", "cancels_nothing", "several_acts_fit", "perhaps_same_act"),
        *("statement_without_act", "answers_contradict"),
    }
)
"""Reasons of matching: a person says which messages belong together."""
HOLDS: Final = frozenset({"contradicts_itself"})
"""Reasons of importers that rules know; any reason that they do not know is an importer's, too."""
DECIDABLE: Final = frozenset(WAITS) - UNDECIDED - HOLDS

KINDS: Final[dict[str, tuple[str, str]]] = {
    "held_document": ("document retenu", "held document"),
    "undecided_match": ("rapprochement à trancher", "undecided match"),
    "waiting_act": ("acte en attente", "act that waits"),
    "unknown_member": ("ligne d'une personne inconnue", "line of an unknown member"),
    "parked_family": ("famille mise de côté", "parked family"),
    "held_change": ("changement à approuver", "change to approve"),
}
"""Kinds of items, in French and in English."""
ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "held_document": ("exception",),
    "undecided_match": ("same", "different", "exception"),
    "waiting_act": ("exception", "news"),
    "unknown_member": ("news",),
    "parked_family": ("news", "retry"),
    "held_change": ("approve",),
}
"""What can be said to an item. same, different (as a candidate), exception: ``flows.acts.answer``; news: correct or
add facts; retry: ``flows.runs.retry_parked``; approve: news of an approval for the months."""
HELD_TEXT: Final = (
    "De {first} à {last}, {months} mois sont plus anciens que ce que l'offre corrige d'elle-même : {amount}.",
    "From {first} to {last}, {months} months lie further back than the plan corrects by itself: {amount}.",
)
PARKED_TEXT: Final = (
    "Les faits de cette famille sont impossibles, rien n'est calculé pour elle : {reason}",
    "The facts of this family are impossible, nothing is computed for it: {reason}",
)


@dataclass(frozen=True, slots=True)
class LineTold:
    """What one line of a message says; null: it does not say. kind: who speaks (secu_return …)."""

    ref: str
    kind: str
    payer: str | None
    received_on: date
    care_from: date
    care_last_day: date
    act_code: str | None
    family: str | None
    quantity: int
    charged_cents: int | None
    secu_cents: int | None
    others_cents: int | None
    asked_cents: int | None
    location: str | None
    hold: str | None
    provider_ref: str | None


@dataclass(frozen=True, slots=True)
class HeldMonths:
    """What an approval would let through."""

    first_month: date
    last_month: date
    months: int
    difference_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits for a person.

    key: the same as long as it waits. ref: of the line, the family's primary or the contract. since: ISO, in Paris.
    member: the number (of a line of nobody: as told). line, candidates: what the messages say; held: the months.
    """

    key: str
    kind: str
    ref: str
    member: str | None
    name: str | None
    contracts: tuple[str, ...]
    reason: str
    since: str
    rev: int
    line: LineTold | None = None
    candidates: tuple[LineTold, ...] = ()
    held: HeldMonths | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """What can be answered: same and different only where there are candidates."""
        possible = ANSWERS[self.kind]
        return possible if self.candidates else tuple(a for a in possible if a not in ("same", "different"))

    def said(self, reader: str, language: str) -> str:
        """Why it waits, for a ``reader`` (member, care, engineering) in a ``language`` (fr, en)."""
        side = language != "fr"
        if self.held is not None:
            return HELD_TEXT[side].format(
                first=month_text(self.held.first_month, language),
                last=month_text(self.held.last_month, language),
                months=self.held.months,
                amount=amount_text(self.held.difference_cents, self.held.currency, language),
            )
        if self.kind == "parked_family":
            return PARKED_TEXT[side].format(reason=self.reason)
        return told(self.reason, reader, language)


def kind_of(reason: str) -> str:
    """The kind of a waiting line or act by its reason."""
    if reason in UNDECIDED:
        return "undecided_match"
    return "waiting_act" if reason in DECIDABLE else "held_document"
