"""The care of a family as events that people recognise, now or as of a revision.

told = family_events(db, "M-0001")
mine = selected(told.events, Selection(member="M-0001", year=2026))
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.claims.expected import matched_care
from avenant.core.claims.model import Care, CareTerms, Matched
from avenant.core.frames.care import ACT, LINK, WAITING
from avenant.core.premiums import Facts
from avenant.core.timeline import CareEvent, Cover, EnvelopeLeft, History, care_events, envelopes_left
from avenant.flows.nightly_care import care_of
from avenant.store.database import Connection, Database
from avenant.store.readers.care import waiting_of
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
    opens = db.settings().opens
    with db.snapshot() as connection:
        facts = facts_of(connection, Families(ids=(family_of(connection, member, rev),)), rev)
        rules = (rulebook or published(connection, rev)).rulebook
        terms = CareTerms(rules.care, rules.parameters)
        care = care_of(connection, None, facts, rev)
        history = _history(connection, facts, care, terms, opens, rev)
    people = history.people.select("member_id", "member")
    members = facts.members.join(people, on="member_id").sort(pl.col("role") != "primary", "member")
    enrolments = facts.enrolments.join(facts.contracts.select("contract_id", "currency"), on="contract_id")
    cover = Cover(members.select("member_id", "member", "birth_date"), enrolments.select(ENROLMENT))
    events = care_events(history)
    left = envelopes_left(events, cover, terms, on)
    return FamilyEvents(tuple(members["member"]), events, left, on)


def acts_of_event(db: Database, member: str, act: int, rev: int | None = None) -> tuple[int, ...]:
    """The acts of the care event that holds ``act``. Errors: UnknownRef, also where the member has no such act."""
    told = family_events(db, member, db.today(), rev)
    found = next((one for one in told.events if act in {part.act_id for part in one.acts}), None)
    if found is None:
        raise UnknownRef(f"there is no care event of {member} with act {act}: nothing was told about it then")
    return tuple(part.act_id for part in found.acts)


def _history(
    connection: Connection, facts: Facts, care: Care, terms: CareTerms, opens: date, rev: int | None
) -> History:
    members = facts.members["member_id"]
    decisions = decisions_of(connection, members, rev)
    told = _told(care, terms, waiting_of(connection, members, rev))
    gone = decisions.join(care.lines, left_on="act_id", right_on="line_id", how="anti")["act_id"].unique()
    lines = care.lines
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


def _told(care: Care, terms: CareTerms, noted: pl.DataFrame) -> Matched:
    """What matching makes of the messages. Acts of which the rules could not decide wait as the last night
    noted it: until the next one, this is what stands."""
    if care.lines.is_empty():
        return Matched(pl.DataFrame(schema=ACT), pl.DataFrame(schema=LINK), pl.DataFrame(schema=WAITING))
    found = matched_care(care, terms)
    undecided = noted.join(found.acts, left_on="line_id", right_on="act_id", how="semi")
    undecided = undecided.select("line_id", "member_id", "reason", "candidates", keeps_booked=pl.lit(False))
    return Matched(found.acts, found.links, pl.concat([found.waiting, undecided]))
