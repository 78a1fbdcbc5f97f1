"""The right to erasure: everything personal about one member, after its number was typed a second time."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.desk.context import PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import Case, CaseStep
from avenant.desk.roles import Permission
from avenant.desk.words import all_words, say
from avenant.flows.erasing import details_kept, erase
from avenant.store.readers.heads import member_head
from avenant.store.readers.history import UnknownRef

LONGEST = 100
ERASED_TITLE = "—"


@door(Permission.ERASE)
def erasure(request: HttpRequest) -> HttpResponse:
    """Ask whom; the member's own page follows."""
    desk = desk_of(request)
    if request.method != "POST":
        return page(request, "administration/erasure.html")
    ref = request.POST.get("ref", "").strip()[:LONGEST]
    try:
        details_kept(desk.db, ref)
    except (UnknownRef, ValueError):
        said = say(desk.language, "erasure.unknown")
        return page(request, "administration/erasure.html", {"typed": ref, "wrong": said}, status=422)
    return redirect("erasure-member", ref=ref)


@door(Permission.ERASE, looks_at="member")
def erasure_member(request: HttpRequest, ref: str) -> HttpResponse:
    """What is kept of one member, and the form that erases it for ever."""
    desk = desk_of(request)
    head = member_head(desk.db, ref)
    notes = _steps(ref).exclude(note=None)
    if request.method != "POST":
        kinds = [_kind(desk.language, kind) for kind in details_kept(desk.db, ref)]
        return page(
            request,
            "administration/erasure_member.html",
            {"head": head, "kinds": kinds, "notes": notes.count()},
        )
    if desk.moment.is_past:
        raise PageRefused(say(desk.language, "moment.acts_now"), status=409)
    if request.POST.get("confirmation", "").strip() != ref:
        raise PageRefused(say(desk.language, "erasure.not_confirmed", ref=ref))
    details = erase(desk.db, ref)
    count = _erase_notes(ref)
    messages.success(request, say(desk.language, "erasure.done", ref=ref, details=details, notes=count))
    return redirect("erasure")


def _steps(ref: str) -> QuerySet[CaseStep]:
    return CaseStep.objects.filter(case__member_ref=ref)


def _erase_notes(ref: str) -> int:
    """Erase what people wrote in cases about the member: notes, titles, titles of pages; how many notes."""
    with transaction.atomic():
        count = _steps(ref).exclude(note=None).update(note=None)
        _steps(ref).update(page_title="")
        Case.objects.filter(member_ref=ref).update(title=ERASED_TITLE)
    return count


def _kind(language: str, kind: str) -> str:
    key = f"erasure.kind_{kind}"
    return say(language, key) if key in all_words() else kind.replace("_", " ")


urlpatterns = [
    path("erasure", erasure, name="erasure"),
    path("erasure/<str:ref>", erasure_member, name="erasure-member"),
]
