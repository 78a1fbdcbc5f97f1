"""The care of a family as events that people recognise, now or as of a revision.

told = family_events(db, "M-0001")
mine = selected(told.events, Selection(member="M-0001", year=2026))
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.claims.matching import matched
from avenant.core.claims.model import CareTerms, Matched
from avenant.core.frames.care import ACT, LINK, WAITING
from avenant.core.premiums import Facts
from avenant.core.timeline import CareEvent, Cover, EnvelopeLeft, History, care_events, envelopes_left
from avenant.core.timeline.pieces import homes
from avenant.flows.nightly_care import live_lines
from avenant.store.database import Connection, Database
from avenant.store.readers.care import answers_for, waiting_of
from avenant.store.readers.events import (
    decisions_of,
    family_of,
    former_lines,
    people_named,
    providers_called,
)
from avenant.store.readers.facts import Families, facts_of
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.rulebooks import Published, published

ENROLMENT = ("contract_id", "member_id", "plan", "level", "basis", "valid_from", "valid_to", "currency")


@dataclass(frozen=True, slots=True)
class FamilyEvents:
    """All events of a family, newest first; what is left of its envelopes on the day ``on``.

    members: the numbers of the family, the primary first.
    """

    members: tuple[str, ...]
    events: tuple[CareEvent, ...]
    envelopes: tuple[EnvelopeLeft, ...]
    on: date


def family_events(
    db: Database, member: str, on: date, rev: int | None = None, rulebook: Published | None = None
) -> FamilyEvents:
    """The events of the whole family of ``member`` (its number), as known now or as of ``rev``.

    on: the day for which envelopes are told. rulebook: the one in force then, where the caller has it already. The
    number of queries does not depend on how much care there is. Errors: UnknownRef, NothingPublished.
    """
    family = _told_of(db, member, rev, rulebook)
    facts, history = family.facts, family.history
    people = history.people.select("member_id", "member")
    members = facts.members.join(people, on="member_id").sort(pl.col("role") != "primary", "member")
    enrolments = facts.enrolments.join(facts.contracts.select("contract_id", "currency"), on="contract_id")
    cover = Cover(members.select("member_id", "member", "birth_date"), enrolments.select(ENROLMENT))
    events = care_events(history)
    left = envelopes_left(events, cover, family.terms, on)
    return FamilyEvents(tuple(members["member"]), events, left, on)


def events_of_family(db: Database, member: str, rev: int | None = None) -> tuple[CareEvent, ...]:
    """The events of ``family_events`` without what is left of envelopes. Errors: UnknownRef, NothingPublished."""
    return care_events(_told_of(db, member, rev, None).history)


def homes_of_lines(db: Database, member: str, rev: int | None = None) -> dict[str, int]:
    """By what senders call them, the act of each line about the family of ``member``: all acts of its events.

    Errors: UnknownRef, NothingPublished.
    """
    history = _told_of(db, member, rev, None).history
    lines = history.lines.select(number="line_id", ref="ref")
    return dict(homes(history).join(lines, on="number").select("ref", "act_id").iter_rows())


@dataclass(frozen=True, slots=True)
class _Family:
    facts: Facts
    terms: CareTerms
    history: History


def _told_of(db: Database, member: str, rev: int | None, rulebook: Published | None) -> _Family:
    """What we were told of the family of ``member``, in one snapshot."""
    opens = db.settings().opens
    with db.snapshot() as connection:
        facts = facts_of(connection, Families(ids=(family_of(connection, member, rev),)), rev)
        rules = (rulebook or published(connection, rev)).rulebook
        terms = CareTerms(rules.care, rules.parameters)
        return _Family(facts, terms, _history(connection, facts, terms, opens, rev))


def acts_of_event(db: Database, member: str, act: int, rev: int | None = None) -> tuple[int, ...]:
    """The acts of the care event that holds ``act``. Errors: UnknownRef, also where the member has no such act."""
    told = events_of_family(db, member, rev)
    found = next((one for one in told if act in {part.act_id for part in one.acts}), None)
    if found is None:
        raise UnknownRef(f"there is no care event of {member} with act {act}: nothing was told about it then")
    return tuple(part.act_id for part in found.acts)


def _history(connection: Connection, facts: Facts, terms: CareTerms, opens: date, rev: int | None) -> History:
    members = facts.members["member_id"]
    decisions = decisions_of(connection, members, rev)
    lines = live_lines(connection, members, rev)
    answers = answers_for(connection, lines["ref"], rev)
    told = _told(lines, answers, terms, waiting_of(connection, members, rev))
    gone = decisions.join(lines, left_on="act_id", right_on="line_id", how="anti")["act_id"].unique()
    if len(gone):
        lines = pl.concat([lines, former_lines(connection, gone, rev)])
    currencies = facts.contracts["currency"]
    return History(
        acts=told.acts,
        links=told.links,
        waiting=told.waiting,
        lines=lines,
        decisions=decisions,
        people=people_named(connection, members),
        providers=providers_called(connection, set(lines["provider_id"].drop_nulls())),
        codes=terms.rules.acts.select("act_code", "family", "label"),
        opens=opens,
        currency=currencies[0] if len(currencies) else "EUR",
    )


def _told(lines: pl.DataFrame, answers: pl.DataFrame, terms: CareTerms, noted: pl.DataFrame) -> Matched:
    """What matching makes of the messages. Acts of which the rules could not decide wait as the last night
    noted it: until the next one, this is what stands."""
    if lines.is_empty():
        return Matched(pl.DataFrame(schema=ACT), pl.DataFrame(schema=LINK), pl.DataFrame(schema=WAITING))
    found = matched(lines, answers, terms.rules.acts)
    undecided = noted.join(found.acts, left_on="line_id", right_on="act_id", how="semi")
    undecided = undecided.select("line_id", "member_id", "reason", "candidates", keeps_booked=pl.lit(False))
    return Matched(found.acts, found.links, pl.concat([found.waiting, undecided]))
