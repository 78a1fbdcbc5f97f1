"""What a case expects of a re-run: the entries and waiting lines that are stored, in the words of case files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from avenant.core.book.diff import difference
from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.cases.care_words import DECISION
from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.reasons import decoded, limit_named
from avenant.flows.nightly_care import as_booked
from avenant.flows.reruns.case_words import Numbers, Told, in_words
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.verdicts import booked_premiums, held_apart
from avenant.store.readers.books import FOR_EVER, latest_entries, reimbursed
from avenant.store.readers.care import waiting_of
from avenant.store.readers.facts import Families
from avenant.store.readers.runs import parked_families

PREMIUM: Final = {
    "amount": "amount_cents",
    "employer": "employer_cents",
    "tax": "tax_cents",
    "price": "unit_price_cents",
    "days": "covered_days",
    "rank": "child_rank",
}
NOTHING: Final = "none"
_SLOT: Final = ("plan", "level", "component", "tier", "status")
_ROW: Final = (*_SLOT, *PREMIUM.values(), "billed_days", "days_in_month", "age")
_DECIDED: Final = tuple(column for column in DECISION.values() if column in REIMBURSEMENTS.columns)


def expected_premiums_told(scene: Scene, numbers: Numbers) -> Told:
    """``rows`` of each member and month as booked, ``current: none`` where nothing is, and which families are parked.

    What an approval is awaited for is left out: a case makes its first run, which awaits none.
    """
    settled = scene.settled
    booked = booked_premiums(scene, settled)
    rules = scene.priced.rows.join(settled.select("member_id"), on="member_id", how="semi")
    _, held = held_apart(scene, difference(PREMIUMS, rules, booked).changed)
    of_month = ["member_id", "month"]
    alive = booked.filter(pl.col("covered_days") > 0).join(held, on=of_month, how="anti")
    absent = (
        rules.select(of_month)
        .unique()
        .join(alive, on=of_month, how="anti")
        .join(held, on=of_month, how="anti")
    )
    slotted = alive.join(scene.rulebook.slots, on="slot_id").sort(
        "member_id", "month", "contract_id", "slot_id"
    )
    rows = [_premium(row, numbers) for row in slotted.to_dicts()]
    current: dict[str, Told] = {}
    for member, month in absent.sort(of_month).iter_rows():
        current.setdefault(numbers.of("M", member), {})[f"{month:%Y-%m}"] = "none"
    return {"rows": rows, "parked": _parked(scene, numbers)} | ({"current": current} if current else {})


def _premium(row: Mapping[str, Any], numbers: Numbers) -> Told:
    head = {"contract": numbers.of("C", row["contract_id"]), "member": numbers.of("M", row["member_id"])}
    return {**head, "month": f"{row['month']:%Y-%m}", **in_words({name: row[name] for name in _ROW}, PREMIUM)}


def _parked(scene: Scene, numbers: Numbers) -> Told:
    """Families noted as parked, with the first words of the reason: the others may tell of a person."""
    families = Families(ids=scene.question.subject.families)
    noted = parked_families(scene.connection, families.condition("family_id"), scene.question.point.book)
    primaries = dict(
        scene.facts.members.filter(pl.col("role") == "primary").select("family_id", "member_id").iter_rows()
    )
    return {
        numbers.of("M", primaries.get(family, -family)): reason.split()[0]
        for family, reason in noted.iter_rows()
    }


def expected_care(scene: Scene, numbers: Numbers, lines: Mapping[str, str]) -> Told:
    """``decisions`` of each member as booked, and what was noted as ``waiting``. lines: ref -> other number.

    What is booked for an act that waits now is left out: a case has no earlier run that could have booked it.
    """
    members, point = scene.settled["member_id"], scene.question.point
    rules = expected_reimbursements(scene.care, scene.care_terms)
    care = as_booked(rules, scene.care, scene.settings.opens)
    condition = reimbursed(members, care.moved)
    booked = latest_entries(scene.connection, REIMBURSEMENTS, FOR_EVER, condition, point.book)
    booked = booked.filter(pl.col("lines") > 0).join(
        care.standing.to_frame("act_id"), on="act_id", how="anti"
    )
    acts = _acts(scene, lines)
    decisions: dict[str, list[Told]] = {numbers.of("M", member): [] for member in members}
    for row in booked.sort("care_date", "act_id", "payee_id").to_dicts():
        decisions.setdefault(numbers.of("M", row["member_id"]), []).append(_decision(row, numbers, acts))
    return {"decisions": decisions, "waiting": _waiting(scene, members, lines)}


def _acts(scene: Scene, lines: Mapping[str, str]) -> dict[int, Told]:
    """By the number of an act: its line and code, where that line still stands."""
    rows = scene.care.lines.select("line_id", "ref", "act_code", "family").iter_rows()
    return {
        line: {"line": lines[ref]} | ({} if code is None and family is None else {"act": code or family})
        for line, ref, code, family in rows
    }


def _decision(row: Mapping[str, Any], numbers: Numbers, acts: Mapping[int, Told]) -> Told:
    values = {name: row[name] for name in _DECIDED}
    for name in ("ceiling_cents", "limit_left_cents"):
        values[name] = None if values[name] == -1 else values[name]
    payee = "member" if row["payee_id"] == 0 else numbers.of("DR", row["payee_id"])
    told = {"contract": numbers.of("C", row["contract_id"]), **acts.get(row["act_id"], {}), "payee": payee}
    told |= in_words(values, DECISION) | {"quantity": row["quantity"]}
    limit = limit_named(row["limit_kind"])
    if limit != NOTHING:  # in a case file that word says that there is no value
        told["limit"] = limit
    reasons = decoded(row["reasons"])
    return told | ({"reasons": reasons} if reasons else {})


def _waiting(scene: Scene, members: pl.Series, lines: Mapping[str, str]) -> Told:
    noted = waiting_of(scene.connection, members, scene.question.point.book)
    refs = dict(scene.care.lines.select("line_id", "ref").iter_rows())
    told = {}
    for row in noted.to_dicts():
        if row["line_id"] in refs:
            candidates = [lines.get(ref, "GONE#1") for ref in (row["candidates"] or "").split()]
            told[lines[refs[row["line_id"]]]] = {"reason": row["reason"], "candidates": candidates}
    return told
