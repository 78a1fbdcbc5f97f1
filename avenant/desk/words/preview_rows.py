"""Why a row of a file sent to be previewed cannot be right, by the reason that an import gives."""

WORDS = {
    "preview_rows.other": (
        "This cannot be right.",
        "C’est impossible : « avenant import » en dit la raison, en anglais.",
    ),
    "preview_rows.missing": ("This value is missing.", "Cette valeur manque : complétez-la."),
    "preview_rows.wrong_number_of_values": (
        "Every row has one value for each column of the header.",
        "Chaque ligne a une valeur par colonne de l’en-tête : cherchez un séparateur oublié ou en trop.",
    ),
    "preview_rows.ref_told_twice": (
        "Several rows tell about this number.",
        "Plusieurs lignes parlent de ce numéro : gardez la bonne, chacune dit tout de ce qu’elle décrit.",
    ),
    "preview_rows.contract_ref_told_twice": (
        "Several rows tell about this contract.",
        "Plusieurs lignes parlent de ce contrat : gardez la bonne.",
    ),
    "preview_rows.kind_told_twice": (
        "Several rows give this detail of the member.",
        "Plusieurs lignes donnent cette donnée de l’assuré : gardez la bonne.",
    ),
    "preview_rows.depends_on_a_refused_row": (
        "It names something whose row was refused.",
        "Elle nomme une ligne elle-même refusée : corrigez celle-là d’abord.",
    ),
    "preview_rows.malformed_date": (
        "This is no date.",
        "Ce n’est pas une date lisible : écrivez AAAA-MM-JJ, par exemple 2024-01-31.",
    ),
    "preview_rows.date_out_of_range": (
        "This year cannot be.",
        "Cette année est hors limites : corrigez-la ; une couverture sans fin laisse le dernier jour vide.",
    ),
    "preview_rows.malformed_amount": (
        "This is no whole number of cents.",
        "Ce n’est pas un nombre entier de centimes : 12,50 s’écrit 1250.",
    ),
    "preview_rows.malformed_number": (
        "This is no whole number.",
        "Ce n’est pas un nombre entier : écrivez des chiffres seuls.",
    ),
    "preview_rows.malformed_yes_or_no": ("This is neither yes nor no.", "Écrivez yes ou no."),
    "preview_rows.malformed_currency": (
        "This is no currency.",
        "Ce n’est pas le code d’une devise : trois majuscules, par exemple EUR.",
    ),
    "preview_rows.unknown_kind": (
        "This kind is not known.",
        "Ce type de contrat est inconnu : individual ou company.",
    ),
    "preview_rows.unknown_cycle": ("This cycle is not known.", "Ce cycle est inconnu : advance ou arrears."),
    "preview_rows.unknown_role": (
        "This role is not known.",
        "Ce rôle est inconnu : primary, partner ou child.",
    ),
    "preview_rows.unknown_basis": (
        "This basis is not known.",
        "Ce motif est inconnu : active ou portability.",
    ),
    "preview_rows.unknown_contract": (
        "This contract is not known.",
        "Ce contrat est inconnu, ici comme dans la base : ajoutez-le ou corrigez le numéro.",
    ),
    "preview_rows.unknown_member": (
        "This member is not known.",
        "Cet assuré est inconnu, ici comme dans la base : ajoutez-le ou corrigez le numéro.",
    ),
    "preview_rows.unknown_primary": (
        "This primary is not known.",
        "Cet assuré principal est inconnu, ici comme dans la base : ajoutez-le ou corrigez le numéro.",
    ),
    "preview_rows.unknown_plan": (
        "The rulebook has no such plan.",
        "Le barème en vigueur n’a pas cette offre.",
    ),
    "preview_rows.unknown_level": ("The plan has no such level.", "L’offre n’a pas ce niveau."),
    "preview_rows.end_before_start": (
        "The last day lies before the first.",
        "La fin précède le début : corrigez l’un des deux ; ce qui n’a jamais commencé se retire.",
    ),
    "preview_rows.start_before_birth": (
        "The cover begins before the birth.",
        "La couverture commence avant la naissance : corrigez l’une des deux dates.",
    ),
    "preview_rows.birth_in_the_future": (
        "This day of birth lies in the future.",
        "Cette date de naissance est à venir : un enfant s’assure une fois né.",
    ),
    "preview_rows.birth_too_long_ago": (
        "Nobody is that old.",
        "Personne n’a cet âge : corrigez l’année de naissance.",
    ),
    "preview_rows.dependant_without_primary": (
        "A dependant belongs to a primary.",
        "Un ayant droit relève d’un assuré principal : donnez son numéro.",
    ),
    "preview_rows.dependant_under_a_dependant": (
        "A dependant belongs to a primary.",
        "Ce n’est pas un assuré principal : donnez celui de la famille.",
    ),
    "preview_rows.primary_under_a_primary": (
        "A primary heads its own family.",
        "Un assuré principal ne relève de personne : laissez primary_ref vide, ou corrigez le rôle.",
    ),
    "preview_rows.dependants_left_without_primary": (
        "Dependants would be left without their primary.",
        "Des ayants droit resteraient sans assuré principal : retirez-les ou rattachez-les dans les mêmes fichiers.",
    ),
    "preview_rows.overlapping_enrolments": (
        "The member is covered twice.",
        "L’assuré serait couvert deux fois par ce contrat : terminez une adhésion avant le début de l’autre.",
    ),
    "preview_rows.month_without_a_price": (
        "The rulebook has no price for some of these months.",
        "Le barème n’a pas de tarif pour certains de ces mois.",
    ),
    "preview_rows.currency_mismatch": (
        "The currencies of plan and contract differ.",
        "Les devises de l’offre et du contrat diffèrent : gardez celle du contrat, ou ouvrez-en un autre.",
    ),
    "preview_rows.not_a_month": (
        "Months are approved whole.",
        "Les mois s’accordent entiers : écrivez le premier du mois.",
    ),
}
