"""Words of previews over the whole book."""

WORDS = {
    "preview.title": ("Previews", "Aperçus"),
    "preview.intro": (
        "What the next nightly run would book for everybody, under the rulebook in force or a draft of another. "
        "Nothing is written: it runs apart, under a role that can only read.",
        "Ce que le prochain traitement comptabiliserait pour tous, sous le barème en vigueur ou un projet. "
        "Rien n’est écrit : le calcul tourne à part, sous un rôle qui ne peut que lire.",
    ),
    "preview.facts": (
        "What news would change is shown where the news is told.",
        "Ce que changerait une nouvelle se voit là où elle est saisie.",
    ),
    "preview.this": (
        "Preview what it would do over the whole book",
        "Voir ce qu’il ferait sur tout le livre",
    ),
    "preview.new": ("New preview", "Nouvel aperçu"),
    "preview.rulebook": ("Rulebook", "Barème"),
    "preview.in_force": ("as in force", "celui en vigueur"),
    "preview.draft": ("draft: {name}", "projet : {name}"),
    "preview.draft_hint": (
        "Drafts are folders of plan files that lie on the server.",
        "Les projets sont des dossiers de fichiers de formules posés sur le serveur.",
    ),
    "preview.day": ("Day of the run", "Jour du traitement"),
    "preview.reason": ("Reason", "Motif"),
    "preview.reason_hint": (
        "It is written down with your name.",
        "Il est enregistré avec votre nom.",
    ),
    "preview.start": ("Compute", "Calculer"),
    "preview.kept": ("Kept for a week", "Conservés une semaine"),
    "preview.asked": ("Asked", "Demandé"),
    "preview.by": ("By", "Par"),
    "preview.state": ("State", "État"),
    "preview.open": ("Open", "Ouvrir"),
    "preview.none": (
        "No preview is kept. Begin one above: it shows here while it is computed and for a week after.",
        "Aucun aperçu conservé. Lancez-en un ci-dessus : il apparaît ici pendant le calcul et une semaine ensuite.",
    ),
    "preview.none_for_you": (
        "No preview is kept. Operations, engineering and administrators can begin one.",
        "Aucun aperçu conservé. Les opérations, l’ingénierie et l’administration peuvent en lancer.",
    ),
    "preview.work": ("at work", "en cours"),
    "preview.done": ("done", "terminé"),
    "preview.failed": ("failed", "échoué"),
    "preview.unknown": (
        "There is no such preview: they are kept for a week.",
        "Cet aperçu n’existe pas : ils sont conservés une semaine.",
    ),
    "preview.no_file": ("There is no such file of this preview.", "Ce fichier d’aperçu n’existe pas."),
    "preview.not_isolated": (
        "A preview is refused on this machine: nothing isolates it. An administrator of the machine can install "
        "bubblewrap.",
        "Aperçu refusé sur cette machine : rien ne l’isole. Un administrateur de la machine peut installer bubblewrap.",
    ),
    "preview.begins": ("It begins: the book is being read.", "Le calcul commence : le livre est lu."),
    "preview.recomputed": (
        "{count} of {total} parts of the portfolio are recomputed.",
        "{count} parties du portefeuille sur {total} sont recalculées.",
    ),
    "preview.why_failed": ("It came to no end: {why}", "Le calcul n’a pas abouti : {why}"),
    "preview.of": ("Preview of {day}", "Aperçu du {day}"),
    "preview.unchanged": ("The books would not change.", "Les livres ne changeraient pas."),
    "preview.breaker": (
        "The breaker would stop this run: it would cancel {count} row.|"
        "The breaker would stop this run: it would cancel {count} rows.",
        "Le disjoncteur arrêterait ce traitement : il annulerait {count} ligne.|"
        "Le disjoncteur arrêterait ce traitement : il annulerait {count} lignes.",
    ),
    "preview.failing": (
        "{count} family would newly fail|{count} families would newly fail",
        "{count} famille échouerait|{count} familles échoueraient",
    ),
    "preview.failing_hint": (
        "Their facts cannot be computed under this change; they would be parked.",
        "Leurs faits ne se calculent pas avec ce changement ; elles seraient écartées.",
    ),
    "preview.released": (
        "{count} family would no longer be parked.|{count} families would no longer be parked.",
        "{count} famille ne serait plus écartée.|{count} familles ne seraient plus écartées.",
    ),
    "preview.totals": ("In all", "Au total"),
    "preview.distribution": ("How the moves are spread", "Répartition des mouvements"),
    "preview.distribution_words": (
        "Rows by the size of their move: less to the left, more to the right.",
        "Lignes selon la taille de leur mouvement : baisse à gauche, hausse à droite.",
    ),
    "preview.book": ("Book", "Livre"),
    "preview.what": ("What", "Quoi"),
    "preview.rows": ("Rows", "Lignes"),
    "preview.up": ("Up", "Hausse"),
    "preview.down": ("Down", "Baisse"),
    "preview.contract": ("Contract", "Contrat"),
    "preview.member": ("Member", "Assuré"),
    "preview.months": ("Months", "Mois"),
    "preview.moves": ("Before → after", "Avant → après"),
    "preview.move": ("Move", "Mouvement"),
    "preview.reasons": ("Reasons", "Motifs"),
    "preview.family": ("Family", "Famille"),
    "preview.rerun": ("Re-run", "Réexécuter"),
    "preview.rerun_reason": ("a case of preview {number}", "un cas de l’aperçu {number}"),
    "preview.waiting": ("Lines of care", "Lignes de soins"),
    "preview.save": ("Save the report:", "Enregistrer le rapport :"),
}
