"""Words of Home."""

WORDS = {
    "home.title": ("What needs you", "Ce qui vous attend"),
    "home.cases": ("Cases", "Dossiers"),
    "home.mine": ("Assigned to you", "Qui vous sont confiés"),
    "home.level": ("Open at your level, with nobody yet", "Ouverts à votre niveau, sans personne"),
    "home.no_mine": (
        "Nothing is assigned to you. Cases that somebody gives you appear here.",
        "Rien ne vous est confié. Les dossiers qu’on vous confie apparaissent ici.",
    ),
    "home.no_level": (
        "No open case waits for somebody at your level.",
        "Aucun dossier ouvert n’attend quelqu’un à votre niveau.",
    ),
    "home.all_cases": ("All cases", "Tous les dossiers"),
    "home.work": ("Waiting", "En attente"),
    "home.no_work": (
        "Nothing waits for a person. Acts that cannot be decided and changes to approve appear here.",
        "Rien n’attend une personne. Les actes à trancher et les changements à approuver apparaissent ici.",
    ),
    "home.night": ("Last night", "La nuit dernière"),
    "home.no_night": (
        "No night has been computed yet. What it moved appears here after the first one.",
        "Aucune nuit n’a encore été calculée. Ce qu’elle déplace apparaîtra ici après la première.",
    ),
    "home.not_done": (
        "The last night begun did not come to its end. Below is the one before.",
        "La dernière nuit commencée ne s’est pas terminée. Ci-dessous, la précédente.",
    ),
    "home.moved": ("Premiums it moved, by plan", "Cotisations déplacées, par offre"),
    "home.plan": ("Plan", "Offre"),
    "home.up": ("Up", "En hausse"),
    "home.down": ("Down", "En baisse"),
    "home.rows": ("Rows", "Écritures"),
    "home.chart": ("Down and up", "Baisse et hausse"),
    "home.no_moves": ("It moved no premium.", "Elle n’a déplacé aucune cotisation."),
    "home.held_back": (
        "{count} payee’s sum is too small to pay out as yet|{count} payees’ sums are too small to pay out as yet",
        "{count} bénéficiaire dont la somme est encore trop petite pour être versée"
        "|{count} bénéficiaires dont la somme est encore trop petite pour être versée",
    ),
    "home.debts": (
        "{count} payee owes us something|{count} payees owe us something",
        "{count} bénéficiaire nous doit quelque chose|{count} bénéficiaires nous doivent quelque chose",
    ),
    "home.unpaid": ("Left open by the last payouts", "Laissé ouvert par les derniers versements"),
    "home.findings": ("Findings", "Constats"),
    "home.checked": ("Last checked {instant}", "Dernier contrôle : {instant}"),
    "home.never_checked": (
        "The checks have not been run yet. What they find appears here.",
        "Les contrôles n’ont pas encore été lancés. Leurs constats apparaîtront ici.",
    ),
    "home.all_well": ("Every check is fine.", "Tous les contrôles sont bons."),
    "home.open_findings": (
        "{count} open finding|{count} open findings",
        "{count} constat ouvert|{count} constats ouverts",
    ),
    "home.rank_critical": ("critical", "critique"),
    "home.rank_high": ("high", "élevé"),
    "home.rank_attention": ("attention", "à surveiller"),
    "home.all_findings": ("All checks", "Tous les contrôles"),
    "home.people": ("People you looked at last", "Personnes consultées dernièrement"),
    "home.no_people": (
        "Nobody yet. Find a member by name or number; who you look at appears here.",
        "Personne encore. Cherchez un assuré par nom ou numéro ; vos consultations apparaissent ici.",
    ),
}
