"""Hypothesis strategies for care: a small family, its providers and contracts, and what is told about their acts.

Everything happens around a few days on which a rule changes or acts meet, so that day caps, pairs, stays, envelopes
and poorer messages have something to decide. Messages come in any number and order, twice, taken back, restated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from avenant.core.claims.model import Care
from avenant.core.frames.care import ACT, ANSWER, BASKETS, CARE_LINE, CARE_PATHS, EXEMPTIONS, PROVIDER_STATUS
from tests.core.claims.small_rules import ENROLMENTS
from tests.strategies.care_rules import CODES

Row = dict[str, Any]
MEMBERS = {1: date(1980, 5, 5), 2: date(2008, 6, 30), 3: date(2019, 2, 28)}
PROVIDERS = [5, 5, 6, 7, 8]
DAYS = [
    *(date(2023, 10, 14), date(2023, 10, 15), date(2024, 5, 14), date(2024, 5, 15), date(2024, 12, 22)),
    *(date(2025, 3, 3), date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5), date(2025, 7, 1)),
    *(date(2016, 2, 29), date(2026, 3, 3)),
]
STAY = ["GHS", "FJ", "FJ", "PAS", "CHP"]
GLASSES = ["M03", "M01", "VU1", "VU4", "VU1"]
CHARGES = [2_500, 2_500, 3_000, 6_000, 12_000, 45_000, 0]
NEGATED = (
    "quantity",
    "charged_cents",
    "base_cents",
    "secu_cents",
    "retention_cents",
    "others_cents",
    "asked_cents",
)
TOLD_BY_ALL = (
    "member_id",
    "act_code",
    "family",
    "care_from",
    "care_last_day",
    "provider_id",
    "location",
    "quantity",
)

rarely = st.sampled_from([False] * 7 + [True])
sometimes = st.sampled_from([False, False, True])


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """Everything that is known about a family's care."""

    care: Care

    def __repr__(self) -> str:
        """What is said, row by row."""
        frames = (self.care.lines, self.care.answers, self.care.enrolments, self.care.statuses)
        rows = [row for frame in frames for row in frame.rows(named=True)]
        return "\n".join(str({name: str(v) for name, v in row.items() if v is not None}) for row in rows)


@st.composite
def told_care(draw: st.DrawFn) -> Told:
    """One to five acts of a family, told by whoever may tell of them, with repetitions, corrections and answers."""
    acts = draw(st.lists(true_acts(), min_size=1, max_size=5, unique_by=place_of))
    lines = [line for number, act in enumerate(acts) for line in draw(messages(act, f"A{number}"))]
    for line, number in zip(lines, draw(st.permutations(range(1, len(lines) + 1))), strict=True):
        line["line_id"] = number
        line["document_id"] = 1 + sorted({one["document"] for one in lines}).index(line["document"])
    answers = draw(given_answers(lines))
    return Told(around(draw, lines, answers))


def place_of(act: Row) -> tuple[object, ...]:
    """At most one act of a code at a place and day: what is told twice is told of the same act."""
    return (act["member_id"], act["care_from"], act["act_code"], act["provider_id"], act["location"])


def around(draw: st.DrawFn, lines: list[Row], answers: list[Row]) -> Care:
    """The lines and answers, with the family's contracts and what is known of its providers."""
    return Care(
        lines=pl.DataFrame([{name: line.get(name) for name in CARE_LINE} for line in lines], CARE_LINE),
        answers=pl.DataFrame([{name: answer.get(name) for name in ANSWER} for answer in answers], ANSWER),
        statuses=draw(statuses()),
        members=pl.DataFrame(
            [{"member_id": member, "family_id": 1, "birth_date": born} for member, born in MEMBERS.items()],
            {"member_id": pl.Int32, "family_id": pl.Int32, "birth_date": pl.Date},
        ),
        enrolments=draw(enrolments()),
    )


@st.composite
def statuses(draw: st.DrawFn) -> pl.DataFrame:
    """Provider 5 leaves OPTAM or not, 6 is in sector 1, 7 is contradictory, nothing is known of 8."""
    change = draw(st.sampled_from([date(2025, 3, 4), None]))
    known = [
        {"provider_id": 5, "sector": 2, "optam": draw(st.booleans()), "valid_to": change},
        {"provider_id": 6, "sector": 1, "optam": None, "valid_to": None},
        {"provider_id": 7, "sector": 2, "optam": True, "valid_to": None},
        {"provider_id": 7, "sector": 2, "optam": False, "valid_to": None},
    ]
    rows = [dict.fromkeys(PROVIDER_STATUS) | {"valid_from": date(2010, 1, 1)} | row for row in known]
    return pl.DataFrame(rows, PROVIDER_STATUS)


