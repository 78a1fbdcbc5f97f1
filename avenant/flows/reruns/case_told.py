"""The inputs of a re-run as a case learns them: facts and messages under other numbers, no names, no free text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import polars as pl

from avenant.core.cases.care_words import LINE, STATUS
from avenant.core.frames.news import CARE_LINES
from avenant.flows.reruns.case_words import Numbers, Told, in_words
from avenant.flows.reruns.scene import Scene

PUBLIC_PAYERS: Final = ("amo", "alsace_moselle", "c2s")
_NOT_OF_A_LINE: Final = ("document_ref", "line", "provider_ref")


def learnt(scene: Scene, numbers: Numbers) -> tuple[dict[str, list[Told]], dict[str, str]]:
    """What the case learns, and the other number of each line."""
    members = {row["member_id"]: row for row in scene.facts.members.to_dicts()}
    primaries = {row["family_id"]: row["member_id"] for row in members.values() if row["role"] == "primary"}
    numbers.in_order("M", sorted(members, key=lambda member: str(members[member]["ref"])))
    first = sorted(members.values(), key=lambda row: (row["role"] != "primary", row["member_id"]))
    people = [_member(row, primaries, numbers) for row in first]
    contracts = [
        {"ref": numbers.of("C", row["contract_id"]), "kind": row["kind"], "cycle": row["cycle"]}
        | {"currency": row["currency"]}
        for row in scene.facts.contracts.sort("contract_id").to_dicts()
    ]
    enrolments = [_enrolment(row, numbers) for row in scene.facts.enrolments.sort("enrolment_id").to_dicts()]
    documents, lines = _documents(scene.care.lines, numbers)
    learn = {"contracts": contracts, "members": people, "enrolments": enrolments, "documents": documents}
    learn["answers"] = [
        _answer(row, numbers, lines) for row in scene.care.answers.sort("answer_id").to_dicts()
    ]
    learn["provider_statuses"] = [_status(row, numbers) for row in scene.care.statuses.to_dicts()]
    return learn, lines


def _member(row: Told, primaries: Mapping[int, int], numbers: Numbers) -> Told:
    told = {"ref": numbers.of("M", row["member_id"]), "role": row["role"], "born": row["birth_date"]}
    if row["role"] != "primary":
        told["of"] = numbers.of("M", primaries.get(row["family_id"], -row["family_id"]))
    return told


def _enrolment(row: Told, numbers: Numbers) -> Told:
    told = {
        "ref": numbers.of("E", row["enrolment_id"]),
        "contract": numbers.of("C", row["contract_id"]),
        "member": numbers.of("M", row["member_id"]),
        **{name: row[name] for name in ("plan", "level", "basis")},
        "from": row["valid_from"],
    }
    return told | _last_day(row["valid_to"])


def _last_day(valid_to: date | None) -> Told:
    return {} if valid_to is None else {"last_day": valid_to - timedelta(days=1)}


def _documents(lines: pl.DataFrame, numbers: Numbers) -> tuple[list[Told], dict[str, str]]:
    """Documents in the order of their first lines, each with its lines; the other number of each line."""
    rows = lines.sort("line_id").to_dicts()
    by_document: dict[int, list[Told]] = {}
    for row in rows:
        by_document.setdefault(row["document_id"], []).append(row)
    called = {
        row["ref"]: f"{numbers.of('D', document)}#{place}"
        for document, theirs in by_document.items()
        for place, row in enumerate(theirs, start=1)
    }
    told = [_document(numbers.of("D", each), theirs, numbers, called) for each, theirs in by_document.items()]
    return told, called


def _document(ref: str, lines: list[Told], numbers: Numbers, called: Mapping[str, str]) -> Told:
    head = lines[0]
    payer = head["payer"]
    told = {
        "ref": ref,
        "kind": head["kind"],
        "payer": payer if payer is None or payer in PUBLIC_PAYERS else numbers.of("INSURER", payer),
        "rank": head["payer_rank"],
        "member": numbers.of("M", head["member_id"]),
        "received": head["received_on"],
    }
    return {**_said(told), "lines": [_line(row, numbers, called) for row in lines]}


def _line(row: Told, numbers: Numbers, called: Mapping[str, str]) -> Told:
    values = {name: row.get(name) for name in CARE_LINES if name not in _NOT_OF_A_LINE}
    values["provider_ref"] = None if row["provider_id"] is None else numbers.of("DR", row["provider_id"])
    if row["care_last_day"] == row["care_from"]:
        values["care_last_day"] = None
    if row["cancels"] is not None:
        values["cancels"] = called.get(row["cancels"], f"{numbers.of('GONE', row['cancels'])}#1")
    return in_words(_said(values), LINE)


def _answer(row: Told, numbers: Numbers, called: Mapping[str, str]) -> Told:
    other = row["other_ref"]
    told = {
        "ref": numbers.of("A", row["answer_id"]),
        "kind": row["kind"],
        "line": called.get(row["line_ref"], "GONE#1"),
        "other": None if other is None else called.get(other, "GONE#2"),
        "amount_cents": row["amount_cents"],
    }
    return in_words(_said(told), {"amount": "amount_cents"})


def _status(row: Told, numbers: Numbers) -> Told:
    told = {"ref": numbers.of("S", row["status_id"]), "provider_ref": numbers.of("DR", row["provider_id"])}
    told |= {name: row[name] for name in ("sector", "optam", "valid_from")}
    return in_words(_said(told), STATUS) | _last_day(row["valid_to"])


def _said(values: Told) -> Told:
    """Without what nobody said."""
    return {name: value for name, value in values.items() if value is not None}
