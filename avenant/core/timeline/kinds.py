"""Which families of care a person sees as one thing, and how far apart its days may lie.

Example: an inlay-core of 2 March and the crown of 20 March on the same tooth by the same dentist are one event;
two prescriptions bought at one pharmacy on two days are two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Gathering:
    """Acts of these families of one member make one event when everything in ``by`` agrees and not more than
    ``days`` lie between two of them. by: ``provider``, ``location``."""

    name: str
    families: tuple[str, ...]
    days: int = 0
    by: tuple[str, ...] = ("provider",)


GATHERINGS: Final = (
    Gathering(
        "doctor", ("consultation_gp", "consultation_specialist", "technical_act", "imaging", "emergency")
    ),
    Gathering("pharmacy", ("pharmacy_100", "pharmacy_65", "pharmacy_30", "pharmacy_15")),
    Gathering("laboratory", ("biology",)),
    Gathering("session", ("paramedical",)),
    Gathering("transport", ("transport",)),
    Gathering("dental", ("dental_care",)),
    Gathering("prosthesis", ("dental_prosthesis",), days=90, by=("provider", "location")),
    Gathering("implant", ("implant",), days=90, by=("provider", "location")),
    Gathering("orthodontics", ("orthodontics",)),
    Gathering("glasses", ("optics_frame", "optics_lens"), days=7),
    Gathering("contact_lenses", ("contact_lens",)),
    Gathering("hearing_aids", ("hearing_aid",), days=30),
    Gathering("device", ("device",)),
    # A surgeon and a clinic send bills of their own for one stay: its days alone hold it together.
    Gathering(
        "hospital",
        ("hospital_stay", "hospital_fees", "heavy_act_sum", "daily_charge", "private_room"),
        by=(),
    ),
    Gathering("soft_medicine", ("soft_medicine",)),
    Gathering("other", ("other",)),
)
GATHERING: Final = {family: gathering.name for gathering in GATHERINGS for family in gathering.families}
"""Family of care -> name of its gathering; what has no family is ``other``."""
DAYS: Final = {gathering.name: gathering.days for gathering in GATHERINGS}
BY_LOCATION: Final = tuple(gathering.name for gathering in GATHERINGS if "location" in gathering.by)
BY_PROVIDER: Final = tuple(gathering.name for gathering in GATHERINGS if "provider" in gathering.by)

KINDS: Final = (
    *("visit", "emergency", "imaging", "technical_act", "pharmacy", "laboratory", "session", "transport"),
    *("dental", "crown", "prosthesis", "implant", "orthodontics", "glasses", "contact_lenses"),
    *("hearing_aids", "device", "hospital", "soft_medicine", "other"),
)
"""What an event can be."""


def kind_of(gathering: str, families: set[str], labels: set[str]) -> str:
    """The kind of an event from its gathering, its families, and what the rulebook calls its acts.

    A doctor's bill with a consultation is a visit, whatever else was done; a prosthesis with a crown or an
    inlay-core is a crown.
    """
    if gathering == "doctor":
        if families & {"consultation_gp", "consultation_specialist"}:
            return "visit"
        return next(kind for kind in ("emergency", "imaging", "technical_act") if kind in families)
    if gathering == "prosthesis" and any(
        word in label.lower() for label in labels for word in ("crown", "inlay")
    ):
        return "crown"
    return gathering