@st.composite
def enrolments(draw: st.DrawFn) -> pl.DataFrame:
    """Mostly one open enrolment per member; sometimes a gap, another contract, portability, or none at all."""
    rows: list[Row] = []
    for member in MEMBERS:
        for contract_id in draw(st.sampled_from([[7], [7], [7], [8], [7, 8], []])):
            cuts = draw(st.sampled_from([[], [], [date(2025, 3, 4)], [date(2024, 5, 15), date(2025, 3, 4)]]))
            starts = [date(2016, 1, 1), *cuts]
            for valid_from, valid_to in zip(starts, [*cuts, None], strict=True):
                if cuts and draw(sometimes):
                    continue
                rows.append(
                    {
                        "enrolment_id": len(rows) + 1,
                        "contract_id": contract_id,
                        "member_id": member,
                        "plan": draw(st.sampled_from(["plan", "plan", "free"])),
                        "level": draw(st.sampled_from(["one", "one", "two"])),
                        "basis": draw(st.sampled_from(["active", "active", "portability"])),
                        "valid_from": valid_from,
                        "valid_to": valid_to,
                    }
                )
    return pl.DataFrame(rows, ENROLMENTS)


@st.composite
def true_acts(draw: st.DrawFn) -> Row:
    """What really happened: an act as everybody would tell it who knew all of it."""
    code = draw(st.one_of(st.sampled_from(sorted(CODES)), st.sampled_from(STAY), st.sampled_from(GLASSES)))
    day = draw(st.sampled_from(DAYS))
    family = CODES[code]
    located = family in ("hearing_aid", "dental_prosthesis") and draw(st.booleans())
    return {
        "member_id": draw(st.sampled_from([1, 1, 1, 2, 3])),
        "act_code": code,
        "care_from": day,
        "care_last_day": day + timedelta(days=draw(st.sampled_from([0, 2]))) if code in STAY else day,
        "quantity": draw(st.sampled_from([1, 1, 1, 2, 3])),
        "charged_cents": draw(st.sampled_from(CHARGES)),
        "provider_id": draw(st.sampled_from(PROVIDERS)),
        "location": draw(st.sampled_from(["left", "right"])) if located else None,
        "exemption": draw(st.sampled_from([None] * 6 + [*EXEMPTIONS])),
        "care_path": draw(st.sampled_from([None, "out", *CARE_PATHS])),
        "sector": draw(st.sampled_from([None, None, 1, 2])),
        "optam": draw(st.sampled_from([None, None, True, False])),
        "basket": draw(st.sampled_from([None, *BASKETS])) if draw(sometimes) else None,
        "base_cents": draw(st.sampled_from([0, 5, 1_075, 2_300, 3_000, 40_000])),
        "rate_ppm": draw(st.sampled_from([150_000, 300_000, 600_000, 700_000, 1_000_000])),
        "retention_cents": draw(st.sampled_from([0, 100, 200])),
    }


@st.composite
def messages(draw: st.DrawFn, act: Row, name: str) -> list[Row]:
    """What is told of an act: by one or more senders, sometimes twice, taken back, or corrected."""
    kinds = st.sampled_from(["secu_return", "member_invoice", "provider_request", "other_insurer", "quote"])
    lines: list[Row] = []
    for kind in sorted(draw(st.sets(kinds, min_size=1, max_size=3))):
        payers = ["c2s", "mutuelle"][: draw(st.integers(1, 2))] if kind == "other_insurer" else [kind]
        for payer in payers:
            lines += draw(heard_from(draw(message(act, kind, payer)), f"{name}{kind[0]}{payer[0]}"))
    return lines


@st.composite
def message(draw: st.DrawFn, act: Row, kind: str, payer: str) -> Row:
    """One sender's words about an act: all of it, or a part."""
    line = dict.fromkeys(CARE_LINE) | {name: act.get(name) for name in TOLD_BY_ALL}
    line |= {"kind": kind, "payer": payer, "version": 1, "withdrawn": False}
    line |= {"charged_cents": None if draw(rarely) else act["charged_cents"]}
    for column in ("exemption", "care_path", "sector", "optam", "basket"):
        line[column] = act[column] if draw(st.booleans()) else None
    if draw(rarely):
        line |= {"act_code": None, "family": CODES[act["act_code"]]}
    elif draw(rarely):
        line["act_code"] = "UNKNOWN"
    for column in ("provider_id", "location"):
        line[column] = None if draw(rarely) else act[column]
    line |= draw(amounts(act, kind))
    if draw(rarely):
        line["hold"] = "contradicts_itself"
    return line


