"""What members call the families of care, in English and in French; every family of the rulebook has a name."""

from __future__ import annotations

from typing import Final

EN: Final[dict[str, str]] = {
    "consultation_gp": "GP’s consultation",
    "consultation_specialist": "Specialist’s consultation",
    "technical_act": "Technical act",
    "imaging": "Imaging",
    "biology": "Laboratory",
    "paramedical": "Paramedical act",
    "pharmacy_100": "Medicines at 100%",
    "pharmacy_65": "Medicines at 65%",
    "pharmacy_30": "Medicines at 30%",
    "pharmacy_15": "Medicines at 15%",
    "transport": "Transport",
    "emergency": "Emergency visit",
    "dental_care": "Dental care",
    "dental_prosthesis": "Dental prosthesis",
    "implant": "Implant",
    "orthodontics": "Orthodontics",
    "optics_frame": "Frame of glasses",
    "optics_lens": "Lens of glasses",
    "contact_lens": "Contact lenses",
    "hearing_aid": "Hearing aid",
    "device": "Medical device",
    "hospital_stay": "Hospital stay",
    "hospital_fees": "Fees in hospital",
    "heavy_act_sum": "Flat sum for a heavy act",
    "daily_charge": "Daily hospital charge",
    "private_room": "Private room",
    "soft_medicine": "Soft medicine",
    "other": "Other care",
}

FR: Final[dict[str, str]] = {
    "consultation_gp": "Consultation de généraliste",
    "consultation_specialist": "Consultation de spécialiste",
    "technical_act": "Acte technique",
    "imaging": "Imagerie",
    "biology": "Analyses de laboratoire",
    "paramedical": "Acte paramédical",
    "pharmacy_100": "Médicaments à 100\u00a0%",
    "pharmacy_65": "Médicaments à 65\u00a0%",
    "pharmacy_30": "Médicaments à 30\u00a0%",
    "pharmacy_15": "Médicaments à 15\u00a0%",
    "transport": "Transport",
    "emergency": "Passage aux urgences",
    "dental_care": "Soins dentaires",
    "dental_prosthesis": "Prothèse dentaire",
    "implant": "Implant dentaire",
    "orthodontics": "Orthodontie",
    "optics_frame": "Monture de lunettes",
    "optics_lens": "Verre de lunettes",
    "contact_lens": "Lentilles",
    "hearing_aid": "Aide auditive",
    "device": "Appareillage",
    "hospital_stay": "Séjour à l’hôpital",
    "hospital_fees": "Honoraires à l’hôpital",
    "heavy_act_sum": "Participation forfaitaire pour acte lourd",
    "daily_charge": "Forfait journalier hospitalier",
    "private_room": "Chambre particulière",
    "soft_medicine": "Médecine douce",
    "other": "Autres soins",
}

NAMES: Final = {"en": EN, "fr": FR}
