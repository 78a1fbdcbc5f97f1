"""Messages about care for tests of matching: a visit of 30.00 € on 3 March 2024, told by whoever may tell of it.

    seen = matched_as([secu("S#1"), bill("B#1")])
    assert seen.acts.keys() == {"S#1 B#1"}

Acts and what waits are keyed by the refs of their lines, so that no test depends on numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant.core.claims.matching import matched
from avenant.core.frames.care import ANSWER, CARE_LINE

Line = dict[str, Any]
Answer = tuple[str, ...] | tuple[str, str, int | None]

THIRD_OF_MARCH = date(2024, 3, 3)
FAMILIES = pl.DataFrame(
    [
        ("G", "consultation_gp", None),
        ("CS", "consultation_specialist", None),
        ("AMK", "paramedical", None),
        ("HBLD734", "dental_prosthesis", "no_rac"),
        ("H1", "hearing_aid", "class_1"),
    ],
    schema={"act_code": pl.String, "family": pl.String, "basket": pl.String},
    orient="row",
)
AMOUNTS = (
    "quantity",
    "charged_cents",
    "base_cents",
    "secu_cents",
    "retention_cents",
    "others_cents",
    "asked_cents",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """acts: columns of ACT; roles: role of each ref in it; waiting: reason, candidates, keeps_booked."""

    acts: dict[str, dict[str, Any]]
    roles: dict[str, str]
    waiting: dict[str, tuple[str, str | None, bool]]

    @property
    def reasons(self) -> dict[str, str]:
        """Why each piece waits."""
        return {refs: row[0] for refs, row in self.waiting.items()}


def secu(ref: str, **said: Any) -> Line:
    """The Sécu's return of the visit: 30.00 € charged, 70 % of 30.00 € less 2.00 € paid."""
    visit = {"base_cents": 3_000, "rate_ppm": 700_000, "secu_cents": 2_100 - 200, "retention_cents": 200}
    return _line(ref, kind="secu_return", payer="amo", **visit | said)


def bill(ref: str, **said: Any) -> Line:
    """The member's bill for it."""
    return _line(ref, kind="member_invoice", payer="member", **said)


def poor_bill(ref: str, **said: Any) -> Line:
    """The member's bill, on which nobody could read the provider."""
    return bill(ref, provider_id=None, **said)


def request(ref: str, **said: Any) -> Line:
    """The provider asks us for the patient's share."""
    return _line(
        ref, kind="provider_request", payer="provider", **{"asked_cents": 900, "payee": "provider"} | said
    )


def statement(ref: str, payer: str = "mutuelle", **said: Any) -> Line:
    """Another insurer paid 5.00 €, before us."""
    return _line(ref, kind="other_insurer", payer=payer, **{"payer_rank": 3, "others_cents": 500} | said)


def taken_back(line: Line, ref: str, **said: Any) -> Line:
    """The cancellation of ``line``: the same with negative amounts, received two days later."""
    negative = {name: -line[name] for name in AMOUNTS if line.get(name) is not None}
    return line | negative | _numbered(ref) | {"received_on": date(2024, 3, 12)} | said


def again(line: Line, ref: str, **said: Any) -> Line:
    """The same message in another document."""
    return line | _numbered(ref) | said


def _line(ref: str, **said: Any) -> Line:
    visit: Line = {
        "member_id": 1,
        "act_code": "G",
        "care_from": THIRD_OF_MARCH,
        "provider_id": 7,
        "quantity": 1,
        "charged_cents": 3_000,
        "received_on": date(2024, 3, 10),
        "withdrawn": False,
        "version": 1,
    }
    return visit | _numbered(ref) | said


def _numbered(ref: str) -> Line:
    return {"ref": ref, "document": ref.split("#")[0]}


def frame(lines: Sequence[Line]) -> pl.DataFrame:
    """CARE_LINE of ``lines``; they and their documents are numbered in this order."""
    documents = {
        name: number for number, name in enumerate(dict.fromkeys(line["document"] for line in lines), 1)
    }
    numbers = [{"line_id": n, "document_id": documents[line["document"]]} for n, line in enumerate(lines, 1)]
    rows = [
        {name: (line | number).get(name) for name in CARE_LINE}
        for line, number in zip(lines, numbers, strict=True)
    ]
    return pl.DataFrame(rows, schema=CARE_LINE)


def answer_frame(answers: Sequence[Answer]) -> pl.DataFrame:
    """ANSWER of (same | different, line_ref, other_ref) and (exception, line_ref, amount_cents)."""
    rows = [_answer(number, *answer) for number, answer in enumerate(answers, 1)]
    return pl.DataFrame(rows, schema=ANSWER)


def _answer(number: int, kind: str, line_ref: str, third: str | int | None) -> Mapping[str, Any]:
    named = {"other_ref": third} if kind != "exception" else {"amount_cents": third}
    row = {"answer_id": number, "version": 1, "ref": f"A{number}", "kind": kind, "line_ref": line_ref}
    told = row | named | {"reason": "asked the member", "withdrawn": False}
    return {name: told.get(name) for name in ANSWER}


def matched_as(lines: Sequence[Line], answers: Sequence[Answer] = ()) -> Seen:
    """What matching makes of ``lines``; every line but quotes must be in exactly one link."""
    return seen_of(frame(lines), answer_frame(answers))


def seen_of(lines: pl.DataFrame, answers: pl.DataFrame) -> Seen:
    """The same of frames."""
    found = matched(lines, answers, FAMILIES)
    links = found.links.join(lines.select("line_id", "ref"), on="line_id").sort("line_id")
    assert sorted(links["ref"]) == sorted(lines.filter(pl.col("kind") != "quote")["ref"])
    refs = {
        act_id: " ".join(refs) for act_id, refs in links.group_by("act_id").agg(pl.col("ref").sort()).rows()
    }
    acts = {refs[row["act_id"]]: row for row in found.acts.to_dicts()}
    waiting = {refs[line_id]: tuple(rest) for line_id, _, *rest in found.waiting.rows()}
    assert {*acts, *waiting} == set(refs.values()) and not acts.keys() & waiting.keys()
    assert all(
        int(row["act_id"]) == min(links.filter(act_id=row["act_id"])["line_id"]) for row in acts.values()
    )
    return Seen(acts, dict(links.select("ref", "role").rows()), waiting)  # type: ignore[arg-type]
