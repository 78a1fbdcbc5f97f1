"""What changed at a revision, counted and in words: "2 enrolments, 24 premium entries", in French and in English."""

from collections.abc import Iterable
from typing import Final

NAMES: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "contract": (("contrat", "contrats"), ("contract", "contracts")),
    "member": (("fiche de personne", "fiches de personnes"), ("person's record", "persons' records")),
    "enrolment": (("affiliation", "affiliations"), ("enrolment", "enrolments")),
    "approval": (("accord", "accords"), ("approval", "approvals")),
    "held": (("écart retenu", "écarts retenus"), ("held difference", "held differences")),
    "parking": (("mise de côté", "mises de côté"), ("parking", "parkings")),
    "document": (("document de soins", "documents de soins"), ("care document", "care documents")),
    "care_line": (("ligne de soins", "lignes de soins"), ("line of care", "lines of care")),
    "answer": (("réponse", "réponses"), ("answer", "answers")),
    "waiting": (("attente", "attentes"), ("note of waiting", "notes of waiting")),
    "premium": (("écriture de cotisation", "écritures de cotisation"), ("premium entry", "premium entries")),
    "reimbursement": (
        ("écriture de remboursement", "écritures de remboursement"),
        ("reimbursement entry", "reimbursement entries"),
    ),
    "invoice": (("facture", "factures"), ("invoice", "invoices")),
    "payout": (("versement", "versements"), ("payout", "payouts")),
    "balance": (("mouvement de solde", "mouvements de solde"), ("balance movement", "balance movements")),
}
"""Kinds of rows that a change writes: singular and plural in French, then in English."""


def changed_text(what: Iterable[tuple[str, int]], language: str) -> str:
    """``what`` (kind, how many rows) in one phrase. Errors: KeyError for a kind that NAMES has not."""
    side = 0 if language == "fr" else 1
    return ", ".join(f"{count} {NAMES[kind][side][count > 1]}" for kind, count in what)
