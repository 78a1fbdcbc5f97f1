"""Words of the checks: what each one promises, and its findings."""

WORDS = {
    "checks.intro": (
        "Each night ends with these checks of what the books promise.",
        "Chaque nuit s’achève par ces contrôles de ce que les livres promettent.",
    ),
    "checks.last": (
        "Last run: {instant}, on revision {rev}, in {seconds} s",
        "Dernier passage : {instant}, sur la révision {rev}, en {seconds} s",
    ),
    "checks.last_plain": ("Last run: {instant}", "Dernier passage : {instant}"),
    "checks.never": (
        "No check has run yet. They run at the end of each night; avenant check runs them at once.",
        "Aucun contrôle n’a encore tourné. Ils tournent à la fin de chaque nuit ; avenant check les lance aussitôt.",
    ),
    "checks.open": (
        "{count} open finding|{count} open findings",
        "{count} constat ouvert|{count} constats ouverts",
    ),
    "checks.all_kept": (
        "Every promise is kept: nothing is open.",
        "Toutes les promesses sont tenues : rien n’est ouvert.",
    ),
    "checks.broken": ("With findings", "Avec des constats"),
    "checks.kept": ("Kept", "Tenus"),
    "checks.check": ("Check", "Contrôle"),
    "checks.promise": ("Promise", "Promesse"),
    "checks.severity": ("If broken", "En cas d’écart"),
    "checks.owner": ("Seen to by", "Suivi par"),
    "checks.state": ("State", "État"),
    "checks.state_good": ("kept", "tenu"),
    "checks.state_bad": ("broken", "rompu"),
    "checks.state_warn": ("unusual", "inhabituel"),
    "checks.state_unknown": ("could not run", "n’a pas pu tourner"),
    "checks.state_never": ("not run yet", "pas encore lancé"),
    "checks.severity_critical": ("critical: look today", "critique : à voir aujourd’hui"),
    "checks.severity_high": ("high: within days", "élevée : sous quelques jours"),
    "checks.severity_attention": (
        "attention: nothing booked is wrong",
        "attention : rien de comptabilisé n’est faux",
    ),
    "checks.owner_engineering": ("engineering", "ingénierie"),
    "checks.owner_operations": ("operations", "opérations"),
    "checks.owner_claims": ("claims", "prestations"),
    "checks.place": ("Where", "Où"),
    "checks.message": ("What was seen", "Constat"),
    "checks.rows": ("Rows", "Lignes"),
    "checks.first": ("First seen", "Vu d’abord"),
    "checks.seen": ("Last seen", "Vu en dernier"),
    "checks.resolved": ("Resolved", "Résolu"),
    "checks.resolved_title": ("Resolved findings", "Constats résolus"),
    "checks.none_resolved": (
        "No finding of this check has been resolved: there was none, or all are open.",
        "Aucun constat résolu : il n’y en a pas eu, ou tous sont ouverts.",
    ),
    "checks.none_open": ("Nothing is open.", "Rien n’est ouvert."),
    "checks.all_of_it": ("All {count} findings", "Les {count} constats"),
    "checks.more": ("Findings and history", "Constats et historique"),
    "checks.unknown": ("There is no check of this name.", "Aucun contrôle ne porte ce nom."),
    "checks.promise_append-only": (
        "Guards keep every entry, settlement and fact from being changed or deleted.",
        "Des gardes empêchent de modifier ou supprimer toute écriture, tout règlement et tout fait.",
    ),
    "checks.promise_row-counts": (
        "Every change still has as many rows as it wrote.",
        "Chaque modification a toujours autant de lignes qu’elle en a écrit.",
    ),
    "checks.promise_versions": (
        "Versions have no gap, charge and cancel by turns, and each cancel mirrors the row before it.",
        "Les versions se suivent sans trou, émission puis annulation, chaque annulation étant le miroir de la ligne précédente.",
    ),
    "checks.promise_reimbursement-versions": (
        "Versions of reimbursements have no gap, charge and cancel by turns, each cancel the mirror of the row before.",
        "Les versions des remboursements se suivent sans trou, chaque annulation étant le miroir de la ligne précédente.",
    ),
    "checks.promise_recompute": (
        "The latest row of every key equals a fresh recompute.",
        "La dernière ligne de chaque clé égale un nouveau calcul.",
    ),
    "checks.promise_covered-days": (
        "Every covered day, counted day by day, is accounted for by entries.",
        "Chaque jour couvert, compté un à un, est justifié par des écritures.",
    ),
    "checks.promise_billed-days": (
        "Billed days are what the plan’s convention makes of the covered days.",
        "Les jours facturés sont ceux que la convention du contrat tire des jours couverts.",
    ),
    "checks.promise_family-prices": (
        "A family price stands on the primary, its dependants carry 0, and what is free is 0.",
        "Un tarif famille est porté par l’assuré principal, ses ayants droit portent 0, et ce qui est gratuit vaut 0.",
    ),
    "checks.promise_unbilled-cover": (
        "Nobody is covered unbilled: each month of cover is charged, or says why it is free.",
        "Nul n’est couvert sans cotisation : chaque mois couvert est facturé, ou dit pourquoi il est gratuit.",
    ),
    "checks.promise_taxes": (
        "Taxes add up: tax and employer’s part of each premium follow from its amount and their rates.",
        "Les taxes concordent : taxe et part employeur de chaque cotisation découlent de son montant et de leurs taux.",
    ),
    "checks.promise_unusual-premiums": (
        "A member’s premium of the last month is within the usual band of the months before.",
        "La cotisation du dernier mois d’un assuré reste dans la fourchette habituelle des mois précédents.",
    ),
    "checks.promise_settlement-totals": (
        "A settlement’s total is the sum of its entries, and no entry is in two.",
        "Le total d’une facture est la somme de ses écritures, et aucune écriture n’est dans deux factures.",
    ),
    "checks.promise_payout-totals": (
        "A payout is the sum of its entries, all of one payee; none is in two; numbers have no gap.",
        "Un versement est la somme de ses écritures, toutes du même bénéficiaire ; aucune n’est dans deux ; les numéros se suivent.",
    ),
    "checks.promise_payout-once": (
        "Every reimbursement is paid out once: no entry is in two payouts, no act is paid again.",
        "Chaque remboursement est versé une seule fois : aucune écriture n’est dans deux versements, aucun acte n’est repayé.",
    ),
    "checks.promise_debts-offset": (
        "Debts are offset: nobody who was paid too much is paid again before it is made up for.",
        "Les indus sont compensés : qui a trop perçu n’est pas payé de nouveau avant que ce soit rattrapé.",
    ),
    "checks.promise_invoice-numbers": (
        "Invoice numbers have no gap, and their dates never decrease.",
        "Les numéros de facture se suivent sans trou, et leurs dates ne reculent jamais.",
    ),
    "checks.promise_balances": (
        "Due is the total minus the balance used, and no balance is used below 0.",
        "Le dû est le total moins le solde utilisé, et aucun solde n’est utilisé au-delà de 0.",
    ),
    "checks.promise_unsettled-age": (
        "No premium stays uninvoiced for longer than the billing cycle of its contract allows.",
        "Aucune cotisation ne reste non facturée plus longtemps que le cycle de son contrat ne le permet.",
    ),
    "checks.promise_unusual-runs": (
        "The last run of each kind moved a total within the usual band of the runs before it.",
        "Le dernier traitement de chaque sorte a mû un total dans la fourchette habituelle des précédents.",
    ),
    "checks.promise_revisions": (
        "Revisions have no gap, and their instants strictly increase, up to the head.",
        "Les révisions se suivent sans trou et leurs instants croissent strictement, jusqu’à la dernière.",
    ),
    "checks.promise_known-rows": (
        "Every row was written under a change, and every change became a revision.",
        "Chaque ligne a été écrite sous une modification, et chaque modification est devenue une révision.",
    ),
    "checks.promise_no-enrichment": (
        "Nobody is paid more than was charged, all payers together; an excess paid out is recovered.",
        "Nul ne reçoit plus que ce qui a été facturé, tous payeurs réunis ; un trop-versé est récupéré.",
    ),
    "checks.promise_covered-acts": (
        "Every act that is paid has an enrolment that covers the day of care.",
        "Tout acte payé a une adhésion qui couvre le jour des soins.",
    ),
    "checks.promise_waiting-age": (
        "No act waits for an answer for longer than the days that are allowed.",
        "Aucun acte n’attend une réponse plus longtemps que le délai permis.",
    ),
    "checks.promise_runs": (
        "Every entry names its run, every run what it ran with, every chunk the revision it read.",
        "Chaque écriture nomme son traitement, chaque traitement ce avec quoi il a tourné, chaque lot la révision lue.",
    ),
    "checks.promise_rerun-role": (
        "A re-run can write nothing: in the database its role may read, and nothing else.",
        "Une réexécution ne peut rien écrire : dans la base, son rôle peut lire et rien d’autre.",
    ),
    "checks.promise_cut-short": (
        "A run that was cut short is followed by one of its kind that comes to its end.",
        "Un traitement interrompu est suivi d’un autre de la même sorte qui va à son terme.",
    ),
}
