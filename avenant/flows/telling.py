"""Tell what a form says about contracts and people: plain values become news, by reading the facts as they stand.

    news = departure(db, "E0000017", date(2026, 3, 14))
    previewed(db, news, today)

A news row is the full state of a fact; these verbs start from its latest version, so that a form need only name
what is different. They refuse (CannotTell) what cannot be built; whether the whole is right is judged where it is
previewed or learnt.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.wording.telling import refusal_text
from avenant.store.database import Connection, Database
from avenant.store.readers.present import Fact, family_members, present, present_enrolments, taken_refs
from avenant.store.readers.runs import held_differences

ONE_DAY = timedelta(days=1)


class CannotTell(ValueError):
    """A form that says nothing that could be told. ``field``: which of its values; ``code``: a key of REFUSALS."""

    def __init__(self, code: str, field: str, **values: object) -> None:
        """``values``: what the sentence shows."""
        self.code, self.field, self.values = code, field, values
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """The refusal as a sentence (``fr``, ``en``)."""
        return refusal_text(self.code, self.values, language)


def late_start(
    db: Database,
    contract: str,
    member: str,
    plan: str,
    level: str,
    first_day: date,
    last_day: date | None = None,
    basis: str = "active",
    ref: str | None = None,
) -> News:
    """A known member is covered under ``contract`` from ``first_day`` on. Errors: CannotTell."""
    with db.snapshot() as connection:
        known(connection, "contract", contract, "contract")
        known(connection, "member", member, "member")
        if last_day is not None and last_day < first_day:
            raise CannotTell("ends_before_start", "last_day", ref=member, day=last_day, first_day=first_day)
        row = _enrolled(contract, member, plan, level, basis, first_day, last_day)
        return news(
            enrolments=[row | {"ref": new_ref(connection, "enrolment", ref, f"{member}-{first_day}")}]
        )


def changed_start(db: Database, enrolment: str, first_day: date) -> News:
    """A cover begins on ``first_day``, earlier or later than we knew. Errors: CannotTell."""
    with db.snapshot() as connection:
        stands = known(connection, "enrolment", enrolment, "enrolment")
    last_day = _last_day(stands)
    if last_day is not None and first_day > last_day:
        raise CannotTell("starts_after_end", "first_day", ref=enrolment, day=first_day, last_day=last_day)
    return news(enrolments=[_changed("enrolment", stands, "first_day", valid_from=first_day)])


def departure(db: Database, enrolment: str, last_day: date, with_family: bool = False) -> News:
    """A cover ends: ``last_day`` is the last covered day.

    with_family: so do all covers of the family under the same contract that reach beyond it; those that would
    begin later are cancelled. Errors: CannotTell.
    """
    with db.snapshot() as connection:
        stands = known(connection, "enrolment", enrolment, "enrolment")
        others = _of_family(connection, stands) if with_family else []
    if last_day < stands["valid_from"]:
        first = stands["valid_from"]
        raise CannotTell("ends_before_start", "last_day", ref=enrolment, day=last_day, first_day=first)
    told = [_changed("enrolment", stands, "last_day", valid_to=last_day + ONE_DAY)]
    return news(enrolments=[*told, *(_ended(fact, last_day) for fact in others if _reaches(fact, last_day))])


def new_dependant(
    db: Database,
    contract: str,
    primary: str,
    role: str,
    birth_date: date,
    first_day: date,
    plan: str | None = None,
    level: str | None = None,
    ref: str | None = None,
) -> News:
    """A partner or child comes into the family of ``primary`` and is covered from ``first_day`` on.

    plan, level: as the primary has them under ``contract`` on that day, unless said. Errors: CannotTell.
    """
    if role not in ("partner", "child"):
        raise CannotTell("not_a_dependant", "role", role=role)
    with db.snapshot() as connection:
        known(connection, "contract", contract, "contract")
        head = known(connection, "member", primary, "primary")
        if head["role"] != "primary":
            raise CannotTell("not_a_primary", "primary", ref=primary, head=head["family_ref"])
        follows = _cover_on(connection, head, contract, first_day)
        if follows is None and not (plan and level):
            raise CannotTell("nothing_to_follow", "plan", ref=primary, contract=contract, day=first_day)
        cover = follows or {"plan": plan, "level": level, "basis": "active"}
        member = new_ref(connection, "member", ref, f"{primary}-{role}")
        row = _enrolled(
            contract, member, plan or cover["plan"], level or cover["level"], cover["basis"], first_day, None
        )
        row["ref"] = new_ref(connection, "enrolment", None, f"{member}-{first_day}")
    person = {"ref": member, "role": role, "birth_date": birth_date, "primary_ref": primary}
    return news(members=[person | {"withdrawn": False}], enrolments=[row])


def corrected_birth_date(db: Database, member: str, birth_date: date) -> News:
    """A member was born on another day than we knew. Errors: CannotTell."""
    with db.snapshot() as connection:
        stands = known(connection, "member", member, "member")
    return news(members=[_changed("member", stands, "birth_date", birth_date=birth_date)])


def changed_plan(
    db: Database,
    enrolment: str,
    first_day: date,
    plan: str,
    level: str,
    basis: str | None = None,
    ref: str | None = None,
) -> News:
    """A cover goes on under another plan, level or basis from ``first_day``: it ends, a new one follows.

    Errors: CannotTell.
    """
    with db.snapshot() as connection:
        stands = known(connection, "enrolment", enrolment, "enrolment")
        if first_day <= stands["valid_from"]:
            first = stands["valid_from"]
            raise CannotTell("changes_from_its_start", "first_day", ref=enrolment, first_day=first)
        if not _reaches(stands, first_day - ONE_DAY):
            last = _last_day(stands)
            raise CannotTell("starts_after_end", "first_day", ref=enrolment, day=first_day, last_day=last)
        follows = stands | {"plan": plan, "level": level, "basis": basis or stands["basis"]}
        if all(follows[name] == stands[name] for name in ("plan", "level", "basis")):
            raise CannotTell("already_so", "plan", thing="enrolment", ref=enrolment)
        stem = f"{stands['member_ref']}-{first_day}"
        follows |= {"valid_from": first_day, "ref": new_ref(connection, "enrolment", ref, stem)}
    return news(enrolments=[_ended(stands, first_day - ONE_DAY), told_again("enrolment", follows)])


def withdrawal(db: Database, table: str, ref: str) -> News:
    """A contract, member, enrolment, document or answer was told in error: it counts as never told.

    An enrolment that is cancelled from its start is withdrawn. Errors: CannotTell.
    """
    with db.snapshot() as connection:
        stands = known(connection, table, ref, "ref")
    return news(**{f"{table}s": [told_again(table, stands) | {"withdrawn": True}]})


def approval(db: Database, contract: str, member: str) -> News:
    """Operations' yes to what is held of a member's months, from the first to the last. Errors: CannotTell."""
    with db.snapshot() as connection:
        ids = {
            "contract_id": known(connection, "contract", contract, "contract")["contract_id"],
            "member_id": known(connection, "member", member, "member")["member_id"],
        }
        held = held_differences(connection).filter(**ids)
    if held.is_empty():
        raise CannotTell("nothing_held", "member", contract=contract, member=member)
    months = {"from_month": held["first_month"][0], "through_month": held["last_month"][0]}
    return news(approvals=[{"contract_ref": contract, "member_ref": member, **months}])


def known(connection: Connection, table: str, ref: str, field: str) -> Fact:
    """The latest version of a fact. Errors: CannotTell where it is not known, or withdrawn."""
    fact = present(connection, table, ref)
    if fact is None:
        raise CannotTell("unknown", field, thing=table, ref=ref)
    if fact["withdrawn"]:
        raise CannotTell("withdrawn", field, thing=table, ref=ref)
    return fact


def new_ref(connection: Connection, table: str, wanted: str | None, stem: str) -> str:
    """The number of a new fact: ``wanted`` if it is free, else the first free of stem, stem-2, stem-3 …

    Errors: CannotTell where ``wanted`` is taken.
    """
    taken = taken_refs(connection, table, wanted or stem)
    if wanted:
        if wanted in taken:
            raise CannotTell("taken", "ref", ref=wanted)
        return wanted
    numbers = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(ref for ref in numbers if ref not in taken)


def news(**tables: Iterable[Mapping[str, Any]]) -> News:
    """News of rows by column name; columns that a row does not name are empty."""
    frames = {
        table: pl.DataFrame(
            {name: [row.get(name) for row in rows] for name in TABLES[table]}, schema=dict(TABLES[table])
        )
        for table, rows in ((table, list(rows)) for table, rows in tables.items())
    }
    return News(**frames)


def told_again(table: str, fact: Fact) -> dict[str, Any]:
    """A stored fact as the row of news that says the same."""
    row = {name: fact.get(name) for name in TABLES[f"{table}s"]}
    if table == "enrolment":
        row["last_day"] = _last_day(fact)
    if table == "member":
        row["primary_ref"] = None if fact["role"] == "primary" else fact["family_ref"]
    return row


def _changed(table: str, stands: Fact, field: str, **values: object) -> dict[str, Any]:
    if all(stands[name] == value for name, value in values.items()):
        raise CannotTell("already_so", field, thing=table, ref=stands["ref"])
    return told_again(table, stands | values)


def _enrolled(
    contract: str, member: str, plan: str, level: str, basis: str, first_day: date, last_day: date | None
) -> dict[str, Any]:
    refs = {"contract_ref": contract, "member_ref": member, "withdrawn": False}
    return refs | {
        "plan": plan,
        "level": level,
        "basis": basis,
        "valid_from": first_day,
        "last_day": last_day,
    }


def _last_day(enrolment: Fact) -> date | None:
    return None if enrolment["valid_to"] is None else enrolment["valid_to"] - ONE_DAY


def _reaches(enrolment: Fact, day: date) -> bool:
    """Whether a cover goes on after ``day``, or begins later."""
    last_day = _last_day(enrolment)
    return last_day is None or last_day > day


def _ended(enrolment: Fact, last_day: date) -> dict[str, Any]:
    if enrolment["valid_from"] > last_day:
        return told_again("enrolment", enrolment) | {"withdrawn": True}
    return told_again("enrolment", enrolment) | {"last_day": last_day}


def _of_family(connection: Connection, enrolment: Fact) -> list[Fact]:
    """The other covers of the family under the same contract."""
    member = present(connection, "member", enrolment["member_ref"])
    assert member is not None
    covers = present_enrolments(connection, family_members(connection, member["family_id"]))
    same = (fact for fact in covers if fact["contract_id"] == enrolment["contract_id"])
    return [fact for fact in same if fact["ref"] != enrolment["ref"]]


def _cover_on(connection: Connection, member: Fact, contract: str, day: date) -> Fact | None:
    covers = present_enrolments(connection, [member["member_id"]])
    under = (fact for fact in covers if fact["contract_ref"] == contract and fact["valid_from"] <= day)
    return next((fact for fact in under if _reaches(fact, day - ONE_DAY)), None)
