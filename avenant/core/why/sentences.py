"""The cause of a change in one sentence, in French and in English.

Example: "€38.20 → €0.00: because the enrolment of Tom was ended on 28 February 2026 (entered on 3 May 2026 by
operations)."
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from avenant.core.coverage.arrivals import field_text, value_text
from avenant.core.coverage.model import Arrival, FieldChange
from avenant.core.why.model import Cause
from avenant.core.why.words import WORDS
from avenant.core.wording.figures import day_text
from avenant.core.wording.voice import Voice as AnyVoice

MOST_CHANGES = 4


class Voice(AnyVoice):
    """The language and the currency in which a cause is told."""

    __slots__ = ()
    words = WORDS


def cause_sentence(cause: Cause, language: str, names: Mapping[str, str] | None = None) -> str:
    """``cause`` as a person would say it. names: number of a member -> what to call them instead.

    Errors: ValueError for an unknown language.
    """
    voice = Voice(language, cause.currency)
    reasons = voice.say("because", reasons=_reasons(cause, voice, names or {}))
    return f"{_change(cause, voice)}{voice.say('colon')}{reasons}."


def _change(cause: Cause, voice: Voice) -> str:
    after = voice.amount(cause.after_cents)
    if cause.before_cents is None:
        return voice.say("first_amount", after=after)
    if cause.before_cents == cause.after_cents:
        return voice.say("same_amount", after=after)
    return voice.say("changed_amount", before=voice.amount(cause.before_cents), after=after)


def _reasons(cause: Cause, voice: Voice, names: Mapping[str, str]) -> str:
    told = list(_told(_worth_saying(cause.arrived), voice, names))
    if cause.found == "due":
        told[0] = voice.say("due", news=told[0])
    if cause.found in ("code", "news_and_code"):
        before, after = cause.code
        moved = before is not None and before != after
        told.append(voice.say("code_changed" if moved else "code_same", before=before, after=after))
    return voice.say("and").join(told)


def _worth_saying(arrived: Sequence[Arrival]) -> list[Arrival]:
    """All of it, but people and contracts that became known together with the enrolment that names them."""
    implied = any(told.kind == "enrolment" for told in arrived)
    said = [a for a in arrived if not (implied and a.version == 1 and a.kind in ("member", "contract"))]
    return said or list(arrived)


def _told(arrived: Iterable[Arrival], voice: Voice, names: Mapping[str, str]) -> Iterator[str]:
    """What was entered together is told together."""
    for _, together in groupby(arrived, key=lambda told: told.learnt.rev):
        news = list(together)
        learnt = news[0].learnt
        said = voice.say("and").join(dict.fromkeys(_clause(told, voice, names) for told in news))
        day = day_text(learnt.known_on, voice.language)
        yield voice.say("entered", news=said, day=day, actor=learnt.actor)


def _clause(told: Arrival, voice: Voice, names: Mapping[str, str]) -> str:
    called = {name: names.get(name, name) for name in (told.ref, told.member) if name is not None}
    blanks = {change.field: value_text(change.after, voice.language) for change in told.changes}
    blanks |= {"ref": called[told.ref], "who": called.get(told.member or "", told.ref)}
    blanks |= {"changes": _changes(told.changes, voice)}
    return voice.say(f"{told.kind}_{_happened(told)}", **blanks)


def _happened(told: Arrival) -> str:
    """What kind of news it is: new, withdrawn, ended, open again, or changed."""
    changed = {change.field: change for change in told.changes}
    if told.kind == "rulebook":
        return "changed" if changed else "new"
    if "withdrawn" in changed and changed["withdrawn"].after is True:
        return "withdrawn"
    if told.version == 1:
        return "new"
    if told.kind == "enrolment" and set(changed) == {"last_day"}:
        return "open" if changed["last_day"].after is None else "ended"
    return "changed"


def _changes(changes: Sequence[FieldChange], voice: Voice) -> str:
    """Each field before and after; of many the first few."""
    said = [
        voice.say(
            "change",
            field=field_text(change.field, voice.language),
            before=value_text(change.before, voice.language),
            after=value_text(change.after, voice.language),
        )
        for change in changes[:MOST_CHANGES]
    ]
    return ", ".join(said) + (", …" if len(changes) > MOST_CHANGES else "")
