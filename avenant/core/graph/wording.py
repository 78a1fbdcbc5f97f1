"""What nodes are called and what is said of their changes, in English and in French.

Labels of nodes are English, as exports need them; ``named`` says the same to a French reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from avenant.core.claims.reasons import told
from avenant.core.graph.model import Node
from avenant.core.wording.figures import amount_text, day_text, plain_amount

LANGUAGES: Final = ("en", "fr")

CLAUSES: Final[Mapping[str, tuple[str, str]]] = {
    "matched": ("{line} matched to act {act} as {role}", "{line} rattachée à l’acte {act} ({role})"),
    "received": ("{label} received", "réception : {label}"),
    "line_told": ("line {ref} told", "ligne {ref} annoncée"),
    "issued": ("{label} issued: {amount}", "émission : {label}, {amount}"),
    "booked": ("{label}: {amount} booked", "{label} : {amount} comptabilisé"),
    "recognised": ("act {ref} recognised", "acte {ref} reconnu"),
    "told": ("{label} told", "annonce : {label}"),
    "decided": ("{label}: {amount}", "{label} : {amount}"),
    "decided_on": ("{label} on {about}: {amount}", "{label} sur {about} : {amount}"),
    "replaces": (
        "{label} replaces {number}: {before} → {amount}",
        "{label} remplace la {number} : {before} → {amount}",
    ),
    "replaces_on": (
        "{label} on {about} replaces {number}: {before} → {amount}",
        "{label} sur {about} remplace la {number} : {before} → {amount}",
    ),
    "owed": ("{label}: {amount}", "{label} : {amount}"),
    "owed_for": ("{label} for {about}: {amount}", "{label} pour {about} : {amount}"),
    "cancelled": ("act {ref} cancelled", "acte {ref} annulé"),
    "withdrawn": ("{label} withdrawn", "retrait : {label}"),
    "corrected": ("{label} corrected ({named})", "correction : {label} ({named})"),
    "told_again": ("{label} told again", "nouvelle annonce : {label}"),
    "waits_no_longer": ("{ref} waits no longer", "{ref} n’attend plus"),
    "dissolved": ("act {ref} dissolved", "acte {ref} dissous"),
    "more": ("and {count} more", "et {count} de plus"),
}
"""What is said of a change, with blanks."""

ROLES: Final[Mapping[str, str]] = {
    "basis": "base",
    "request": "demande",
    "invoice": "facture",
    "payer": "autre payeur",
    "duplicate": "doublon",
    "cancels": "annule",
    "cancelled": "annulé",
}
"""Role of a line in its act, in French."""

DOCUMENTS: Final[Mapping[str, str]] = {
    "secu_return": "retour Sécu",
    "provider_request": "demande de tiers payant",
    "member_invoice": "facture de l’assuré",
    "other_insurer": "décompte d’un autre assureur",
    "cancellation": "annulation",
    "quote": "devis",
}
INVOICES: Final[Mapping[str, str]] = {"invoice": "facture", "credit_note": "avoir"}
ANSWERS: Final[Mapping[str, str]] = {
    "same": "même acte",
    "different": "actes distincts",
    "exception": "exception",
}
KINDS: Final[Mapping[str, str]] = {
    "contract": "contrat",
    "member": "assuré",
    "enrolment": "affiliation",
    "tariff": "tarif",
    "guarantee": "garantie",
    "envelope": "forfait",
    "price": "prix",
    "parameter": "paramètre",
    "payout": "versement",
    "balance": "solde",
}


def clause(key: str, language: str, **blanks: object) -> str:
    """A clause of `CLAUSES` with its blanks filled."""
    return CLAUSES[key][LANGUAGES.index(language)].format(**blanks)


def role_named(role: str, language: str) -> str:
    """The role of a line in its act."""
    return role if language == "en" else ROLES.get(role, role)


def amount_named(cents: int, currency: str | None, language: str) -> str:
    """``€9.00``; to a French reader ``9,00 €``."""
    return plain_amount(cents) if currency is None else amount_text(cents, currency, language)


def ref_of(node_id: str) -> str:
    """``D1#1`` of ``line:D1#1``."""
    return node_id.partition(":")[2]


def named(node: Node, language: str) -> str:
    """What ``node`` is called in a box or a sentence."""
    if node.kind == "waiting":
        return _waiting(node, language)
    return node.label if language == "en" else _FRENCH.get(node.kind, _plain)(node)


def _plain(node: Node) -> str:
    kind = KINDS.get(node.kind)
    return node.label if kind is None else f"{kind} {node.label.partition(' ')[2]}".strip()


def _said(node: Node, name: str) -> str:
    return str(dict(node.fields).get(name, ""))


def _document(node: Node) -> str:
    kind = _said(node, "kind")
    return f"{DOCUMENTS.get(kind, kind.replace('_', ' '))} {ref_of(node.id)}"


def _act(node: Node) -> str:
    what = node.label.rpartition(" of ")[0].replace("care", "soin")
    return what if node.valid_from is None else f"{what} du {day_text(node.valid_from, 'fr')}"


def _answer(node: Node) -> str:
    kind, _, rest = node.label.partition(" ")
    return f"{ANSWERS.get(kind, kind)} {rest}".strip()


def _decision(node: Node) -> str:
    number, _, nothing = node.label.removeprefix("decision ").partition(":")
    return f"décision {number} : plus rien n’est dû" if nothing else f"décision {number}"


def _waiting(node: Node, language: str) -> str:
    waits = "waits:" if language == "en" else "attend :"
    return f"{ref_of(node.id)} {waits} {told(_said(node, 'reason'), 'member', language)}"


def _entry(node: Node) -> str:
    kind, _, rest = node.label.partition(" ")
    word = {"charge": "écriture", "cancel": "annulation"}.get(kind, kind)
    return f"{word} {rest.replace('member', 'assuré')}".strip()


def _open(node: Node) -> str:
    return "reste à payer" if (node.amount_cents or 0) > 0 else "nous est dû"


def _invoice(node: Node) -> str:
    kind = _said(node, "kind")
    return f"{INVOICES.get(kind, kind.replace('_', ' '))} {ref_of(node.id)}"


def _rest(node: Node) -> str:
    return f"{_said(node, 'entries')} autres écritures"


_FRENCH: Final[Mapping[str, Callable[[Node], str]]] = {
    "document": _document,
    "line": lambda node: node.label.replace("care ", "soin ", 1),
    "act": _act,
    "answer": _answer,
    "provider_status": lambda node: f"statut de {node.label.removeprefix('status of ')}",
    "payer_part": lambda node: f"payé par {node.label.removeprefix('paid by ')}",
    "decision": _decision,
    "entry": _entry,
    "premium": _entry,
    "open": _open,
    "invoice": _invoice,
    "rest": _rest,
}
