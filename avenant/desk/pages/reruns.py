"""Re-runs: ask for one, watch it, read its verdict, logs and trace, compare two, take one along."""

from __future__ import annotations

import json
import os
import re
import zlib
from datetime import datetime
from typing import Any, Final

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.rerun_forms import DRAFT, asked_in, same_again, typed_in
from avenant.desk.rerun_shown import shown
from avenant.desk.roles import Permission
from avenant.desk.rulebook_folders import folders
from avenant.desk.words import say
from avenant.desk.words.reruns import OF_THE_SCRIPT
from avenant.flows.reruns.as_case import SUBJECTS as AS_CASES
from avenant.flows.reruns.as_case import WARNING, NoCase, case_of
from avenant.flows.reruns.asked import TRACES, question_from
from avenant.flows.reruns.asking import ACCEPTED, NotIsolated, draft_of
from avenant.flows.reruns.carrying_out import name_of
from avenant.flows.reruns.changing import TABLES, ChangeRefused
from avenant.flows.reruns.keeping import kept_results
from avenant.flows.reruns.points import NoDecision
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.starting import started
from avenant.flows.reruns.subjects import TooLarge
from avenant.flows.stages import STAGES, UnknownStage
from avenant.gateways.case_writing import case_text
from avenant.gateways.postgres import server_from_environment
from avenant.rerun.flame import flame_graph
from avenant.rerun.guard import Limits
from avenant.rerun.isolation import UNSTOPPED, isolation_here
from avenant.rerun.masks import UnknownRole, may_read
from avenant.rerun.spool import MaskRefused, NoSuchResult, Spool
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.publications import publications
from avenant.store.readers.rulebooks import NothingPublished

REFUSED: Final = (
    *(UnknownRef, TooLarge, NoDecision, NothingPublished, UnknownStage, UnknownRole),
    *(ChangeRefused, NotIsolated),
)
LIMITS: Final = Limits()
CHUNK_BYTES: Final = 16 * 2**20
MOST_PLACES: Final = 200
WORTH_PACKING: Final = 64 * 2**10


def spool() -> Spool:
    """Where results of this installation are kept."""
    return kept_results()


@door(Permission.RERUN)
def form(request: HttpRequest) -> HttpResponse:
    """The form, filled with what a link proposes."""
    return _form(request, typed_in(request.GET))


def _form(request: HttpRequest, typed: dict[str, Any], said: str = "", status: int = 200) -> HttpResponse:
    desk, here = desk_of(request), isolation_here()
    with desk.db.snapshot() as connection:
        versions = publications(connection)
    context = {"typed": typed, "said": said, "versions": versions, "traces": TRACES, "tables": TABLES}
    context["stages"] = STAGES.values()
    context["drafts"] = [(f"{DRAFT}{name}", name) for name in folders()]
    if not here.is_complete:
        context |= {"missing": here.missing, "unstopped": [UNSTOPPED[name] for name in here.unstopped]}
    return page(request, "rerun/form.html", context, status=status)


@door(Permission.RERUN, changes=True)
def start(request: HttpRequest) -> HttpResponse:
    """Begin the run and lead to its page, which fills by itself."""
    desk = desk_of(request)
    accepted = os.environ.get(ACCEPTED) == "accepted"
    try:
        asked = asked_in(desk, request.POST)
        answer = started(desk.db, server_from_environment(), asked, spool(), LIMITS, accepted)
    except PageRefused as refused:
        return _form(request, typed_in(request.POST), str(refused), 400)
    except REFUSED as refused:
        return _form(
            request, typed_in(request.POST), say(desk.language, "rerun.refused", said=str(refused)), 400
        )
    return redirect("rerun-result", answer.number)


@door(Permission.SEE_RERUNS)
def kept(request: HttpRequest) -> HttpResponse:
    """The results that are kept, newest first."""
    return page(request, "rerun/list.html", {"runs": _rows(desk_of(request))})


def _rows(desk: Desk) -> list[dict[str, Any]]:
    """The heads of what is kept of this book and may be read, newest first."""
    name = name_of(desk.db)
    return [
        _row(head)
        for head in spool().heads()
        if head["database"] == name and may_read(desk.role.key, head["role"])
    ]


