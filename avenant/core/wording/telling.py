"""Why something cannot be told, as sentences in French and English.

REFUSALS["ends_before_start"][1].format(ref="E1", day="2026-01-15", first_day="2026-02-01")
"""

from typing import Final

REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "unknown": (
        "{thing} {ref} n'est pas connu : vérifiez le numéro, ou importez-le d'abord.",
        "No {thing} is called {ref}: check the number, or import it first.",
    ),
    "withdrawn": (
        "{thing} {ref} a été retiré : il ne peut plus être modifié. Créez-en un autre.",
        "The {thing} {ref} was withdrawn and cannot be changed any more: tell a new one.",
    ),
    "already_so": (
        "{thing} {ref} le dit déjà : il n'y a rien à enregistrer.",
        "The {thing} {ref} says so already: there is nothing to save.",
    ),
    "ends_before_start": (
        "La couverture {ref} commence le {first_day}, après le {day} : une couverture qui n'a jamais commencé "
        "s'annule, elle ne se termine pas.",
        "Cover {ref} begins on {first_day}, after {day}: a cover that never began is cancelled, not ended.",
    ),
    "starts_after_end": (
        "La couverture {ref} finit le {last_day}, avant le {day} : corrigez l'une des deux dates.",
        "Cover {ref} ends on {last_day}, before {day}: correct one of the two days.",
    ),
    "changes_from_its_start": (
        "La couverture {ref} commence elle-même le {first_day} : un changement prend effet après ce jour. "
        "Annulez-la et créez-en une autre si elle était fausse depuis le début.",
        "Cover {ref} itself begins on {first_day}: a change takes effect after that day. If it was wrong from the "
        "start, cancel it and tell another.",
    ),
    "not_a_primary": (
        "{ref} n'est pas l'assuré principal de sa famille : indiquez {head}.",
        "{ref} is not the primary of the family: name {head}.",
    ),
    "not_a_dependant": (
        "Un ayant droit est conjoint ou enfant, pas « {role} ».",
        "A dependant is a partner or a child, not “{role}”.",
    ),
    "nothing_to_follow": (
        "{ref} n'est pas couvert par le contrat {contract} le {day} : indiquez l'offre et le niveau.",
        "{ref} is not covered by contract {contract} on {day}: say which plan and level.",
    ),
    "taken": (
        "Le numéro {ref} est déjà pris : choisissez-en un autre, ou laissez-le vide.",
        "The number {ref} is taken: choose another, or leave it empty.",
    ),
    "no_such_column": (
        "« {name} » n'est pas un champ d'un document ou d'une ligne de soins.",
        "“{name}” is not a field of a document or of a line of care.",
    ),
    "takes_back_a_cancellation": (
        "La ligne {ref} annule elle-même une autre ligne : retirez plutôt son document.",
        "Line {ref} takes back another line itself: withdraw its document instead.",
    ),
    "unknown_answer": (
        "Une réponse est « same », « different » ou « exception », pas « {kind} ».",
        "An answer is same, different or exception, not “{kind}”.",
    ),
    "needs_two_lines": (
        "Cette réponse compare deux lignes : indiquez l'autre.",
        "This answer compares two lines: name the other one.",
    ),
    "needs_a_reason": (
        "Une réponse est motivée : écrivez pourquoi en une phrase.",
        "An answer is explained: write why in a sentence.",
    ),
    "nothing_held": (
        "Rien n'attend d'accord pour {member} au contrat {contract} : la nuit dernière a tout comptabilisé.",
        "Nothing of {member} under contract {contract} waits for approval: the last night booked everything.",
    ),
}
THINGS: Final[dict[str, tuple[str, str]]] = {
    "contract": ("Le contrat", "contract"),
    "member": ("L'assuré", "member"),
    "enrolment": ("L'adhésion", "enrolment"),
    "document": ("Le document", "document"),
    "care_line": ("La ligne", "line"),
    "answer": ("La réponse", "answer"),
}


def refusal_text(code: str, values: dict[str, object], language: str) -> str:
    """The sentence of REFUSALS for ``code``; ``thing`` among ``values`` is a table (a key of THINGS)."""
    place = int(language != "fr")
    thing = THINGS.get(str(values.get("thing")), ("", ""))[place]
    return REFUSALS[code][place].format(**{**values, "thing": thing})
