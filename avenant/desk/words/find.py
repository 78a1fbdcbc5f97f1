"""Words of the search and its palette."""

WORDS = {
    "find.everywhere": ("Find anything", "Tout chercher"),
    "find.palette": ("Find at once", "Chercher tout de suite"),
    "find.title": ("Find", "Chercher"),
    "find.recent": ("People you looked at last", "Personnes consultées récemment"),
    "find.none_recent": (
        "Nobody yet: people you look at appear here.",
        "Personne pour l’instant : les personnes que vous consultez apparaîtront ici.",
    ),
    "find.how": (
        "Type a name, also with a slip or a year of birth (“leroy 1980”), or a number: of a member, a contract, an invoice, a payout, a document, an act.",
        "Saisissez un nom, même avec une faute ou une année de naissance (« leroy 1980 »), ou un numéro : d’assuré, contrat, facture, versement, document ou acte.",
    ),
    "find.how_numbers": (
        "Your role sees no names: type a number of a member, a contract, an invoice, a payout, a document or an act.",
        "Votre rôle ne voit pas les noms : saisissez un numéro d’assuré, contrat, facture, versement, document ou acte.",
    ),
    "find.unreadable": (
        "This cannot be looked for: type at most 100 signs and 8 words, without control signs.",
        "Recherche impossible : saisissez au plus 100 signes et 8 mots, sans caractère de contrôle.",
    ),
    "find.nothing_how": (
        "Leave a word out, or try the number printed on a letter.",
        "Retirez un mot, ou essayez le numéro imprimé sur un courrier.",
    ),
    "find.results": ("{count} result|{count} results", "{count} résultat|{count} résultats"),
    "find.not_yours": ("not for your role", "pas pour votre rôle"),
    "find.no_lines": (
        "Nothing about care is known under {name}, or nothing was known yet.",
        "Aucun soin n’est connu sous {name}, ou aucun ne l’était encore.",
    ),
    "find.nobodys": (
        "Nobody is known to whom {name} belongs.",
        "On ne sait pas à qui se rapporte {name}.",
    ),
    "find.keys": (
        "Arrows to choose, Enter to open, Esc to close",
        "Flèches pour choisir, Entrée pour ouvrir, Échap pour fermer",
    ),
}