def _row(head: dict[str, Any]) -> dict[str, Any]:
    subject = head["question"]["subject"]
    return {**head, "subject": subject, "at": datetime.fromisoformat(head["asked_at"])}


@door(Permission.SEE_RERUNS, looks_at="rerun", by="number")
def result(request: HttpRequest, number: str) -> HttpResponse:
    """One run: verdict, metadata, logs, trace. Refused to a mask that sees less than the one of the run."""
    desk = desk_of(request)
    try:
        head = _head(desk, number)
    except MaskRefused:
        told = spool().head_of(number)
        context = {"head": told, "again": same_again(told["request"])}
        return page(request, "rerun/other_mask.html", context, status=403)
    others = [one for one in _rows(desk) if one["number"] != number]
    shows: dict[str, Any] = {**_glance(desk, head), **_trace(desk, head), "others": others}
    shows["tellable"] = head["question"]["subject"]["kind"] in AS_CASES
    return page(request, "rerun/result.html", shows)


@door(Permission.SEE_RERUNS)
def verdict(request: HttpRequest, number: str) -> HttpResponse:
    """The part of the page that is fetched again until the run has ended."""
    desk = desk_of(request)
    return page(request, "rerun/verdict.html", _glance(desk, _checked(desk, number)))


@door(Permission.SEE_RERUNS)
def trace(request: HttpRequest, number: str) -> HttpResponse:
    """The outline of the calls from byte ``?from=`` on, a JSON list a line; a header says where to go on."""
    desk = desk_of(request)
    _checked(desk, number)
    under_way = spool().is_under_way(number)  # first: what is written until now is then read
    told, following = spool().outline(number, _number(desk, request.GET.get("from", "0")), CHUNK_BYTES)
    packs = len(told) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(_packed(told) if packs else told, content_type="application/x-ndjson")
    if packs:
        answer["Content-Encoding"] = "gzip"
    answer["X-Following"] = str(following)
    answer["X-Ended"] = "no" if under_way or len(told) > CHUNK_BYTES // 2 else "yes"
    return answer


def _packed(told: bytes) -> bytes:
    """As gzip, quickly."""
    packing = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packing.compress(told) + packing.flush()


@door(Permission.SEE_RERUNS)
def events(request: HttpRequest, number: str) -> HttpResponse:
    """The whole events that begin at the bytes ``?at=1,2,3`` of a result."""
    desk = desk_of(request)
    _checked(desk, number)
    places = [_number(desk, each) for each in request.GET.get("at", "").split(",")[:MOST_PLACES] if each]
    try:
        return JsonResponse(spool().events_at(number, places), safe=False)
    except NoSuchResult as unknown:
        raise PageRefused(say(desk.language, "rerun.no_event"), status=404) from unknown


@door(Permission.SEE_RERUNS, looks_at="rerun", by="number")
def export(request: HttpRequest, number: str) -> HttpResponse:
    """All that the run told, as JSON."""
    desk = desk_of(request)
    _checked(desk, number)
    answer = JsonResponse(spool().read(number), safe=False)
    answer["Content-Disposition"] = f'attachment; filename="rerun-{number}.json"'
    return answer


@door(Permission.SEE_RERUNS)
@csp_replace({"style-src": ["'self'", "'unsafe-inline'"]})  # type: ignore[arg-type]
def flame(request: HttpRequest, number: str) -> HttpResponse:
    """The run as a flame graph, by speedscope, which writes its own styles; ``#profileURL=`` says of what."""
    _checked(desk_of(request), number)
    return page(request, "rerun/flame.html")


@door(Permission.SEE_RERUNS)
def flame_file(request: HttpRequest, number: str) -> HttpResponse:
    """What the flame graph shows."""
    head = _checked(desk_of(request), number)
    told, _ = spool().outline(number, 0, LIMITS.output_bytes)
    lines = (json.loads(line) for line in told.splitlines())
    return JsonResponse(flame_graph(lines, head["question"]["subject"]["ref"]))


