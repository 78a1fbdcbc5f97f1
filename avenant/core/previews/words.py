"""The words of a preview over the whole book, in English and in French."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from avenant.core.wording.figures import amount_text, month_text

LANGUAGES: Final = ("en", "fr")
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("Preview of the nightly run of {day}", "Aperçu du traitement du {day}"),
    "about": (
        "Rulebook {rulebook}, code {code}, revision {rev}. {families} families, {premiums} premiums and {acts} "
        "decisions recomputed in {seconds} s. Nothing was written.",
        "Barème {rulebook}, code {code}, révision {rev}. {families} familles, {premiums} cotisations et {acts} "
        "décisions recalculées en {seconds} s. Rien n’a été écrit.",
    ),
    "unchanged": ("The books would not change.", "Les livres ne changeraient pas."),
    "breaker": (
        "The breaker would stop this run: it would cancel {cancels} rows.",
        "Le disjoncteur arrêterait ce traitement : il annulerait {cancels} lignes.",
    ),
    "failing": (
        "{count} families would newly fail and be parked",
        "{count} familles échoueraient et seraient écartées",
    ),
    "released": (
        "{count} families would no longer be parked",
        "{count} familles ne seraient plus écartées",
    ),
    "totals": ("In all", "Au total"),
    "plans": ("By plan", "Par formule"),
    "months": ("By month", "Par mois"),
    "reasons": ("By reason", "Par motif"),
    "steps": ("By size of the move", "Par taille du mouvement"),
    "largest": ("Largest moves", "Les plus grands mouvements"),
    "sample": ("A sample", "Un échantillon"),
    "waiting": (
        "Lines of care that would wait or no longer wait",
        "Lignes de soins mises en attente ou libérées",
    ),
    "book": ("Book", "Livre"),
    "what": ("What", "Quoi"),
    "rows": ("Rows", "Lignes"),
    "up": ("Up", "Hausse"),
    "down": ("Down", "Baisse"),
    "contract": ("Contract", "Contrat"),
    "member": ("Member", "Assuré"),
    "between": ("Months", "Mois"),
    "before": ("Before", "Avant"),
    "after": ("After", "Après"),
    "why": ("Reasons", "Motifs"),
    "family": ("Family", "Famille"),
    "reason": ("Reason", "Motif"),
    "state": ("State", "État"),
    "premium": ("premiums", "cotisations"),
    "reimbursement": ("reimbursements", "remboursements"),
    "kind_new": ("new", "nouveau"),
    "kind_ended": ("ended", "terminé"),
    "kind_changed": ("changed", "modifié"),
    "kind_explained": ("explained otherwise", "expliqué autrement"),
    "reason_new": ("nothing was booked", "rien n’était comptabilisé"),
    "reason_ended": ("nothing is due any more", "plus rien n’est dû"),
    "reason_days": ("days", "jours"),
    "reason_price": ("price", "prix"),
    "reason_age": ("age", "âge"),
    "reason_child_rank": ("rank of the child", "rang de l’enfant"),
    "reason_tax_and_employer": ("tax and employer’s part", "taxe et part employeur"),
    "reason_amount": ("amount", "montant"),
    "reason_messages": ("messages", "messages"),
    "reason_tariff": ("tariff", "tarif"),
    "reason_rate": ("rate", "taux"),
    "reason_other_payers": ("other payers", "autres payeurs"),
    "reason_guarantee": ("guarantee", "garantie"),
    "reason_envelope": ("envelope", "enveloppe"),
    "reason_payees": ("payees", "bénéficiaires"),
    "reason_explanation": ("explanation", "explication"),
    "state_waiting": ("would wait", "mises en attente"),
    "state_released": ("would no longer wait", "libérées"),
    "stays": ("the amount stays", "le montant reste"),
    "more_to": ("more, up to {edge}", "plus, jusqu’à {edge}"),
    "less_to": ("less, up to {edge}", "moins, jusqu’à {edge}"),
    "more_above": ("more, above {edge}", "plus, au-delà de {edge}"),
    "less_above": ("less, above {edge}", "moins, au-delà de {edge}"),
}


def word(key: str, language: str, **blanks: object) -> str:
    """A text in ``language``; a key that has none is told as it is, readable. Errors: ValueError for the language."""
    text = WORDS[key][LANGUAGES.index(language)] if key in WORDS else key.partition("_")[2].replace("_", " ")
    return text.format(**blanks) if blanks else text


def step_words(cents: int, currency: str, language: str) -> str:
    """A step of the distribution: its sign and its edge."""
    if cents == 0:
        return word("stays", language)
    side, edge = "more" if cents > 0 else "less", abs(cents)
    if edge % 10 == 0:
        return word(f"{side}_to", language, edge=amount_text(edge, currency, language))
    return word(f"{side}_above", language, edge=amount_text(edge - 1, currency, language))


def reasons_words(codes: str, language: str) -> str:
    """Several reasons, as a case tells them: codes with blanks between."""
    return ", ".join(word(f"reason_{code}", language) for code in codes.split())


def row_words(row: Mapping[str, object], section: str, language: str) -> str:
    """What a row of a section (``totals``, ``plans``, ``months``, ``reasons``, ``steps``) is about."""
    if section == "totals":
        return word(f"kind_{row['kind']}", language)
    if section == "plans":
        return " ".join(str(row[name]) for name in ("plan", "level") if row[name]) or "—"
    if section == "months":
        return month_text(date.fromisoformat(str(row["month"])), language) if row["month"] else "—"
    if section == "reasons":
        kind, reason = word(f"kind_{row['kind']}", language), word(f"reason_{row['reason']}", language)
        return kind if row["kind"] == row["reason"] else f"{kind}, {reason}"
    return step_words(int(str(row["step_cents"])), str(row["currency"] or "EUR"), language)