@st.composite
def amounts(draw: st.DrawFn, act: Row, kind: str) -> Row:
    """Who was paid what, as the sender of this kind says it."""
    if kind == "secu_return":
        paid = (act["base_cents"] * act["rate_ppm"] + 500_000) // 1_000_000 - act["retention_cents"]
        told = {"base_cents": act["base_cents"], "rate_ppm": act["rate_ppm"], "secu_cents": max(0, paid)}
        told["retention_cents"] = act["retention_cents"]
        return {name: value for name, value in told.items() if not draw(rarely)}
    if kind == "other_insurer":
        rank = draw(st.sampled_from([2, 3, 3, 5]))
        return {"payer_rank": rank, "others_cents": draw(st.sampled_from([0, 500, 3_000]))}
    if kind == "provider_request":
        return {"asked_cents": draw(st.sampled_from([0, 500, 900, 12_000])), "payee": "provider"}
    return {"others_cents": draw(st.sampled_from([None, None, 400]))}


@st.composite
def heard_from(draw: st.DrawFn, line: Row, name: str) -> list[Row]:
    """A message as it reaches us: once, twice, contradicted, taken back by name or amounts, and told again."""
    day = date(2025, 8, 1) + timedelta(days=draw(st.integers(0, 5)))
    first = line | {"ref": f"{name}1#1", "document": f"{name}1", "received_on": day}
    story = draw(
        st.sampled_from(["once"] * 5 + ["twice", "contradicted", "taken back", "corrected", "sessions"])
    )
    later = {"ref": f"{name}2#1", "document": f"{name}2", "received_on": day + timedelta(days=2)}
    last = {"ref": f"{name}3#1", "document": f"{name}3", "received_on": day + timedelta(days=4)}
    if story == "once":
        return [first]
    if story == "twice":
        return [first, first | later]
    if story == "sessions":
        return [first, first | {"ref": f"{name}1#2"}]
    if story == "contradicted":
        return [first, first | later | {"exemption": "other"}]
    negative = {column: -first[column] for column in NEGATED if first[column] is not None}
    named = {"cancels": first["ref"]} if draw(st.booleans()) or not any(negative.values()) else {}
    back = first | negative | later | named
    if story == "taken back":
        return [first, back]
    return [first, back, first | last | {"charged_cents": draw(st.sampled_from(CHARGES))}]


@st.composite
def given_answers(draw: st.DrawFn, lines: list[Row]) -> list[Row]:
    """Now and then what persons decided: an amount for an act, a line that is released, what is the same or not."""
    answers: list[Row] = []
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        line, other = draw(st.sampled_from(lines)), draw(st.sampled_from(lines))
        kind = draw(st.sampled_from(["exception", "exception", "different", "same"]))
        answer = {
            "answer_id": number,
            "version": 1,
            "ref": f"answer {number}",
            "reason": "asked",
            "withdrawn": False,
        }
        if kind == "exception":
            answer |= {"amount_cents": draw(st.sampled_from([None, 700, 100_000]))}
        elif may_be_asked(line, other):
            answer |= {"other_ref": other["ref"]}
        else:
            continue
        answers.append(answer | {"kind": kind, "line_ref": line["ref"]})
    return answers


def may_be_asked(line: Row, other: Row) -> bool:
    """A person compares what two different senders tell of one member."""
    told = all((one["charged_cents"] or 0) >= 0 and not one["cancels"] for one in (line, other))
    return told and line["kind"] != other["kind"] and line["member_id"] == other["member_id"]


@st.composite
def matched_acts(draw: st.DrawFn) -> tuple[pl.DataFrame, Care]:
    """Acts as matching may hand them over, whatever is told about them, and the facts around them."""
    rows = []
    for act_id in range(1, draw(st.integers(1, 7)) + 1):
        act = draw(true_acts()) | {
            "act_id": act_id,
            "lines": 1,
            "others_cents": draw(st.sampled_from([0, 0, 500])),
        }
        act |= {"told_by_secu": draw(st.booleans()), "cancelled": draw(rarely)}
        act["asked_cents"] = draw(st.sampled_from([None, None, 0, 700, 50_000]))
        act["exception_cents"] = draw(st.sampled_from([None] * 6 + [0, 700, 100_000]))
        for column in ("base_cents", "rate_ppm", "retention_cents"):
            act[column] = act[column] if act["told_by_secu"] and not draw(rarely) else None
        act["secu_cents"] = draw(st.sampled_from([None, 0, 1_900, 24_000]))
        for column in ("charged_cents", "provider_id", "act_code", "quantity"):
            act[column] = None if draw(rarely) else act[column]
        if act["act_code"] is None and draw(sometimes):
            act["family"] = draw(st.sampled_from(sorted(set(CODES.values()))))
        rows.append({name: act.get(name) for name in ACT})
    return pl.DataFrame(rows, ACT), around(draw, [], [])