@door(Permission.RERUN, looks_at="rerun", by="number")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The run as a case file: identities replaced, free text dropped, pseudonymised health data all the same."""
    desk = desk_of(request)
    question = question_from(_checked(desk, number)["question"])
    try:
        with desk.db.snapshot() as connection:
            told = case_of(Scene(connection, question, draft_of(spool(), number)))
    except (NoCase, ChangeRefused) as refused:
        raise PageRefused(say(desk.language, "rerun.no_case", said=str(refused)), status=409) from refused
    answer = HttpResponse(case_text(told, WARNING), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rerun-{number[:8]}-pseudonymised.yaml"'
    return answer


@door(Permission.SEE_RERUNS)
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs side by side: ``?one=`` and ``?other=``."""
    desk = desk_of(request)
    heads = [_checked(desk, request.GET.get(name, "")) for name in ("one", "other")]
    glances = [_glance(desk, head) for head in heads]
    context = {"sides": glances, "data": _trace(desk, heads[0])["data"]}
    context["data"]["other"] = _trace(desk, heads[1])["data"]
    return page(request, "rerun/compare.html", context)


def _head(desk: Desk, number: str) -> dict[str, Any]:
    """The head of a run of this book. Errors: PageRefused where there is none, MaskRefused."""
    try:
        if spool().head_of(number)["database"] == name_of(desk.db):
            return spool().head(number, desk.role.key)
    except NoSuchResult:
        pass
    raise PageRefused(say(desk.language, "rerun.gone"), status=404)


def _checked(desk: Desk, number: str) -> dict[str, Any]:
    """The head, where this person may read the run. Errors: PageRefused."""
    try:
        return _head(desk, number)
    except MaskRefused as refused:
        raise PageRefused(say(desk.language, "rerun.other_mask_short"), status=403) from refused


def _number(desk: Desk, typed: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", typed):
        raise PageRefused(say(desk.language, "rerun.no_event"))
    return int(typed)


def _glance(desk: Desk, head: dict[str, Any]) -> dict[str, Any]:
    """What is known at a glance, with the head and the ways on."""
    number = head["number"]
    under_way = spool().is_under_way(number)
    point = head["question"]["point"]
    return {
        "head": _row(head),
        "point": {name: point[name] for name in ("facts", "book", "rulebook_version", "own")}
        | {name: datetime.fromisoformat(point[name]).date() for name in ("business_date", "horizon")},
        "run": shown(spool().brief(number), under_way, desk.language),
        "again": same_again(head["request"]),
        "draft": _draft_named(head),
        "limits": _limits(head.get("limits")),
    }


def _limits(limits: dict[str, Any] | None) -> str:
    """What a run might use, as it was begun; nothing of a result that does not tell it."""
    return f"{limits['seconds']:g} s · {limits['together_bytes'] / 2**30:g} GiB" if limits else "–"


def _draft_named(head: dict[str, Any]) -> str:
    """The name of the draft under which a run was made; empty where it was no draft."""
    chosen = head["request"]["rulebook"] or ""
    return chosen.removeprefix(DRAFT) if chosen.startswith(DRAFT) else ""


def _trace(desk: Desk, head: dict[str, Any]) -> dict[str, Any]:
    """What the script needs besides the outline."""
    number = head["number"]
    return {
        "data": {
            "number": number,
            "root": desk.user.source_root,
            "traced": head["question"]["trace"] != "off",
            "again": "/rerun?" + same_again(head["request"], trace="lines", lines_of=""),
            "language": desk.language,
            "words": {key: say(desk.language, f"rerun.{key}") for key in OF_THE_SCRIPT},
        }
    }


urlpatterns = [
    path("rerun", form, name="rerun"),
    path("rerun/start", start, name="rerun-start"),
    path("reruns", kept, name="reruns"),
    path("reruns/compare", compare, name="rerun-compare"),
    path("reruns/<str:number>", result, name="rerun-result"),
    path("reruns/<str:number>/verdict", verdict, name="rerun-verdict"),
    path("reruns/<str:number>/trace", trace, name="rerun-trace"),
    path("reruns/<str:number>/events", events, name="rerun-events"),
    path("reruns/<str:number>/export.json", export, name="rerun-json"),
    path("reruns/<str:number>/case.yaml", case, name="rerun-case"),
    path("reruns/<str:number>/flame", flame, name="rerun-flame"),
    path("reruns/<str:number>/flame.json", flame_file, name="rerun-flame-file"),
]
