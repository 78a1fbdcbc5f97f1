"""Events in words that a care agent could read aloud, in French and in English.

Example: ``title(event, "en")`` is "Glasses (frame and 2 lenses)"; ``title(event, "fr")`` is "Lunettes (monture et
2 verres)".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from avenant.core.claims.reasons import REASONS, told
from avenant.core.payouts.care_names import NAMES
from avenant.core.timeline.model import ActPart, CareEvent, EnvelopeLeft, Split
from avenant.core.timeline.pieces import NOT_DECIDED_YET
from avenant.core.timeline.words import WORDS

ROUTINE = frozenset(
    (
        *("told_by_secu", "by_tariff", "no_base", "full_cover", "portability", "several_contracts"),
        *("participation", "franchise", "retention_exempt", "secu_capped", "others_first", "to_provider"),
    )
)
"""Reasons that say how an amount came about, not why we pay nothing."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why an event stands where it stands, in plain words, and what we wait for, or what to do."""

    reason: str
    next: str | None


def word(language: str, key: str, **blanks: object) -> str:
    """The words under ``key`` in ``language`` (fr, en), blanks filled in."""
    return WORDS[language][key].format(**blanks)


def title(event: CareEvent, language: str) -> str:
    """What a person would call the event, with what tells it from others of its kind."""
    details = _details(event, language)
    return _name(event, language) + (f" ({details})" if details else "")


def state_word(event: CareEvent, language: str) -> str:
    """The state as a word; an open amount below zero is to be taken back."""
    if event.state == "to_be_paid" and event.open_cents < 0:
        return word(language, "state_to_be_taken_back")
    return word(language, f"state_{event.state}")


def whys(event: CareEvent, language: str) -> tuple[Why, ...]:
    """The reasons of what is not simply paid: of waiting acts, of refusals, of what is open; else nothing."""
    if event.state == "waiting":
        return tuple(_wait(code, language) for code in event.waits)
    if event.state == "to_be_paid":
        step = "open_next" if event.open_cents >= 0 else "recover_next"
        return (Why(state_word(event, language), word(language, step)),)
    if event.state == "refused":
        codes = dict.fromkeys(code for code in event.reasons if code not in ROUTINE) or event.reasons
        return tuple(_reason(code, language) for code in codes)
    if event.state == "corrected" and not any(act.reasons for act in event.acts):
        return (Why(word(language, "taken_back"), None),)
    return ()


def reason_text(code: str, language: str) -> str:
    """What a reason code says to a member; codes of the timeline itself included."""
    return word(language, code) if code == NOT_DECIDED_YET else told(code, "member", language)


def act_name(act: ActPart, language: str) -> str:
    """What an act is called: the rulebook's label in English, its family in French."""
    family = NAMES[language].get(act.family or "", NAMES[language]["other"])
    return act.label or family if language == "en" else family


def differences(before: Split, after: Split) -> tuple[tuple[str, int, int], ...]:
    """Which amounts of a split changed: word's key, before and after in cents."""
    names = [field.name for field in fields(Split)]
    pairs = [(name.removesuffix("_cents"), getattr(before, name), getattr(after, name)) for name in names]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def envelope_name(envelope: EnvelopeLeft, language: str) -> str:
    """What an envelope is called: its label in English, what draws on it in French; with its ear or tooth."""
    families = ", ".join(NAMES[language].get(family, family) for family in envelope.families)
    name = envelope.label if language == "en" else families
    return name if envelope.location is None else f"{name} ({_place(envelope.location, language)})"


def _wait(code: str, language: str) -> Why:
    if code == NOT_DECIDED_YET:
        return Why(word(language, code), word(language, f"{code}_next"))
    return _reason(code, language)


def _reason(code: str, language: str) -> Why:
    return Why(told(code, "member", language), told(code, "care", language) if code in REASONS else None)


def _name(event: CareEvent, language: str) -> str:
    families = {act.family for act in event.acts}
    if event.kind == "visit":
        specialist = "consultation_specialist" in families
        return NAMES[language]["consultation_specialist" if specialist else "consultation_gp"]
    if event.kind == "hospital" and families == {"hospital_fees"}:
        return word(language, "hospital_fees_only")
    labels = " ".join((act.label or "").lower() for act in event.acts)
    if event.kind == "crown" and "inlay" in labels and "crown" in labels:
        return word(language, "crown_core")
    return word(language, event.kind)


def _details(event: CareEvent, language: str) -> str:
    if event.kind == "glasses":
        return _glasses(event.acts, language)
    places = sorted({act.location for act in event.acts if act.location})
    if places:
        return ", ".join(_place(place, language) for place in places)
    if event.kind == "pharmacy" and len(event.acts) > 1:
        return word(language, "lines", count=len(event.acts))
    days = (event.last_day - event.on).days + 1
    if event.kind == "hospital" and days > 1:
        return word(language, "days", count=days)
    sessions = sum(act.quantity for act in event.acts)
    if event.kind in ("session", "soft_medicine") and sessions > 1:
        return word(language, "sessions", count=sessions)
    return ""


def _glasses(acts: Iterable[ActPart], language: str) -> str:
    acts = list(acts)
    frames = sum(act.quantity for act in acts if act.family == "optics_frame")
    lenses = sum(act.quantity for act in acts if act.family == "optics_lens")
    parts = [_counted("frame", frames, language), _counted("lens", lenses, language, plural="lenses")]
    return word(language, "and").join(part for part in parts if part)


def _counted(key: str, count: int, language: str, plural: str | None = None) -> str:
    if count < 1:
        return ""
    return word(language, key if count == 1 else plural or f"{key}s", count=count)


def _place(place: str, language: str) -> str:
    return word(language, place) if place in ("left", "right") else word(language, "tooth", place=place)
