"""Coverage and billing of a family: bars of cover, premiums per month, and the story of one month's amounts.

cover = member_coverage(db, "M-0001")
story = premium_story(db, "M-0001", date(2026, 6, 1), language="fr")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.core.coverage.arrivals import fact_arrivals, learnt
from avenant.core.coverage.bars import bars
from avenant.core.coverage.model import (
    Arrival,
    Bar,
    FieldChange,
    MonthPremium,
    PersonCovered,
    PremiumVersion,
    RunTold,
    Slot,
    SlotStory,
)
from avenant.core.coverage.rule_changes import rulebook_changes
from avenant.core.coverage.sentences import premium_sentence
from avenant.core.coverage.stretches import covered_stretch
from avenant.core.coverage.terms import plan_terms
from avenant.core.rulebook.model import Rulebook
from avenant.flows.former_rulebooks import former_rulebooks
from avenant.store.database import Connection, Database
from avenant.store.readers.coverage import (
    approval_versions,
    contract_versions,
    enrolment_versions,
    member_versions,
    month_entries,
    month_premiums,
    publications,
    relatives,
)
from avenant.store.readers.events import family_of, people_named
from avenant.store.readers.facts import Families, members_of
from avenant.store.readers.history import identity_of

FOR_EVER_AGO = date(1, 1, 1)
Row = dict[str, Any]


def member_coverage(
    db: Database, member_ref: str, rev: int | None = None, from_month: date = FOR_EVER_AGO
) -> tuple[PersonCovered, ...]:
    """Everybody of the member's family, the primary first: bars of cover and premiums from ``from_month`` on.

    As known now or as of ``rev``. The number of queries does not depend on how much there is. Errors: UnknownRef.
    """
    with db.snapshot() as connection:
        family = members_of(connection, Families(ids=(family_of(connection, member_ref, rev),)), rev)
        members = family["member_id"].to_list()
        names = people_named(connection, family["member_id"])
        enrolments = enrolment_versions(connection, members, rev).to_dicts()
        contracts = contract_versions(connection, {row["contract_id"] for row in enrolments}, rev).to_dicts()
        known = {row["contract_id"]: row for row in contracts}
        premiums = month_premiums(connection, known, members, from_month, rev).to_dicts()
    refs = dict(family.select("member_id", "ref").iter_rows())
    everybody = refs | {row["member_id"]: "?" for row in enrolments if row["member_id"] not in refs}
    covers = bars(enrolments, {number: row["ref"] for number, row in known.items()}, everybody)
    months = [_month_premium(row, known[row["contract_id"]], refs) for row in premiums]
    people = family.join(names.select("member_id", "name"), on="member_id", how="left")
    ordered = people.sort(pl.col("role") != "primary", "birth_date", "ref")
    return tuple(_person(row, covers, months) for row in ordered.iter_rows(named=True))


def _person(row: Mapping[str, Any], covers: Sequence[Bar], months: Sequence[MonthPremium]) -> PersonCovered:
    ref = row["ref"]
    mine = tuple(bar for bar in covers if bar.member == ref)
    premiums = tuple(month for month in months if month.member == ref)
    return PersonCovered(ref, row["name"], row["role"], row["birth_date"], mine, premiums)


def _slot(row: Mapping[str, Any]) -> Slot:
    return Slot(*(row[name] for name in ("slot_id", "plan", "level", "component", "tier", "status")))


def _month_premium(row: Row, contract: Row, members: Mapping[int, str]) -> MonthPremium:
    same = (
        "month",
        "amount_cents",
        "employer_cents",
        "tax_cents",
        "covered_days",
        "billed_days",
        "days_in_month",
    )
    return MonthPremium(
        contract=contract["ref"],
        member=members[row["member_id"]],
        slot=_slot(row),
        currency=contract["currency"],
        charges=(row["version"] + 1) // 2,
        known_at=row["known_at"],
        invoice=row["invoice"],
        open_cents=row["open_cents"],
        **{name: row[name] for name in same},
    )


@dataclass(frozen=True, slots=True)
class MonthRead:
    """Everything told about a member's month: entries, all versions of the facts behind them, publications.

    Rows are dicts with how each was learnt. names: column of an id -> id -> number. rulebooks: by version.
    """

    entries: list[Row]
    facts: Mapping[str, list[Row]]
    published: list[Row]
    names: Mapping[str, Mapping[int, str]]
    rulebooks: Mapping[str, Rulebook]
    member_id: int


def month_read(connection: Connection, url: str, member_ref: str, month: date, rev: int | None) -> MonthRead:
    """All that the story of a member's month is told from, in a constant number of queries. Errors: UnknownRef."""
    member_id = identity_of(connection, "member", member_ref, rev)
    assert member_id is not None
    members = relatives(connection, member_id, rev)
    enrolments = enrolment_versions(connection, members, rev).to_dicts()
    contracts = sorted({row["contract_id"] for row in enrolments})
    entries = month_entries(connection, contracts, member_id, month, rev).to_dicts()
    approvals = approval_versions(connection, contracts, [member_id], rev).to_dicts()
    facts = {
        "contract": contract_versions(connection, contracts, rev).to_dicts(),
        "member": member_versions(connection, members, rev).to_dicts(),
        "enrolment": enrolments,
        "approval": [{**row, "ref": str(row["approval_id"]), "version": 1} for row in approvals],
    }
    published = publications(connection, rev).to_dicts()
    people = {row["member_id"]: row["ref"] for row in facts["member"]}
    named = {
        "contract_id": {row["contract_id"]: row["ref"] for row in facts["contract"]},
        "member_id": people,
        "family_id": people,
    }
    versions = _versions_needed(entries, published)
    return MonthRead(entries, facts, published, named, former_rulebooks(connection, url, versions), member_id)


