"""Words of previews over the whole book."""

WORDS = {
    "preview.title": ("Previews", "Aperçus"),
    "preview.intro": (
        "What the next nightly run would book for everybody, under the rulebook in force or a draft of another, or as "
        "if further facts were known. Nothing is kept: it runs apart, under a role that can only read; facts are tried "
        "in a transaction that is always taken back.",
        "Ce que le prochain traitement comptabiliserait pour tous, sous le barème en vigueur ou un projet, ou comme si "
        "d’autres faits étaient connus. Rien n’est conservé : le calcul tourne à part, sous un rôle qui ne peut que "
        "lire ; des faits s’essaient dans une transaction toujours annulée.",
    ),
    "preview.one_fact": (
        "What one piece of news would change is also shown where it is told.",
        "Ce que changerait une nouvelle se voit aussi là où elle est saisie.",
    ),
    "preview.code": (
        "What another version of the code would do is computed at the command line, avenant preview --code, or in the "
        "build of a pull request, on a pseudonymised copy.",
        "Ce que ferait une autre version du code se calcule en ligne de commande, avenant preview --code, ou dans "
        "l’intégration continue d’une demande de fusion, sur une copie pseudonymisée.",
    ),
    "preview.facts": ("Facts", "Faits"),
    "preview.facts_hint": (
        "The CSV files of an import, or a zip of them: {expected}. They are tried, not kept.",
        "Les fichiers CSV d’un import, ou un zip de ceux-ci : {expected}. Ils sont essayés, pas conservés.",
    ),
    "preview.table_contracts": ("{count} contract|{count} contracts", "{count} contrat|{count} contrats"),
    "preview.table_members": ("{count} member|{count} members", "{count} assuré|{count} assurés"),
    "preview.table_enrolments": (
        "{count} enrolment|{count} enrolments",
        "{count} adhésion|{count} adhésions",
    ),
    "preview.table_balances": (
        "{count} opening balance|{count} opening balances",
        "{count} solde d’ouverture|{count} soldes d’ouverture",
    ),
    "preview.table_approvals": ("{count} approval|{count} approvals", "{count} accord|{count} accords"),
    "preview.table_people": (
        "{count} personal detail|{count} personal details",
        "{count} donnée personnelle|{count} données personnelles",
    ),
    "preview.facts_not_yours": (
        "Facts are previewed by whoever may tell them: operations.",
        "Des faits sont essayés par qui peut les saisir : les opérations.",
    ),
    "preview.nothing_in_files": (
        "These files hold no row: there is nothing to try.",
        "Ces fichiers ne contiennent aucune ligne : il n’y a rien à essayer.",
    ),
    "preview.unknown_file": (
        "{name} is no file of an import. Send any of these, under just these names: {expected}.",
        "{name} n’est pas un fichier d’import. Envoyez un ou plusieurs de ceux-ci, sous ces noms exacts : {expected}.",
    ),
    "preview.file_twice": (
        "{name} was sent twice: keep the one that is right.",
        "{name} est envoyé deux fois : gardez le bon.",
    ),
    "preview.no_files": (
        "The zip holds none of the files of an import: {expected}.",
        "Le zip ne contient aucun des fichiers d’un import : {expected}.",
    ),
    "preview.bad_zip": (
        "{name} cannot be unpacked: it is torn, locked with a password, or no zip. Send the CSV files themselves.",
        "{name} ne se décompresse pas : abîmé, protégé par un mot de passe, ou pas un zip. Envoyez les CSV eux-mêmes.",
    ),
    "preview.too_large": (
        "These files are larger than {mebibytes} MiB together: preview them at the command line, "
        "avenant preview --facts FOLDER.",
        "Ces fichiers dépassent {mebibytes} Mio ensemble : essayez-les en ligne de commande, "
        "avenant preview --facts DOSSIER.",
    ),
    "preview.unreadable": (
        "{file}, line {line}: {seen}. {remedy}.",
        "{file}, ligne {line} : ce fichier ne se lit pas. Il faut du CSV en UTF-8, séparé par des virgules ou des "
        "points-virgules, avec au moins ces colonnes en première ligne : {columns}.",
    ),
    "preview.wrong": (
        "{count} thing in these files cannot be right, and nothing was previewed.|"
        "{count} things in these files cannot be right, and nothing was previewed.",
        "{count} point de ces fichiers est impossible ; rien n’a été calculé.|"
        "{count} points de ces fichiers sont impossibles ; rien n’a été calculé.",
    ),
    "preview.wrong_first": ("The first {count} of them:", "Les {count} premiers :"),
    "preview.file": ("File", "Fichier"),
    "preview.line": ("line {line}", "ligne {line}"),
    "preview.seen": ("Seen", "Vu"),
    "preview.why_wrong": ("What is wrong", "Ce qui ne va pas"),
    "preview.this": (
        "Preview what it would do over the whole book",
        "Voir ce qu’il ferait sur tout le livre",
    ),
    "preview.new": ("New preview", "Nouvel aperçu"),
    "preview.rulebook": ("Rulebook", "Barème"),
    "preview.what_changes": ("What was tried", "Ce qui est essayé"),
    "preview.in_force": ("as in force", "celui en vigueur"),
    "preview.rulebook_in_force": ("rulebook in force", "barème en vigueur"),
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
