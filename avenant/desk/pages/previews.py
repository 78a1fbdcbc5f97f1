"""Previews of the whole book: choose a draft rulebook or files of facts, have it computed apart, read the report."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.core.claims.reasons import told
from avenant.core.importing.tables import FILES
from avenant.core.previews.html import about
from avenant.core.previews.html import page as report
from avenant.core.previews.plot import distribution
from avenant.core.previews.words import reasons_words, row_words, word
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.facts_sent import FactsSent, facts_sent
from avenant.desk.forms import day_asked
from avenant.desk.pages.asking import reason_asked
from avenant.desk.rerun_forms import DRAFT
from avenant.desk.roles import Permission
from avenant.desk.rulebook_folders import folders, read_folder
from avenant.desk.words import say
from avenant.flows.preview_process import AskedPreview
from avenant.flows.preview_started import PreviewState, preview_started, preview_state, previews_in
from avenant.flows.reruns.asking import ACCEPTED, NotIsolated
from avenant.flows.reruns.carrying_out import name_of
from avenant.gateways.postgres import default_folder, server_from_environment
from avenant.rerun.isolation import UNSTOPPED, isolation_here
from avenant.rerun.spool import NoSuchResult, Spool
from avenant.store.readers.publications import publications

SECTIONS: Final = ("plans", "months", "reasons")
CASES: Final = ("largest", "sample")
FORMS: Final = {"html": "text/html; charset=utf-8", "json": "application/json"}
STATES: Final = {"work": "wait", "done": "good", "failed": "bad"}


def spool() -> Spool:
    """Where previews of this installation are kept."""
    return previews_in(default_folder())


@door(Permission.SEE_PREVIEWS)
def previews(request: HttpRequest) -> HttpResponse:
    """The previews that are kept, newest first, and the form that begins one."""
    return _list(request)


def _list(
    request: HttpRequest, said: str = "", status: int = 200, wrong: FactsSent | None = None
) -> HttpResponse:
    desk, here = desk_of(request), isolation_here()
    kept, name = spool(), name_of(desk.db)
    states = [preview_state(kept, head["number"]) for head in kept.heads() if head["database"] == name]
    with desk.db.connect() as connection:
        in_force = publications(connection, None, 1)
    context: dict[str, Any] = {
        "rows": [_row(state, desk.language) for state in states],
        "expected": ", ".join(FILES.values()),
        "wrong": wrong,
        "folders": list(folders()),
        "in_force": in_force[0] if in_force else None,
        "day": desk.today,
        "typed": request.POST or request.GET,
        "said": said,
    }
    if not here.is_complete:
        context |= {"missing": here.missing, "unstopped": [UNSTOPPED[each] for each in here.unstopped]}
    return page(request, "preview/list.html", context, status=status)


def _row(state: PreviewState, language: str) -> dict[str, Any]:
    word = "work" if state.is_under_way else "done" if state.result is not None else "failed"
    facts, rulebook = state.head["question"].get("facts", {}), state.head["question"]["rulebook"]
    return {
        **state.head,
        "at": datetime.fromisoformat(state.head["asked_at"]),
        "day": date.fromisoformat(state.head["question"]["business_date"]),
        "rulebook": rulebook,
        "draft": f"{DRAFT}{rulebook}" if rulebook else "",
        "facts": ", ".join(say(language, f"preview.table_{table}", count=n) for table, n in facts.items()),
        "said": f"preview.{word}",
        "mark": STATES[word],
    }


@door(Permission.PREVIEW, changes=True)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a preview and lead to its page, which fills by itself."""
    desk = desk_of(request)
    try:
        asked, sent = _asked(request, desk), _facts(request, desk)
        if sent.wrong:
            return _list(request, say(desk.language, "preview.wrong", count=sent.count), 422, sent)
        accepted = os.environ.get(ACCEPTED) == "accepted"
        asked = replace(asked, news=sent.news)
        number = preview_started(desk.db, server_from_environment(), asked, spool(), accepted)
    except PageRefused as refused:
        return _list(request, str(refused), refused.status)
    except NotIsolated:
        return _list(request, say(desk.language, "preview.not_isolated"), 400)
    return redirect("preview", number)


