"""What is left of each envelope on a day: limits from the rulebook, use from the decisions that stand.

Example: four sessions of soft medicine a calendar year; three of 2026 were paid: one is left until 1 January 2027.
A frame bought on 15 March 2026 uses up "one frame in 24 months" until 15 March 2028.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from avenant.core.claims.adjudication.envelope_draws import draws
from avenant.core.claims.model import CareTerms
from avenant.core.timeline.model import CareEvent, EnvelopeLeft

Row = dict[str, Any]

EPOCH: Final = date(1970, 1, 1)
WANTED: Final[dict[str, type[pl.DataType]]] = {
    "act_id": pl.Int64,
    "member_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "family": pl.String,
    "basket": pl.String,
    "location": pl.String,
    "care_from": pl.Date,
    "age": pl.Int32,
    "wanted_cents": pl.Int64,
    "quantity": pl.Int32,
    "currency": pl.String,
}


@dataclass(frozen=True, slots=True)
class Cover:
    """members: member_id, member (number), birth_date. enrolments: contract_id, member_id, plan, level, basis,
    valid_from, valid_to, currency."""

    members: pl.DataFrame
    enrolments: pl.DataFrame


def envelopes_left(
    events: Iterable[CareEvent], cover: Cover, terms: CareTerms, on: date
) -> tuple[EnvelopeLeft, ...]:
    """Every envelope of the members covered on the day ``on``, by member, plan, envelope and location.

    events: all of the family, whatever is shown of them. The limit is that of the level and age on that day; what
    was used stays used under the same envelope of the plan when the level changes. Acts after ``on`` count too
    where they are decided. An envelope per location (ear, tooth) has a row for each location that used it, one
    without a location while none did. A share of the monthly ceiling that is not known that day is no limit.
    """
    acts = _paid_acts(events, cover)
    asked = _asked(acts, cover, terms, on)
    wanted = pl.DataFrame([*acts, *asked], schema=WANTED)
    drawn = draws(wanted, terms.rules, terms.parameters).sort("care_from", "act_id").to_dicts()
    families: dict[tuple[str, str, str], dict[str, None]] = {}
    for row in terms.rules.envelope_families.iter_rows(named=True):
        families.setdefault((row["plan"], row["level"], row["envelope"]), {})[row["family"]] = None
    names = dict(cover.members.select("member_id", "member").iter_rows())
    labels = dict(terms.rules.envelopes.select("line_id", "label").iter_rows())
    told = {}
    for row in (row for row in drawn if row["act_id"] < 0):
        used = [act for act in drawn if act["act_id"] >= 0 and act["pot"] == row["pot"]]
        who = names[row["member_id"]], tuple(families[row["plan"], row["level"], row["envelope"]])
        told[row["pot"]] = _left(row, used, *who, labels.get(row["line_id"], row["envelope"]))
    return tuple(sorted(told.values(), key=lambda e: (e.member, e.plan, e.envelope, e.location or "")))


def _left(row: Row, used: Sequence[Row], member: str, families: tuple[str, ...], label: str) -> EnvelopeLeft:
    """What ``row``, an act that somebody would want on the day, would find in its pot."""
    opened, cents, count = _use(used)
    if opened is not None and row["months"] and _number(opened) <= row["over_by"]:
        opened, cents, count = None, 0, 0
    limit, most = row["max_cents"], row["max_count"]
    return EnvelopeLeft(
        member=member,
        plan=row["plan"],
        envelope=row["envelope"],
        label=label,
        families=families,
        location=row["place"],
        until=_until(opened, row),
        currency=row["currency"],
        limit_cents=limit,
        used_cents=cents,
        left_cents=None if limit is None else max(0, limit - cents),
        limit_count=most,
        used_count=count,
        left_count=None if most is None else max(0, most - count),
    )


def _use(used: Sequence[Row]) -> tuple[date | None, int, int]:
    """Of acts in the order in which they consume: when the present window was opened, cents and count used in it."""
    opened: date | None = None
    cents = count = 0
    for act in used:
        if opened is None or (act["months"] and _number(opened) <= act["over_by"]):
            opened, cents, count = act["care_from"], 0, 0
        cents += act["wanted_cents"]
        count += act["quantity"]
    return opened, cents, count


def _until(opened: date | None, row: Row) -> date | None:
    """The first day on which the envelope starts anew."""
    if not row["months"]:
        return date(row["care_from"].year + 1, 1, 1)
    if opened is None:
        return None
    months = opened.year * 12 + opened.month - 1 + int(row["months"])
    first = date(months // 12, months % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(opened.day, last.day))


def _paid_acts(events: Iterable[CareEvent], cover: Cover) -> list[Row]:
    """The acts that we pay something for, under the plan and level of their day (columns WANTED)."""
    ids = dict(cover.members.select("member", "member_id").iter_rows())
    told, covers = [], _covers(cover)
    for event in events:
        for act in event.acts:
            if act.split.ours_cents <= 0:
                continue
            enrolment = _enrolment(covers, ids.get(event.member), act.on)
            if enrolment is not None:
                said = {"family": act.family, "basket": act.basket, "location": act.location}
                amount = {"wanted_cents": act.split.ours_cents, "quantity": act.quantity}
                told.append({"act_id": act.act_id, "care_from": act.on, **enrolment, **said, **amount})
    return told


def _asked(acts: Sequence[Row], cover: Cover, terms: CareTerms, on: date) -> list[Row]:
    """For each member covered on the day and each family under an envelope, an act that nobody wants yet; for the
    locations that were treated before, one each."""
    told: list[Row] = []
    covers = _covers(cover)
    for member_id in cover.members["member_id"].sort():
        enrolment = _enrolment(covers, member_id, on)
        if enrolment is None:
            continue
        drawing = terms.rules.envelope_families.filter(
            (pl.col("plan") == enrolment["plan"]) & (pl.col("level") == enrolment["level"])
        )
        for line in drawing.sort("envelope", "family").iter_rows(named=True):
            mine = [act for act in acts if (act["member_id"], act["family"]) == (member_id, line["family"])]
            places = sorted({act["location"] for act in mine if act["location"]}) or [None]
            for place in places:
                said = {"family": line["family"], "basket": line["basket"], "location": place}
                rest = {"care_from": on, "wanted_cents": 0, "quantity": 1}
                told.append({"act_id": -1 - len(told), **enrolment, **said, **rest})
    return told


def _covers(cover: Cover) -> dict[int, list[Row]]:
    """The enrolments of each member, with the birth date: read once, and looked at for each act."""
    births = dict(cover.members.select("member_id", "birth_date").iter_rows())
    covers: dict[int, list[Row]] = {}
    for row in cover.enrolments.iter_rows(named=True):
        covers.setdefault(row["member_id"], []).append(row | {"birth_date": births.get(row["member_id"])})
    return covers


def _enrolment(covers: Mapping[int, list[Row]], member_id: int | None, on: date) -> Row | None:
    """Under the enrolment that covers a day: member_id, plan, level, currency, age. One that is paid for comes
    before portability, then the older one (as in ``adjudication.rights``)."""
    inside = [
        row
        for row in ([] if member_id is None else covers.get(member_id, []))
        if row["valid_from"] <= on and (row["valid_to"] is None or on < row["valid_to"])
    ]
    if not inside:
        return None
    first = min(
        inside, key=lambda row: (row["basis"] == "portability", row["valid_from"], row["contract_id"])
    )
    age = (_sortable(on) - _sortable(first["birth_date"])) // 10_000
    told = {name: first[name] for name in ("plan", "level", "currency")}
    return {"member_id": member_id, "age": age, **told}


def _sortable(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _number(day: date) -> int:
    """Days since 1970, as ``over_by`` counts them."""
    return (day - EPOCH).days
