"""Reasons of decisions: rights, the Sécu's part, and who pays before us. Bits 0 to 14."""

from typing import Final

from avenant.core.claims.reason_model import Reason

REASONS: Final = (
    Reason(
        "not_covered",
        0,
        ("Votre contrat ne vous couvrait pas ce jour-là.", "Your contract did not cover you on that day."),
        (
            "Aucune adhésion ne couvre la date des soins, d'après ce que nous savons aujourd'hui. "
            "Vérifier les dates d'adhésion.",
            "No enrolment covers the day of care, as we know today. Check the enrolment's dates with "
            "the company or member.",
        ),
        (
            "rights: aucune adhésion avec valid_from <= care_from < valid_to ; contrat = la plus proche.",
            "rights: no enrolment with valid_from <= care_from < valid_to; contract = the nearest one.",
        ),
    ),
    Reason(
        "portability",
        1,
        (
            "Vous restez couvert gratuitement après votre départ de l'entreprise.",
            "You stay covered free of charge after leaving your company.",
        ),
        (
            "Couvert au titre de la portabilité (CSS L911-8) : mêmes garanties qu'avant le départ.",
            "Covered under portability (CSS L911-8): the same guarantees as before leaving.",
        ),
        ("rights: enrolment.basis = portability.", "rights: enrolment.basis = portability."),
    ),
    Reason(
        "several_contracts",
        2,
        (
            "Deux de vos contrats chez nous couvrent ce jour ; nous avons pris le premier.",
            "Two of your contracts with us cover that day; we took the first one.",
        ),
        (
            "Plusieurs contrats couvrent la date des soins. Le premier décide : payant avant "
            "portabilité, puis le plus ancien.",
            "Several contracts cover the day of care. The first decides: paid for before "
            "portability, then the older one.",
        ),
        (
            "rights: plus d'un contract_id couvre care_from ; ordre (free, valid_from, contract_id).",
            "rights: more than one contract_id covers care_from; order (free, valid_from, contract_id).",
        ),
    ),
    Reason(
        "cancelled",
        3,
        (
            "Ces soins nous ont été annoncés par erreur, puis annulés.",
            "This care was reported to us by mistake and then taken back.",
        ),
        (
            "Tous les messages de cet acte ont été annulés par leurs émetteurs : rien n'est dû, un "
            "trop-perçu est à récupérer.",
            "All messages about this act were taken back by their senders: nothing is due, an excess "
            "is to be recovered.",
        ),
        ("acte.cancelled : plus aucun message vivant.", "act.cancelled: no live message is left."),
    ),
    Reason(
        "told_by_secu",
        4,
        (
            "Le montant vient du décompte de la Sécurité sociale.",
            "The amount is based on the statement of the Sécurité sociale.",
        ),
        (
            "Base et taux sont ceux du retour de la Sécu ; une question sur eux va à la caisse.",
            "Base and rate are those of the Sécu's return; a question about them goes to the fund.",
        ),
        (
            "tariffs: told_by_secu et base_cents non nul dans le retour ; tariff_line_id = 0.",
            "tariffs: told_by_secu and the return says base_cents; tariff_line_id = 0.",
        ),
    ),
    Reason(
        "by_tariff",
        5,
        (
            "Nous avons calculé la part de la Sécurité sociale avec le tarif du jour des soins.",
            "We computed the part of the Sécurité sociale with the tariff of the day of care.",
        ),
        (
            "Pas de retour de la Sécu : base et taux du tarif daté. Le décompte de la Sécu corrigera "
            "s'il diffère.",
            "No return of the Sécu: base and rate of the dated tariff. The Sécu's statement corrects "
            "it if it differs.",
        ),
        (
            "tariffs: base = tariff.base_cents × quantity pour act_code, status, age, care_from.",
            "tariffs: base = tariff.base_cents × quantity for act_code, status, age, care_from.",
        ),
    ),
    Reason(
        "no_base",
        6,
        (
            "La Sécurité sociale ne rembourse pas ces soins.",
            "The Sécurité sociale pays nothing for this care.",
        ),
        (
            "Base nulle : un pourcentage de la base ne donne rien, seuls les forfaits comptent.",
            "No base: a percentage of it gives nothing, only flat sums count.",
        ),
        (
            "base_cents = 0, dit par la Sécu, par le tarif, ou famille de WITHOUT_BASE sans tarif.",
            "base_cents = 0, told by the Sécu, by the tariff, or a family of WITHOUT_BASE without tariff.",
        ),
    ),
    Reason(
        "full_cover",
        7,
        (
            "La Sécurité sociale prend ces soins en charge à 100 % de son tarif.",
            "The Sécurité sociale covers this care at 100 % of its tariff.",
        ),
        (
            "Exonération (ALD, maternité, accident du travail, nouveau-né) : pas de ticket "
            "modérateur, les dépassements restent.",
            "Exemption (long illness, maternity, work accident, newborn): no patient's share; fees "
            "above the base remain.",
        ),
        (
            "exemption dans FULLY_COVERED et rate_ppm = 1 000 000.",
            "exemption in FULLY_COVERED and rate_ppm = 1,000,000.",
        ),
    ),
    Reason(
        "outside_path",
        8,
        (
            "Vous avez consulté hors du parcours de soins : la Sécurité sociale paie moins, et la "
            "loi laisse la différence à votre charge.",
            "You consulted outside the care path: the Sécurité sociale pays less, and by law the "
            "difference stays with you.",
        ),
        (
            "Majoration hors parcours (R160-6), interdite aux contrats responsables (L871-1). "
            "Proposer de déclarer un médecin traitant.",
            "Increase outside the care path (R160-6), which responsible contracts may not pay "
            "(L871-1). Suggest declaring a doctor.",
        ),
        (
            "care_path: care_path = out, famille concernée, age >= 16, increase_cents > 0.",
            "care_path: care_path = out, the family is concerned, age >= 16, increase_cents > 0.",
        ),
    ),
    Reason(
        "participation",
        9,
        (
            "La participation forfaitaire retenue par la Sécurité sociale reste à votre charge.",
            "The flat participation withheld by the Sécurité sociale stays with you.",
        ),
        (
            "Participation forfaitaire (L160-13 II) : un contrat responsable ne peut pas la rembourser.",
            "Flat participation (L160-13 II): a responsible contract may not pay it back.",
        ),
        (
            "retentions: withholds = participation et retention_cents > 0.",
            "retentions: withholds = participation and retention_cents > 0.",
        ),
    ),
    Reason(
        "franchise",
        10,
        (
            "La franchise médicale retenue par la Sécurité sociale reste à votre charge.",
            "The medical franchise withheld by the Sécurité sociale stays with you.",
        ),
        (
            "Franchise par boîte, acte paramédical ou transport (L160-13 III) : un contrat "
            "responsable ne peut pas la rembourser.",
            "Franchise per box, paramedical act or transport (L160-13 III): a responsible contract "
            "may not pay it back.",
        ),
        (
            "retentions: withholds dans medicine, paramedical, transport et retention_cents > 0.",
            "retentions: withholds in medicine, paramedical, transport and retention_cents > 0.",
        ),
    ),
    Reason(
        "retention_exempt",
        11,
        (
            "Vous êtes dispensé de participation forfaitaire et de franchise.",
            "You are exempt from flat participations and franchises.",
        ),
        (
            "Dispensé : moins de 18 ans au 1er janvier, C2S ou maternité (R160-20).",
            "Exempt: under 18 on 1 January, C2S or maternity (R160-20).",
        ),
        (
            "retentions: minor ou exemption dans EXEMPT, retention_cents = 0.",
            "retentions: minor or exemption in EXEMPT, retention_cents = 0.",
        ),
    ),
    Reason(
        "secu_capped",
        12,
        (
            "La Sécurité sociale ne paie jamais plus que le prix des soins.",
            "The Sécurité sociale never pays more than the care cost.",
        ),
        (
            "La part de la Sécu est ramenée au montant facturé (L160-10). Vérifier le montant "
            "facturé s'il paraît trop bas.",
            "The Sécu's part is lowered to what was charged (L160-10). Check the charge if it looks too low.",
        ),
        ("payers: base × rate > charged_cents.", "payers: base × rate > charged_cents."),
    ),
    Reason(
        "others_first",
        13,
        (
            "Un autre organisme a payé avant nous ; nous complétons.",
            "Another payer paid before us; we add what is missing.",
        ),
        (
            "Payeurs de rang 1 à 3 déduits. Si leur décompte change, la décision sera refaite.",
            "Payers of rank 1 to 3 are deducted. If their statement changes, the decision is made again.",
        ),
        ("payers: others_cents > 0.", "payers: others_cents > 0."),
    ),
    Reason(
        "nothing_left",
        14,
        (
            "Tout est déjà payé : il ne reste rien à rembourser.",
            "Everything is paid already: nothing is left to pay back.",
        ),
        (
            "Sécu et autres payeurs couvrent le montant facturé : aucun enrichissement possible.",
            "The Sécu and other payers cover what was charged: nobody may gain from care.",
        ),
        (
            "payers: charged_cents - secu_cents - others_cents <= 0.",
            "payers: charged_cents - secu_cents - others_cents <= 0.",
        ),
    ),
)