def _asked(request: HttpRequest, desk: Desk) -> AskedPreview:
    name = request.POST.get("rulebook", "")
    draft = None
    if name:
        folder = folders().get(name)
        if folder is None:
            raise PageRefused(say(desk.language, "rulebooks.no_folder", name=name[:60]))
        if read_folder(folder).rulebook is None:
            raise PageRefused(say(desk.language, "rulebooks.refused", name=name))
        draft = (name, folder.resolve())
    day = day_asked(desk, request.POST.get("day", "")) or desk.today
    reason = reason_asked(desk, request)
    return AskedPreview(desk.user.username, desk.role.key, reason, day, draft)


def _facts(request: HttpRequest, desk: Desk) -> FactsSent:
    """The files of facts that were sent, if any. Errors: PageRefused, also to whoever may not tell facts."""
    files = request.FILES.getlist("facts")
    if not files:
        return FactsSent(None)
    if not desk.may(Permission.TELL):
        raise PageRefused(say(desk.language, "preview.facts_not_yours"), status=403)
    sent = facts_sent(desk, files)
    if sent.news is not None and not sent.news.rows():
        raise PageRefused(say(desk.language, "preview.nothing_in_files"))
    return sent


@door(Permission.SEE_PREVIEWS)
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """One preview: how far it is, or what it would do."""
    desk = desk_of(request)
    state = _state(desk, number)
    context = {"row": _row(state, desk.language), "state": state, "number": number}
    if state.result is not None:
        context |= _told(desk, state.result)
    return page(request, "preview/preview.html", context)


@door(Permission.SEE_PREVIEWS)
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How far a preview is, as a part of its page; once it has ended, the page is asked to load anew."""
    state = _state(desk_of(request), number)
    answer = page(request, "preview/progress.html", {"state": state, "number": number})
    if not state.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer


@door(Permission.SEE_PREVIEWS)
def preview_file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The report to be saved: a page without scripts, or JSON."""
    desk = desk_of(request)
    values = _state(desk, number).result
    if form not in FORMS or values is None:
        raise PageRefused(say(desk.language, "preview.no_file"), status=404)
    content = json.dumps(values, indent=2) if form == "json" else report(values, desk.language)
    answer = HttpResponse(content, content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="preview-{values["business_date"]}.{form}"'
    return answer


def _state(desk: Desk, number: str) -> PreviewState:
    try:
        state = preview_state(spool(), number)
    except NoSuchResult:
        raise PageRefused(say(desk.language, "preview.unknown"), status=404) from None
    if state.head["database"] != name_of(desk.db):
        raise PageRefused(say(desk.language, "preview.unknown"), status=404)
    return state


def _told(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """The result in words of the person's language."""
    language = desk.language
    return {
        "values": values,
        "about": about(values, language),
        "totals": [_sum(row, "totals", language) for row in values["totals"]],
        "sections": [
            (word(name, language), [_sum(row, name, language) for row in values[name]]) for name in SECTIONS
        ],
        "plot": distribution(values["steps"], language),
        "cases": [
            (word(name, language), [_case(row, language) for row in values[name]])
            for name in CASES
            if values[name]
        ],
        "waiting": [
            {
                "state": word(f"state_{row['state']}", language),
                "reason": told(row["reason"], "care", language),
                "lines": row["lines"],
            }
            for row in values["waiting"]
        ],
    }


def _sum(row: dict[str, Any], section: str, language: str) -> dict[str, Any]:
    words = {"book_said": word(row["book"], language), "what": row_words(row, section, language)}
    return {**row, **words, "currency": row["currency"] or "EUR"}


def _case(row: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        **row,
        "book_said": word(row["book"], language),
        "first": date.fromisoformat(row["first_month"]),
        "last": date.fromisoformat(row["last_month"]),
        "why": reasons_words(row["reasons"], language),
        "currency": row["currency"] or "EUR",
    }


urlpatterns = [
    path("previews", previews, name="previews"),
    path("previews/start", start, name="preview-start"),
    path("previews/<str:number>", preview, name="preview"),
    path("previews/<str:number>/progress", progress, name="preview-progress"),
    path("previews/<str:number>/file/<str:form>", preview_file, name="preview-file"),
]