def _versions_needed(entries: Sequence[Row], published: Sequence[Row]) -> set[str]:
    """The rulebooks of the runs, the one in force when the first of them began to look, and all until the last."""
    used = {row["rulebook_version"] for row in entries} - {None}
    reads = [read_rev_of(row) for row in entries]
    reads += [row["former_read_rev"] for row in entries if row["former_read_rev"] is not None]
    if not reads:
        return used
    first = max((row["rev"] for row in published if row["rev"] <= min(reads)), default=0)
    return used | {row["version"] for row in published if first <= row["rev"] <= max(reads)}


def premium_story(
    db: Database,
    member_ref: str,
    month: date,
    slot: str | None = None,
    rev: int | None = None,
    language: str = "en",
) -> tuple[SlotStory, ...]:
    """Every version of every premium of a member's month with its run, and what arrived between two of them.

    slot: one alone, by its key ``family.confort.health.child.free``. As known now or as of ``rev``. The number of
    queries is the same for one version and for many. Errors: UnknownRef; ValueError for another language.
    """
    with db.snapshot() as connection:
        read = month_read(connection, db.url, member_ref, month, rev)
    return tuple(story for story in month_stories(read, language) if slot is None or story.slot.key == slot)


def month_stories(read: MonthRead, language: str) -> tuple[SlotStory, ...]:
    """What was read of a member's month as stories, one per contract and slot."""
    keys = sorted({(row["contract_id"], row["slot_id"]) for row in read.entries})
    return tuple(_story(read, contract, number, language) for contract, number in keys)


def _story(read: MonthRead, contract_id: int, slot_id: int, language: str) -> SlotStory:
    mine = [row for row in read.entries if (row["contract_id"], row["slot_id"]) == (contract_id, slot_id)]
    contract = max(
        (row for row in read.facts["contract"] if row["contract_id"] == contract_id),
        key=lambda row: int(row["version"]),
    )
    currency = contract["currency"]
    charges = {row["version"]: row for row in mine if row["version"] % 2}
    versions = (_version(read, row, charges.get(row["version"] - 2), language, currency) for row in mine)
    return SlotStory(contract["ref"], _slot(mine[0]), currency, tuple(versions))


def _version(read: MonthRead, row: Row, former: Row | None, language: str, currency: str) -> PremiumVersion:
    charge = row["version"] % 2 == 1
    return PremiumVersion(
        version=row["version"],
        kind="charge" if charge else "cancel",
        amount_cents=row["amount_cents"],
        employer_cents=row["employer_cents"],
        tax_cents=row["tax_cents"],
        sentence=sentence_of(read, row, language, currency),
        learnt=learnt(row),
        run=_run(row),
        invoice=row["invoice"],
        arrived=tuple(arrivals(read, row, former)) if charge else (),
    )


def _run(row: Row) -> RunTold | None:
    names = ("run_id", "code_version", "rulebook_version", "business_date", "read_rev")
    return None if row["code_version"] is None else RunTold(*(row[name] for name in names))


def sentence_of(read: MonthRead, row: Row, language: str, currency: str) -> str:
    """Why an entry has its amount, by the facts and the rulebook of its run."""
    rev = read_rev_of(row)
    told = [v for v in read.facts["member"] if v["member_id"] == row["member_id"] and v["rev"] <= rev]
    born = max(told, key=lambda version: int(version["version"]))["birth_date"]
    terms = plan_terms(read.rulebooks[row["rulebook_version"]], row["plan"])
    stretch = covered_stretch(read.facts["enrolment"], row, rev)
    return premium_sentence(row | {"birth_date": born}, terms, stretch, language, currency)


def read_rev_of(row: Row) -> int:
    """The revision whose facts an entry was computed from; its own, where no chunk tells."""
    return int(row["rev"] if row["read_rev"] is None else row["read_rev"])


def arrivals(read: MonthRead, row: Row, former: Row | None) -> Iterator[Arrival]:
    """What became known between ``former``, the charge before (null: none), and ``row``: facts, rulebooks, code.

    Without a charge before: since the last finished run that could book the month and found nothing due.
    """
    since = read_rev_of(former) if former else int(row["former_read_rev"] or 0)
    until = read_rev_of(row)
    found = [
        a for kind, rows in read.facts.items() for a in fact_arrivals(kind, rows, read.names, since, until)
    ]
    found += _rulebook_arrivals(read, row, since, until)
    yield from sorted(found, key=lambda arrival: arrival.learnt.rev)
    before = former["code_version"] if former else row["former_code_version"]
    if before is not None and before != row["code_version"]:
        change = FieldChange("code_version", before, row["code_version"])
        yield Arrival("code", row["code_version"], 1, learnt(row), (change,))


def _rulebook_arrivals(read: MonthRead, row: Row, since: int, until: int) -> Iterator[Arrival]:
    """Publications in between, with what each changed for this slot and month, compared with the one before."""
    before: Rulebook | None = None
    for number, told in enumerate(read.published, start=1):
        book = read.rulebooks.get(told["version"])
        if since < told["rev"] <= until and book is not None:
            changes = rulebook_changes(before, book, _slot(row), row["month"])
            yield Arrival("rulebook", told["version"], number, learnt(told), changes)
        before = book or before
