"""Words of forms and filters."""

WORDS = {
    "form.amount": (
        "“{seen}” is not an amount: write it like 12.50",
        "« {seen} » n’est pas un montant : écrivez 12,50",
    ),
    "form.day": (
        "“{seen}” is not a day: write it like 2026-03-14",
        "« {seen} » n’est pas un jour : écrivez 2026-03-14",
    ),
    "form.month": (
        "“{seen}” is not a month: write it like 2026-03",
        "« {seen} » n’est pas un mois : écrivez 2026-03",
    ),
    "form.year": (
        "“{seen}” is not a year: write it like 2026",
        "« {seen} » n’est pas une année : écrivez 2026",
    ),
    "form.unknown_choice": (
        "“{seen}” is not one of the choices: take one of the list.",
        "« {seen} » ne fait pas partie des choix : prenez-en un dans la liste.",
    ),
    "form.required": ("This is needed.", "À remplir."),
    "form.too_long": ("At most {count} characters.", "{count} caractères au plus."),
}
