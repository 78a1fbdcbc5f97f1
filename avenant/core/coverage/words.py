"""The words about coverage and billing that invoices do not have; every key exists in both languages."""

from __future__ import annotations

from avenant.core.wording.words import Words, with_shared

EN: dict[str, str] = {
    "gone": "no day of {month} falls under this price any more "
    "(plan {plan}, level {level}, {tier}, {status}): {amount}",
    "taken_back": "takes back version {version}: {amount}",
    "parts": "employer’s part {employer}, employee’s part {employee}",
    "tax_within": "of which tax ({code}) {tax}",
    "field_ref": "number",
    "field_kind": "kind",
    "field_cycle": "billing",
    "field_currency": "currency",
    "field_role": "role",
    "field_birth_date": "date of birth",
    "field_family": "family",
    "field_contract": "contract",
    "field_member": "person",
    "field_plan": "plan",
    "field_level": "level",
    "field_basis": "basis",
    "field_valid_from": "first day",
    "field_last_day": "last day",
    "field_withdrawn": "withdrawn",
    "field_from_month": "from month",
    "field_through_month": "through month",
    "field_code_version": "version of the program",
    "field_rulebook_version": "version of the rulebook",
    "nothing": "—",
    "yes": "yes",
    "no": "no",
}

FR: dict[str, str] = {
    "gone": "plus aucun jour de {month} sous ce tarif "
    "(offre {plan}, niveau {level}, {tier}, {status})\u00a0: {amount}",
    "taken_back": "annule la version {version}\u00a0: {amount}",
    "parts": "part employeur {employer}, part salarié {employee}",
    "tax_within": "dont taxe ({code}) {tax}",
    "field_ref": "numéro",
    "field_kind": "nature",
    "field_cycle": "facturation",
    "field_currency": "devise",
    "field_role": "rôle",
    "field_birth_date": "date de naissance",
    "field_family": "famille",
    "field_contract": "contrat",
    "field_member": "personne",
    "field_plan": "offre",
    "field_level": "niveau",
    "field_basis": "motif",
    "field_valid_from": "premier jour",
    "field_last_day": "dernier jour",
    "field_withdrawn": "retiré",
    "field_from_month": "à partir du mois",
    "field_through_month": "jusqu’au mois",
    "field_code_version": "version du programme",
    "field_rulebook_version": "version du règlement",
    "nothing": "—",
    "yes": "oui",
    "no": "non",
}

WORDS: Words = with_shared(EN, FR)
