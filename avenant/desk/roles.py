"""Who may see and do what: permissions as sentences, roles as a sentence each and the permissions they hold.

Example: a care agent holds SEE_CARE and SEE_NAMES, an engineer SEE_GRAPH and SEE_TECHNICAL but not SEE_NAMES: to see
whom a case is about, an engineer gives a reason, which is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """What a person may see or do; each page and each API asks for one at its door."""

    ENTER = "enter"
    FIND = "find"
    SEE_NAMES = "see_names"
    SEE_CARE = "see_care"
    SEE_COVER = "see_cover"
    SEE_MONEY = "see_money"
    SEE_WORK = "see_work"
    SEE_RUNS = "see_runs"
    SEE_CHECKS = "see_checks"
    SEE_CASES = "see_cases"
    SEE_GRAPH = "see_graph"
    SEE_TECHNICAL = "see_technical"
    SEE_RERUNS = "see_reruns"
    SEE_VISITS = "see_visits"
    SEE_USERS = "see_users"
    SEE_RULEBOOKS = "see_rulebooks"
    SEE_PREVIEWS = "see_previews"
    ESCALATE = "escalate"
    ANSWER = "answer"
    TELL = "tell"
    RETRY = "retry"
    RERUN = "rerun"
    REVEAL = "reveal"
    MANAGE_USERS = "manage_users"
    PREVIEW = "preview"
    PUBLISH = "publish"
    OVERRIDE = "override"
    ERASE = "erase"


SENTENCES: Final[dict[Permission, tuple[str, str]]] = {
    Permission.ENTER: ("Enter the desk and see one's own page.", "Entrer et voir sa propre page."),
    Permission.FIND: (
        "Find people, contracts and documents.",
        "Chercher des personnes, contrats et documents.",
    ),
    Permission.SEE_NAMES: ("See people's names.", "Voir le nom des personnes."),
    Permission.SEE_CARE: ("See a member's care events.", "Voir les soins d’un assuré."),
    Permission.SEE_COVER: ("See cover and premiums.", "Voir la couverture et les cotisations."),
    Permission.SEE_MONEY: (
        "See contracts, invoices and payouts.",
        "Voir les contrats, factures et versements.",
    ),
    Permission.SEE_WORK: ("See what waits for a person.", "Voir ce qui attend une personne."),
    Permission.SEE_RUNS: ("See nightly, invoice and payout runs.", "Voir les traitements."),
    Permission.SEE_CHECKS: ("See the checks and their findings.", "Voir les contrôles et leurs constats."),
    Permission.SEE_CASES: ("See escalated cases.", "Voir les dossiers escaladés."),
    Permission.SEE_GRAPH: ("See the claims graph.", "Voir le graphe d’un remboursement."),
    Permission.SEE_TECHNICAL: (
        "See technical identifiers, runs and code versions.",
        "Voir les identifiants techniques, traitements et versions du code.",
    ),
    Permission.SEE_RERUNS: ("See the results of re-runs.", "Voir les résultats des réexécutions."),
    Permission.SEE_VISITS: ("See who looked at whom, and why.", "Voir qui a consulté qui, et pourquoi."),
    Permission.SEE_USERS: ("See who has which role.", "Voir qui a quel rôle."),
    Permission.SEE_RULEBOOKS: (
        "See the rulebooks and their changes.",
        "Voir les barèmes et leurs changements.",
    ),
    Permission.SEE_PREVIEWS: (
        "See what previews of the whole book would do.",
        "Voir ce que feraient les aperçus du livre entier.",
    ),
    Permission.ESCALATE: ("Open, escalate and answer cases.", "Ouvrir, escalader et répondre aux dossiers."),
    Permission.ANSWER: ("Answer what waits for a person.", "Répondre à ce qui attend une personne."),
    Permission.TELL: ("Enter and withdraw facts.", "Saisir et retirer des faits."),
    Permission.RETRY: ("Have a parked family computed again.", "Relancer le calcul d’une famille écartée."),
    Permission.RERUN: (
        "Run the engine again on real data, writing nothing.",
        "Réexécuter le moteur sans rien écrire.",
    ),
    Permission.REVEAL: (
        "See names for a recorded reason, for an hour.",
        "Voir les noms une heure durant, pour un motif enregistré.",
    ),
    Permission.MANAGE_USERS: ("Add people and give roles.", "Ajouter des personnes et donner des rôles."),
    Permission.PREVIEW: (
        "Preview a change over the whole book, writing nothing.",
        "Calculer l’aperçu d’un changement sur tout le livre, sans rien écrire.",
    ),
    Permission.PUBLISH: (
        "Publish a rulebook, with a second person.",
        "Publier un barème, avec une seconde personne.",
    ),
    Permission.OVERRIDE: (
        "Let a run pass the breaker, with a second person.",
        "Laisser passer un traitement arrêté, avec une seconde personne.",
    ),
    Permission.ERASE: ("Erase a person's details.", "Effacer les données d’une personne."),
}


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its name in both languages, what it is for in a sentence, and what it may."""

    key: str
    names: tuple[str, str]
    sentences: tuple[str, str]
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Whether the role holds ``permission``."""
        return permission in self.permissions


_LADDER = frozenset(
    (
        *(Permission.ENTER, Permission.FIND, Permission.SEE_CARE, Permission.SEE_COVER),
        *(Permission.SEE_MONEY, Permission.SEE_CASES),
    )
)
_CARE = _LADDER | {Permission.SEE_NAMES, Permission.ESCALATE}
_CLAIMS = _CARE | {Permission.SEE_GRAPH, Permission.SEE_WORK, Permission.ANSWER}
_ADMINISTRATION = frozenset(
    (Permission.MANAGE_USERS, Permission.PUBLISH, Permission.OVERRIDE, Permission.ERASE)
)
_SIGHT = frozenset(p for p in Permission if p.value.startswith("see_"))

ROLES: Final[dict[str, Role]] = {
    role.key: role
    for role in (
        Role(
            "care",
            ("Care", "Relation assurés"),
            (
                "Answers members: sees care events, cover and money, and escalates what it cannot explain.",
                "Répond aux assurés : voit soins, couverture et montants, escalade ce qu’elle ne peut expliquer.",
            ),
            _CARE,
        ),
        Role(
            "claims",
            ("Claims specialist", "Spécialiste prestations"),
            (
                "Care, plus the graph behind a reimbursement and the answers to what waits.",
                "La relation assurés, plus le graphe d’un remboursement et les réponses à ce qui attend.",
            ),
            _CLAIMS,
        ),
        Role(
            "operations",
            ("Operations", "Opérations"),
            (
                "Keeps facts, runs and the work list in order: enters and withdraws facts, answers, retries.",
                "Tient les faits, traitements et files d’attente : saisit et retire des faits, répond, relance.",
            ),
            _CLAIMS
            | {Permission.TELL, Permission.RETRY, Permission.SEE_RUNS, Permission.SEE_CHECKS}
            | {Permission.SEE_RULEBOOKS, Permission.SEE_PREVIEWS, Permission.PREVIEW},
        ),
        Role(
            "engineering",
            ("Engineering", "Ingénierie"),
            (
                "Finds out what the code did: graph, runs and re-runs, of people under a pseudonym.",
                "Cherche ce que le code a fait : graphe, traitements, réexécutions, sous pseudonyme.",
            ),
            _LADDER
            | {Permission.SEE_GRAPH, Permission.SEE_TECHNICAL, Permission.SEE_RUNS, Permission.SEE_CHECKS}
            | {Permission.SEE_WORK, Permission.SEE_RERUNS, Permission.RERUN, Permission.REVEAL}
            | {Permission.ESCALATE, Permission.SEE_RULEBOOKS, Permission.SEE_PREVIEWS, Permission.PREVIEW},
        ),
        Role(
            "administrator",
            ("Administrator", "Administration"),
            (
                "Users, publishing, the breaker and erasure; publishing and the breaker need a second person.",
                "Utilisateurs, publication, disjoncteur, effacement ; publication et disjoncteur à deux.",
            ),
            _ADMINISTRATION
            | {Permission.ENTER, Permission.FIND, Permission.SEE_NAMES, Permission.SEE_RUNS}
            | {Permission.SEE_CHECKS, Permission.SEE_USERS, Permission.SEE_RULEBOOKS, Permission.SEE_CASES}
            | {Permission.SEE_PREVIEWS, Permission.PREVIEW},
        ),
        Role(
            "auditor",
            ("Auditor", "Audit"),
            (
                "Reads everything, who looked at whom included, and changes nothing.",
                "Lit tout, y compris qui a consulté qui, et ne change rien.",
            ),
            _SIGHT | {Permission.ENTER, Permission.FIND},
        ),
    )
}
