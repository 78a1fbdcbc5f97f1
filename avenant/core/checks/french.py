"""Alerts in French: what each check promises, and the words around it; in English the checks say it themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "append-only": (
        "Des gardes empêchent de modifier ou supprimer toute écriture, tout règlement et tout fait."
    ),
    "row-counts": "Chaque modification a toujours autant de lignes qu’elle en a écrit.",
    "versions": (
        "Les versions se suivent sans trou, émission puis annulation, chaque annulation étant le miroir "
        "de la ligne précédente."
    ),
    "reimbursement-versions": (
        "Les versions des remboursements se suivent sans trou, chaque annulation étant le miroir de la "
        "ligne précédente."
    ),
    "recompute": "La dernière ligne de chaque clé égale un nouveau calcul.",
    "covered-days": "Chaque jour couvert, compté un à un, est justifié par des écritures.",
    "billed-days": "Les jours facturés sont ceux que la convention du contrat tire des jours couverts.",
    "family-prices": (
        "Un tarif famille est porté par l’assuré principal, ses ayants droit portent 0, et ce qui est "
        "gratuit vaut 0."
    ),
    "unbilled-cover": (
        "Nul n’est couvert sans cotisation : chaque mois couvert est facturé, ou dit pourquoi il est gratuit."
    ),
    "taxes": (
        "Les taxes concordent : taxe et part employeur de chaque cotisation découlent de son montant et "
        "de leurs taux."
    ),
    "unusual-premiums": (
        "La cotisation du dernier mois d’un assuré reste dans la fourchette habituelle des mois précédents."
    ),
    "settlement-totals": (
        "Le total d’une facture est la somme de ses écritures, et aucune écriture n’est dans deux factures."
    ),
    "payout-totals": (
        "Un versement est la somme de ses écritures, toutes du même bénéficiaire ; aucune n’est dans "
        "deux ; les numéros se suivent."
    ),
    "payout-once": (
        "Chaque remboursement est versé une seule fois : aucune écriture n’est dans deux versements, "
        "aucun acte n’est repayé."
    ),
    "debts-offset": (
        "Les indus sont compensés : qui a trop perçu n’est pas payé de nouveau avant que ce soit rattrapé."
    ),
    "invoice-numbers": "Les numéros de facture se suivent sans trou, et leurs dates ne reculent jamais.",
    "balances": "Le dû est le total moins le solde utilisé, et aucun solde n’est utilisé au-delà de 0.",
    "unsettled-age": (
        "Aucune cotisation ne reste non facturée plus longtemps que le cycle de son contrat ne le permet."
    ),
    "unusual-runs": (
        "Le dernier traitement de chaque sorte a mû un total dans la fourchette habituelle des précédents."
    ),
    "revisions": (
        "Les révisions se suivent sans trou et leurs instants croissent strictement, jusqu’à la dernière."
    ),
    "known-rows": (
        "Chaque ligne a été écrite sous une modification, et chaque modification est devenue une révision."
    ),
    "no-enrichment": (
        "Nul ne reçoit plus que ce qui a été facturé, tous payeurs réunis ; un trop-versé est récupéré."
    ),
    "covered-acts": "Tout acte payé a une adhésion qui couvre le jour des soins.",
    "waiting-age": "Aucun acte n’attend une réponse plus longtemps que le délai permis.",
    "rerun-role": ("Une réexécution ne peut rien écrire : dans la base, son rôle peut lire et rien d’autre."),
    "cut-short": ("Un traitement interrompu est suivi d’un autre de la même sorte qui va à son terme."),
    "runs": (
        "Chaque écriture nomme son traitement, chaque traitement ce avec quoi il a tourné, chaque lot la"
        " révision lue."
    ),
}
"""Name of a check -> its sentence."""
