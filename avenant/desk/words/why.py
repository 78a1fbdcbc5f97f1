"""Words of the page that tells how an amount moved between two instants."""

WORDS = {
    "why.moved": ("How this amount moved", "Comment ce montant a évolué"),
    "why.how": ("How it moved", "Son évolution"),
    "why.back": ("Back", "Retour"),
    "why.between": ("From", "De"),
    "why.beginning": ("the beginning", "le début"),
    "why.until": ("to {instant}", "à {instant}"),
    "why.until_now": ("to now", "à maintenant"),
    "why.show": ("Show", "Afficher"),
    "why.contract": ("contract", "contrat"),
    "why.act": ("Act {act}", "Acte {act}"),
    "why.steps": (
        "Causes in the order in which we learnt of them",
        "Causes, dans l’ordre où nous les avons connues",
    ),
    "why.what": ("What arrived", "Ce qui est arrivé"),
    "why.entered": ("Entered", "Saisi"),
    "why.changed": ("What it changed", "Ce qui a changé"),
    "why.moved_by": ("Moved", "Effet"),
    "why.nothing_between": (
        "Nothing moved between these two instants.",
        "Rien n’a bougé entre ces deux instants.",
    ),
    "why.nothing": (
        "Nothing is booked here: no cover or decision, not yet known then, or no nightly run yet.",
        "Rien n’est comptabilisé ici : ni couverture ni décision, pas encore connue, ou pas encore calculée.",
    ),
    "why.sum": ("Sum of all moves", "Somme des effets"),
    "why.together": ("All together", "Au total"),
    "why.on_the_line": ("On the line", "Sur la ligne"),
    "why.proven": (
        "The causes add up to what the book says, to the cent.",
        "La somme des causes égale ce que dit le livre, au centime près.",
    ),
    "why.unproven": (
        "The causes do not add up to what the book says: tell engineering.",
        "La somme des causes n’égale pas ce que dit le livre : prévenez l’ingénierie.",
    ),
    "why.run": ("What moved the book, by cause", "Ce qui a fait bouger le livre, par cause"),
    "why.run_how": (
        "Of the amounts that this run replaced, the {most} that moved most money are computed again without each piece "
        "of news, and those with the same kind of cause counted together.",
        "Parmi les montants que ce traitement a remplacés, les {most} plus grands mouvements sont recalculés sans chaque "
        "fait nouveau ; ceux de même cause sont comptés ensemble.",
    ),
    "why.run_searching": ("The causes are being found …", "Recherche des causes …"),
    "why.run_nothing": (
        "This run replaced no amount: it booked what was due for the first time, or nothing.",
        "Ce traitement n’a remplacé aucun montant : il a comptabilisé ce qui était dû pour la première fois, ou rien.",
    ),
    "why.left_out": (
        "{count} smaller change was not looked at.|{count} smaller changes were not looked at.",
        "{count} mouvement plus petit n’a pas été examiné.|{count} mouvements plus petits n’ont pas été examinés.",
    ),
    "why.book": ("Book", "Livre"),
    "why.book_premium": ("premiums", "cotisations"),
    "why.book_reimbursement": ("reimbursements", "remboursements"),
    "why.cause": ("Cause", "Cause"),
    "why.changes": ("Changes", "Mouvements"),
    "why.up": ("Up", "Hausse"),
    "why.down": ("Down", "Baisse"),
    "why.example": ("The largest", "Le plus grand"),
    "why.news_contract": ("Contract", "Contrat"),
    "why.news_member": ("Member", "Assuré"),
    "why.news_enrolment": ("Enrolment", "Adhésion"),
    "why.news_approval": ("Approval", "Accord"),
    "why.news_rulebook": ("Rulebook", "Barème"),
    "why.news_document": ("Document", "Document"),
    "why.news_answer": ("A person’s answer", "Réponse d’une personne"),
    "why.news_provider_status": ("Provider’s status", "Statut du professionnel"),
    "why.news_code": ("Program", "Programme"),
}
