"""Reasons for which a line or an act waits. They have no bit: nothing is decided, so nothing is booked with
them."""

from typing import Final

from avenant.core.claims.reason_model import Reason, Text


def _waits(code: str, member: Text, care: Text, engineering: Text) -> Reason:
    return Reason(code, None, member, care, engineering)


REASONS: Final = (
    _waits(
        "no_contract",
        ("Nous ne trouvons pas de contrat à votre nom.", "We find no contract in your name."),
        (
            "Le membre n'a aucune adhésion. Vérifier son affiliation auprès de l'entreprise ; l'acte "
            "se décidera seul ensuite.",
            "The member has no enrolment at all. Ask the company about it; the act is decided by "
            "itself afterwards.",
        ),
        ("rights: aucune ligne d'enrolment pour member_id.", "rights: no enrolment row for member_id."),
    ),
    _waits(
        "unknown_member",
        (
            "Nous ne savons pas encore à qui se rapporte ce document.",
            "We do not know yet whom this document is about.",
        ),
        (
            "Le numéro de membre du document ne correspond à personne. Le corriger, ou attendre "
            "l'affiliation.",
            "The member number of the document names nobody we know. Correct it, or wait for the enrolment.",
        ),
        ("care_line.member_id nul.", "care_line.member_id is null."),
    ),
    _waits(
        "before_opening",
        ("Ces soins datent d'avant notre tenue des comptes.", "This care is older than our books."),
        (
            "La date des soins précède l'ouverture du livre : à traiter hors du système.",
            "The day of care lies before the opening of the book: to be handled outside the system.",
        ),
        ("care_date < ouverture du livre.", "care_date < opening of the book."),
    ),
    _waits(
        "act_unknown",
        ("Nous vérifions la nature de ces soins.", "We are checking what this care is."),
        (
            "Code d'acte inconnu et famille non indiquée. Faire compléter le référentiel, ou "
            "demander le bon code à l'émetteur.",
            "Unknown act code, and no family is said. Have the rulebook completed, or ask the sender "
            "for the right code.",
        ),
        (
            "families: act_code absent de rules.acts et family nul ou inconnu.",
            "families: act_code is not in rules.acts and family is null or unknown.",
        ),
    ),
    _waits(
        "charge_unknown",
        ("Il nous manque le prix de ces soins.", "We miss the price of this care."),
        (
            "Aucun message ne dit le montant facturé. Demander la facture acquittée.",
            "No message says what was charged. Ask for the receipted bill.",
        ),
        ("act.charged_cents nul.", "act.charged_cents is null."),
    ),
    _waits(
        "tariff_unknown",
        (
            "Nous attendons le décompte de la Sécurité sociale pour ces soins.",
            "We are waiting for the statement of the Sécurité sociale about this care.",
        ),
        (
            "Aucun tarif connu à la date des soins : jamais deviné. Le retour de la Sécu ou un tarif "
            "publié débloque l'acte.",
            "No tariff is known for the day of care, and none is guessed. The Sécu's return or a "
            "published tariff releases it.",
        ),
        (
            "tariffs: aucune ligne pour act_code, status, age, care_from, ou taux de la famille "
            "inconnu ce jour.",
            "tariffs: no line for act_code, status, age, care_from, or the family's rate is unknown "
            "on that day.",
        ),
    ),
    _waits(
        "provider_status_unknown",
        (
            "Nous vérifions si votre médecin adhère à l'OPTAM.",
            "We are checking whether your doctor is in OPTAM.",
        ),
        (
            "Secteur ou OPTAM du médecin inconnu, et le montant en dépend. Le chercher dans "
            "l'annuaire et l'enregistrer.",
            "The doctor's sector or OPTAM is not known, and the amount depends on it. Look it up and "
            "record it.",
        ),
        (
            "status = UNKNOWN et les deux statuts donnent des tarifs ou des montants différents.",
            "status = UNKNOWN and the two statuses lead to different tariffs or amounts.",
        ),
    ),
    _waits(
        "basket_unknown",
        (
            "Nous vérifions à quelle classe appartient votre équipement.",
            "We are checking which class your equipment belongs to.",
        ),
        (
            "La garantie dépend du panier ou de la classe (100 % Santé ou non) et aucun message ne "
            "le dit. Demander le devis.",
            "The guarantee depends on basket or class (100 % Santé or not), and no message says it. "
            "Ask for the quote.",
        ),
        (
            "guarantee: basket nul, des lignes pour certains paniers, aucune pour tous.",
            "guarantee: basket is null, there are lines for some baskets and none for all.",
        ),
    ),
    _waits(
        "parameter_unknown",
        (
            "Nous vérifions un tarif officiel pour cette date.",
            "We are checking an official amount for that day.",
        ),
        (
            "Un montant officiel (retenue, plafond, forfait) manque au référentiel pour cette date. "
            "Le faire publier.",
            "An official amount (retention, ceiling, flat sum) is missing for that day. Have it published.",
        ),
        (
            "DatedValues: valeur nulle à care_from pour un paramètre dont l'acte a besoin.",
            "DatedValues: no value on care_from of a parameter that the act needs.",
        ),
    ),
    _waits(
        "provider_unknown",
        ("Nous cherchons le professionnel à payer.", "We are looking for the provider whom to pay."),
        (
            "Une demande de tiers payant ne dit pas de qui elle vient. La retourner ou compléter le "
            "professionnel.",
            "A request for tiers payant does not say whom it is from. Send it back, or complete the "
            "provider.",
        ),
        ("asked_cents > 0 et provider_id nul.", "asked_cents > 0 and provider_id is null."),
    ),
    _waits(
        "messages_contradict",
        (
            "Nous avons reçu deux messages différents sur ces soins.",
            "We received two different messages about this care.",
        ),
        (
            "Deux messages vivants du même émetteur se contredisent. Choisir : même acte, actes "
            "différents, ou demander une correction.",
            "Two live messages of one kind contradict each other. Answer same or different, or ask "
            "for a correction.",
        ),
        (
            "matching: même clé et même kind, montants différents, aucun annulé.",
            "matching: same key and kind, other amounts, none cancelled.",
        ),
    ),
    _waits(
        "cancels_nothing",
        ("Une annulation ne correspond à aucun de vos soins.", "A cancellation fits none of your care."),
        (
            "L'annulation ne vise aucune ligne connue. Attendre la ligne annulée, ou demander à l'émetteur.",
            "The cancellation takes back no line we know. Wait for that line, or ask the sender.",
        ),
        (
            "matching: ligne négative sans ligne de même clé et kind, ou cancels inconnu.",
            "matching: a negative line without a line of the same key and kind, or an unknown ref in "
            "cancels.",
        ),
    ),
    _waits(
        "several_acts_fit",
        (
            "Nous vérifions à quels soins ce document se rapporte.",
            "We are checking which care this document is about.",
        ),
        (
            "Plusieurs actes du même jour et du même prix conviennent. Répondre « même acte » pour "
            "l'un des candidats.",
            "Several acts of that day and price fit. Answer “same” for one of the candidates, or "
            "“different” for all.",
        ),
        (
            "matching: plus d'un acte compatible le même jour.",
            "matching: more than one compatible act on that day.",
        ),
    ),
    _waits(
        "perhaps_same_act",
        ("Nous vérifions s'il s'agit des mêmes soins.", "We are checking whether this is the same care."),
        (
            "Un acte de même prix à trois jours près : le même ? Répondre « même » ou « différent ».",
            "An act of the same price within three days: is it the same? Answer “same” or “different”.",
        ),
        (
            "matching: aucun acte le même jour, un ou plusieurs à 3 jours au plus.",
            "matching: no act on the day, one or more within 3 days.",
        ),
    ),
    _waits(
        "statement_without_act",
        (
            "Nous avons le décompte d'un autre organisme, mais pas encore les soins.",
            "We have another payer's statement, but not the care itself yet.",
        ),
        (
            "Le décompte d'un autre payeur ne correspond à aucun acte connu. Attendre la Sécu ou la facture.",
            "Another payer's statement fits no act we know. Wait for the Sécu's return or the bill.",
        ),
        (
            "matching: other_insurer sans acte compatible.",
            "matching: other_insurer without a compatible act.",
        ),
    ),
    _waits(
        "answers_contradict",
        ("Nous vérifions nos réponses sur ces soins.", "We are checking our own answers about this care."),
        (
            "Deux réponses de nos équipes se contredisent. En retirer une.",
            "Two answers of our own people contradict each other. Withdraw one of them.",
        ),
        (
            "matching: same et different, ou deux exceptions, relient les mêmes lignes.",
            "matching: same and different, or two exceptions, about the same lines.",
        ),
    ),
    _waits(
        "contradicts_itself",
        (
            "Ce document comporte une erreur ; nous demandons une correction.",
            "This document has an error; we ask for a correction.",
        ),
        (
            "Les montants du document ne s'accordent pas entre eux. Demander un document corrigé, ou "
            "décider par exception.",
            "The amounts of the document do not add up. Ask for a corrected one, or release it by an "
            "exception.",
        ),
        ("care_line.hold posé à l'import.", "care_line.hold was set on import."),
    ),
)
