"""The checks of the promises: what each one promises, when it last ran, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from avenant.core.checks.finding import UNKNOWN
from avenant.core.checks.in_french import message_in_french, place_in_french
from avenant.core.checks.ranks import SEVERITIES
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.pages.find import member_address
from avenant.desk.roles import Permission
from avenant.desk.words import all_words, say
from avenant.flows.check_catalogue import CHECKS, Check
from avenant.store.readers.check_results import (
    OpenFinding,
    finding_history,
    last_check_run,
    last_results,
    open_findings,
)

FINDINGS_SHOWN, HISTORY_SHOWN = 5, 300


@dataclass(frozen=True, slots=True)
class Checked:
    """One check as its page tells it. state: never, good, warn, bad, unknown. result: its last run, {} before."""

    check: Check
    promise: str
    state: str
    result: dict[str, Any]
    findings: list[tuple[OpenFinding, str]]
    count: int


@door(Permission.SEE_CHECKS)
def checks(request: HttpRequest) -> HttpResponse:
    """All checks, those with findings first, the gravest at the top."""
    desk = desk_of(request)
    with desk.db.snapshot() as connection:
        results = {row["check_name"]: row for row in last_results(connection, desk.rev).iter_rows(named=True)}
        findings = open_findings(connection, desk.rev)
        last = last_check_run(connection, desk.rev)
    told = [_checked(desk, check, results.get(check.name, {}), findings) for check in CHECKS.values()]
    told.sort(key=lambda one: (not one.findings, SEVERITIES.index(one.check.severity)))
    context = {
        "broken": [one for one in told if one.findings],
        "kept": [one for one in told if not one.findings],
        "last": last,
        "open": len(findings),
    }
    return page(request, "checks/list.html", context)


@door(Permission.SEE_CHECKS)
def check(request: HttpRequest, name: str) -> HttpResponse:
    """One check with every finding that is open, and the last ones that were resolved."""
    desk = desk_of(request)
    known = CHECKS.get(name)
    if known is None:
        raise PageRefused(say(desk.language, "checks.unknown"), status=404)
    with desk.db.snapshot() as connection:
        results = {row["check_name"]: row for row in last_results(connection, desk.rev).iter_rows(named=True)}
        history = finding_history(connection, name, HISTORY_SHOWN, desk.rev)
        last = last_check_run(connection, desk.rev)
    still = [one for one in history if one.resolved_at is None]
    context = {
        "one": _checked(desk, known, results.get(name, {}), still, HISTORY_SHOWN),
        "resolved": [
            (_said(desk, one), _leads_to(desk, one)) for one in history if one.resolved_at is not None
        ],
        "last": last,
    }
    return page(request, "checks/check.html", context)


def _checked(
    desk: Desk, known: Check, result: dict[str, Any], findings: list[OpenFinding], most: int = FINDINGS_SHOWN
) -> Checked:
    mine = [one for one in findings if one.check == known.name]
    shown = [(_said(desk, one), _leads_to(desk, one)) for one in mine[:most]]
    return Checked(known, _promise(desk, known), _state(result, mine), result, shown, len(mine))


def _state(result: dict[str, Any], findings: list[OpenFinding]) -> str:
    kinds = {one.severity for one in findings}
    if UNKNOWN in kinds:
        return "unknown"
    if "error" in kinds:
        return "bad"
    if kinds:
        return "warn"
    return "good" if result else "never"


def _promise(desk: Desk, known: Check) -> str:
    """The promise in the person's language; a check that has no words yet says its own sentence."""
    key = f"checks.promise_{known.name}"
    return say(desk.language, key) if key in all_words() else known.sentence


def _said(desk: Desk, one: OpenFinding) -> OpenFinding:
    """The finding in the person's language: it is kept in English."""
    if desk.language != "fr":
        return one
    return replace(one, place=place_in_french(one.place), message=message_in_french(one.message))


def _leads_to(desk: Desk, one: OpenFinding) -> str:
    """The page of what a finding is about, where this role may look; '' where there is none."""
    ref = one.subject_ref
    match one.subject_kind:
        case "member" | "family":
            return member_address(desk, ref)
        case "contract" if desk.may(Permission.SEE_MONEY):
            return reverse("contract", args=[ref])
        case "invoice" | "payout" if desk.may(Permission.SEE_MONEY):
            return reverse(one.subject_kind, args=[f"#{ref}"])
        case "act" | "line" if desk.may(Permission.SEE_CARE):
            return reverse("find-care", args=["act", ref])
        case "run" if desk.may(Permission.SEE_RUNS) and ref.isdecimal():
            return reverse("run", args=[ref])
    return ""


urlpatterns = [
    path("checks", checks, name="checks"),
    path("checks/<str:name>", check, name="check"),
]
