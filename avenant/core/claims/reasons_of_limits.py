"""Reasons of decisions: the guarantee, the law's limits, envelopes, exceptions and payees. Bits 15 to 32."""

from typing import Final

from avenant.core.claims.reason_model import Reason

REASONS: Final = (
    Reason(
        "not_guaranteed",
        15,
        (
            "Votre contrat ne prévoit pas de garantie pour ces soins.",
            "Your contract has no guarantee for this care.",
        ),
        (
            "Aucune ligne de garantie pour cette famille, ce panier et cet âge au jour des soins. "
            "Voir le tableau des garanties.",
            "No guarantee line for this family, basket and age on the day of care. See the table of "
            "guarantees.",
        ),
        (
            "guarantee: aucune ligne pour (plan, level, family, basket, optam, age, care_from).",
            "guarantee: no line for (plan, level, family, basket, optam, age, care_from).",
        ),
    ),
    Reason(
        "guarantee_reached",
        16,
        (
            "Nous avons payé le maximum prévu par votre garantie.",
            "We paid the most that your guarantee provides.",
        ),
        (
            "Le plafond de la garantie, part de la Sécu déduite, limite le remboursement ; le reste "
            "revient au membre.",
            "The guarantee's ceiling, the Sécu's part taken off, limits the amount; the rest stays "
            "with the member.",
        ),
        (
            "wanted_cents = ceiling_cents < left_cents ; limit_kind = 1.",
            "wanted_cents = ceiling_cents < left_cents; limit_kind = 1.",
        ),
    ),
    Reason(
        "price_limit",
        17,
        (
            "Le prix dépasse le prix limite du 100 % Santé ; nous payons jusqu'à ce prix.",
            "The price is above the price limit of 100 % Santé; we pay up to that limit.",
        ),
        (
            "Facturé au-dessus du prix limite de vente : le professionnel doit l'expliquer ou "
            "corriger sa facture.",
            "Charged above the price limit: the provider has to explain or correct the bill.",
        ),
        (
            "guarantee: ligne price_limit, limit_cents - secu_cents < left_cents ; limit_kind = 6.",
            "guarantee: a price_limit line, limit_cents - secu_cents < left_cents; limit_kind = 6.",
        ),
    ),
    Reason(
        "price_limit_unknown",
        18,
        (
            "Ces soins font partie du 100 % Santé : nous payons ce qui reste.",
            "This care belongs to 100 % Santé: we pay what is left.",
        ),
        (
            "Prix limite inconnu du référentiel à cette date : payé en entier, le professionnel "
            "étant tenu au prix limite.",
            "The rulebook knows no price limit for that day: paid whole, since the provider is bound "
            "to the limit.",
        ),
        (
            "guarantee: ligne price_limit et tariff.price_limit_cents nul.",
            "guarantee: a price_limit line and tariff.price_limit_cents is null.",
        ),
    ),
    Reason(
        "responsible_minimum",
        19,
        (
            "La loi garantit ce minimum avec votre contrat responsable.",
            "The law guarantees this minimum under your responsible contract.",
        ),
        (
            "Relevé au minimum des contrats responsables (R871-2) : ticket modérateur, forfait "
            "journalier ou 100 % Santé.",
            "Raised to the minimum of responsible contracts (R871-2): patient's share, daily charge "
            "or 100 % Santé.",
        ),
        (
            "responsible: floor_cents > min(payable, ceiling, cap) ; limit_kind = 5.",
            "responsible: floor_cents > min(payable, ceiling, cap); limit_kind = 5.",
        ),
    ),
    Reason(
        "no_rest_to_pay",
        20,
        (
            "Ces soins sont sans reste à charge (100 % Santé).",
            "Nothing is left for you to pay (100 % Santé).",
        ),
        (
            "Panier 100 % Santé : payé jusqu'au prix limite, même si la garantie dit moins.",
            "Basket of 100 % Santé: paid up to the price limit, even where the guarantee says less.",
        ),
        (
            "responsible: basket dans no_rac, class_a, class_1 et le plancher l'emporte.",
            "responsible: basket in no_rac, class_a, class_1 and the floor decides.",
        ),
    ),
    Reason(
        "non_optam_cap",
        21,
        (
            "Votre médecin n'est pas adhérent à l'OPTAM : la loi limite le remboursement de ses "
            "dépassements.",
            "Your doctor is not in OPTAM: the law limits what we may pay of fees above the tariff.",
        ),
        (
            "Dépassement hors OPTAM : au plus 100 % de la base, et 20 points de moins qu'en OPTAM "
            "(R871-2 2°). Conseiller un médecin OPTAM.",
            "Fees above the base outside OPTAM: at most 100 % of it, and 20 points less than in "
            "OPTAM (R871-2 2°). Suggest OPTAM.",
        ),
        (
            "responsible: status = NON_OPTAM et doctors_cap < min(payable, ceiling).",
            "responsible: status = NON_OPTAM and doctors_cap < min(payable, ceiling).",
        ),
    ),
    Reason(
        "optics_cap",
        22,
        (
            "La loi limite le remboursement de ces lunettes.",
            "The law limits what may be paid for these glasses.",
        ),
        (
            "Plafond des lunettes de classe B, Sécu comprise : monture 100 €, équipement selon la "
            "catégorie (R871-2 3°).",
            "Cap on glasses of class B, Sécu included: frame 100 €, pair by its category (R871-2 3°).",
        ),
        (
            "equipment: optics_frame_cap_cents ou optics_cap_{a..f}_cents moins la part de la Sécu.",
            "equipment: optics_frame_cap_cents or optics_cap_{a..f}_cents less the Sécu's part.",
        ),
    ),
    Reason(
        "hearing_cap",
        23,
        (
            "La loi limite le remboursement d'une aide auditive à 1 700 € par oreille, Sécurité "
            "sociale comprise.",
            "The law limits what may be paid for a hearing aid to 1,700 € per ear, Sécurité sociale "
            "included.",
        ),
        (
            "Plafond des aides auditives de classe II par oreille (R871-2 4°). La classe I est sans "
            "reste à charge.",
            "Cap on hearing aids of class II per ear (R871-2 4°). Class I leaves nothing to pay.",
        ),
        (
            "equipment: hearing_aid_class2_total_cap_cents × quantity - secu_cents.",
            "equipment: hearing_aid_class2_total_cap_cents × quantity - secu_cents.",
        ),
    ),
    Reason(
        "daily_charge_absorbed",
        24,
        (
            "Le forfait journalier n'est pas dû : votre participation aux frais du séjour le comprend.",
            "The daily charge is not due: your share of the stay's costs contains it.",
        ),
        (
            "Le ticket modérateur du séjour atteint le forfait journalier et l'absorbe (L174-4). "
            "Demander une facture corrigée.",
            "The patient's share of the stay is at least the daily charge and absorbs it (L174-4). "
            "Ask for a corrected bill.",
        ),
        (
            "hospital: somme des patient_share >= somme des daily_charge du séjour.",
            "hospital: sum of patient_share >= sum of daily_charge of the stay.",
        ),
    ),
    Reason(
        "patient_share_absorbed",
        25,
        (
            "Seul le forfait journalier est dû pour ce séjour.",
            "Only the daily charge is due for this stay.",
        ),
        (
            "Le forfait journalier dépasse le ticket modérateur du séjour et l'absorbe (L174-4).",
            "The daily charge is above the patient's share of the stay and absorbs it (L174-4).",
        ),
        (
            "hospital: somme des patient_share < somme des daily_charge du séjour.",
            "hospital: sum of patient_share < sum of daily_charge of the stay.",
        ),
    ),
    Reason(
        "envelope_amount",
        26,
        (
            "Le montant prévu pour cette période est utilisé.",
            "The amount provided for this period is used up.",
        ),
        (
            "L'enveloppe est épuisée ou presque ; indiquer ce qui restait et quand elle se renouvelle.",
            "The envelope is used up, or nearly; say what was left of it and when it starts anew.",
        ),
        (
            "allowances: limit_kind = 2, envelope_line_id, limit_left_cents.",
            "allowances: limit_kind = 2, envelope_line_id, limit_left_cents.",
        ),
    ),
    Reason(
        "envelope_count",
        27,
        (
            "Le nombre de séances ou d'actes prévu pour cette période est atteint.",
            "The number of sessions or acts provided for this period is reached.",
        ),
        (
            "Nombre maximal atteint dans la période ; les actes comptent dans l'ordre des dates de soins.",
            "The count of the period is used up; acts count in the order of their dates of care.",
        ),
        (
            "allowances: limit_kind = 3, envelope_line_id, max_count.",
            "allowances: limit_kind = 3, envelope_line_id, max_count.",
        ),
    ),
    Reason(
        "renewal",
        28,
        (
            "Votre équipement précédent est trop récent pour être renouvelé.",
            "Your last equipment is too recent to be replaced.",
        ),
        (
            "Le délai de renouvellement court depuis le dernier équipement payé. Une évolution de la "
            "vue peut justifier une exception.",
            "The renewal period runs from the last equipment that was paid. A change of sight may "
            "justify an exception.",
        ),
        (
            "allowances: limit_kind = 4, fenêtre de l'enveloppe encore ouverte.",
            "allowances: limit_kind = 4, the envelope's window is still open.",
        ),
    ),
    Reason(
        "exception",
        29,
        ("Nous avons fait une exception pour vous.", "We made an exception for you."),
        (
            "Une personne a fixé le montant ; sa raison se trouve avec sa réponse. Retirer la "
            "réponse rend l'acte aux règles.",
            "A person set the amount; the reason stands with the answer. Withdrawing it gives the "
            "act back to the rules.",
        ),
        (
            "act.exception_cents non nul ; decided_cents = min(exception_cents, left_cents).",
            "act.exception_cents is set; decided_cents = min(exception_cents, left_cents).",
        ),
    ),
    Reason(
        "exception_capped",
        30,
        (
            "Nous ne pouvons pas payer plus que ce qui restait à payer.",
            "We cannot pay more than what was left to pay.",
        ),
        (
            "L'exception dépassait ce qui restait après les autres payeurs : ramenée à ce montant.",
            "The exception was above what other payers left: lowered to that.",
        ),
        ("exception_cents > left_cents.", "exception_cents > left_cents."),
    ),
    Reason(
        "to_provider",
        31,
        (
            "Nous avons payé directement le professionnel : rien à avancer.",
            "We paid the provider directly: nothing for you to advance.",
        ),
        (
            "Tiers payant : la part demandée va au professionnel, le reste éventuel au membre.",
            "Tiers payant: what was asked goes to the provider, what remains to the member.",
        ),
        ("payees: provider_cents > 0.", "payees: provider_cents > 0."),
    ),
    Reason(
        "asked_more",
        32,
        (
            "Le professionnel demandait plus que ce que prévoit votre contrat ; il peut vous "
            "réclamer la différence.",
            "The provider asked for more than your contract provides, and may ask you for the difference.",
        ),
        (
            "Demande du professionnel au-dessus de la décision : lui communiquer le montant accordé.",
            "The provider asked for more than was decided: tell the provider what is granted.",
        ),
        ("payees: asked_cents > provider_cents.", "payees: asked_cents > provider_cents."),
    ),
)
