"""Rulebooks: what was published, what changed with each, and publishing another one with a second person."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.core.payouts.care_names import NAMES
from avenant.core.rulebook.comparing import LineChange, compared
from avenant.core.rulebook.model import Rulebook
from avenant.core.wording.figures import day_text, percent_text, plain_amount
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import TwoPersonRequest
from avenant.desk.pages.asking import number_asked, reason_asked, refused
from avenant.desk.roles import Permission
from avenant.desk.rulebook_folders import FolderRead, folders, read_folder
from avenant.desk.two_persons import Undecidable, ask, both_names, deciding, latest_requests, open_requests
from avenant.desk.words import all_words, say
from avenant.flows.former_rulebooks import former_rulebook
from avenant.flows.publishing import publish
from avenant.store.database import Connection
from avenant.store.readers.publications import Publication, publications

LINES_SHOWN = 200


@door(Permission.SEE_RULEBOOKS)
def rulebooks(request: HttpRequest) -> HttpResponse:
    """The published versions, newest first, and what was asked."""
    desk = desk_of(request)
    with desk.db.snapshot() as connection:
        known = publications(connection, desk.rev)
    context = {
        "publications": known,
        "requests": [_told(one) for one in latest_requests("publish")] if not desk.moment.is_past else [],
        "folders": list(folders()),
    }
    return page(request, "administration/rulebooks.html", context)


@door(Permission.SEE_RULEBOOKS)
def rulebook(request: HttpRequest, publication: int) -> HttpResponse:
    """One version: what it says otherwise than the one before it."""
    desk = desk_of(request)
    with desk.db.snapshot() as connection:
        found = next((p for p in publications(connection, desk.rev) if p.publication_id == publication), None)
        if found is None:
            raise PageRefused(say(desk.language, "rulebooks.unknown"), status=404)
        before, after = _versions(connection, desk, found)
    context = {"publication": found, "groups": _groups(desk, compared(before, after))}
    return page(request, "administration/rulebook.html", context)


@door(Permission.PUBLISH)
def folder(request: HttpRequest, name: str) -> HttpResponse:
    """A folder as it would come into force: what is wrong with it, what it changes, and asking or confirming it."""
    desk = desk_of(request)
    read = _folder(desk, name)
    with desk.db.snapshot() as connection:
        known = publications(connection, None, 1)
        now = former_rulebook(connection, desk.db.url, known[0].version).rulebook if known else None
    asked = None
    if read.rulebook is not None:
        asked = open_requests("publish").filter(what=_what(name, read.rulebook)).first()
    context = {
        "name": name,
        "read": read,
        "version": read.rulebook.version if read.rulebook else "",
        "in_force": bool(known and read.rulebook and known[0].version == read.rulebook.version),
        "groups": _groups(desk, compared(now, read.rulebook)) if read.rulebook else [],
        "asked": asked,
    }
    return page(request, "administration/folder.html", context)


@door(Permission.PUBLISH, changes=True)
def rulebook_ask(request: HttpRequest) -> HttpResponse:
    """Ask a second administrator to publish a folder exactly as it stands now."""
    desk = desk_of(request)
    name = request.POST.get("folder", "")
    read = _folder(desk, name)
    if read.rulebook is None:
        raise PageRefused(say(desk.language, "rulebooks.refused", name=name))
    if read.rulebook.version != request.POST.get("version"):
        raise PageRefused(say(desk.language, "rulebooks.moved_on"), status=409)
    try:
        ask("publish", _what(name, read.rulebook), reason_asked(desk, request), desk.user.username)
    except Undecidable as error:
        raise refused(desk, error) from error
    messages.success(request, say(desk.language, "two.asked"))
    return redirect("rulebooks")


@door(Permission.PUBLISH, changes=True)
def rulebook_decide(request: HttpRequest) -> HttpResponse:
    """Confirm and publish, or refuse, what somebody else asked."""
    desk = desk_of(request)
    confirmed = request.POST.get("decision") == "confirm"
    try:
        with deciding(number_asked(desk, request), "publish", desk.user.username) as asked:
            _decide(desk, asked, confirmed)
    except Undecidable as error:
        raise refused(desk, error) from error
    said = say(desk.language, f"rulebooks.{asked.state}", version=asked.what.rpartition("@")[2])
    messages.add_message(request, messages.SUCCESS if asked.state != "failed" else messages.ERROR, said)
    return redirect("rulebooks")


def _decide(desk: Desk, asked: TwoPersonRequest, confirmed: bool) -> None:
    """Publish what was asked if the folder still is what it was then."""
    if not confirmed:
        asked.state = "refused"
        return
    name, _, version = asked.what.rpartition("@")
    found = folders().get(name)
    read = FolderRead(None, ()) if found is None else read_folder(found)
    if read.rulebook is None or read.rulebook.version != version:
        asked.state, asked.outcome = "failed", "moved_on"
        return
    publish(desk.db, read.rulebook, both_names(asked))
    asked.state, asked.outcome = "done", version


def _what(name: str, book: Rulebook) -> str:
    return f"{name}@{book.version}"


def _told(asked: TwoPersonRequest) -> dict[str, Any]:
    name, _, version = asked.what.rpartition("@")
    return {"request": asked, "folder": name, "version": version}


def _folder(desk: Desk, name: str) -> FolderRead:
    found = folders().get(name)
    if found is None:
        raise PageRefused(say(desk.language, "rulebooks.no_folder", name=name[:60]), status=404)
    return read_folder(found)


def _versions(connection: Connection, desk: Desk, found: Publication) -> tuple[Rulebook | None, Rulebook]:
    after = former_rulebook(connection, desk.db.url, found.version).rulebook
    if found.previous is None:
        return None, after
    return former_rulebook(connection, desk.db.url, found.previous).rulebook, after


OF_EVERYBODY = {("age_from", 0), ("age_to", 151), ("part", 1), ("basket", None), ("tier", None)}
"""Parts of a line's key that set no bound: nobody needs to read them."""


def _groups(desk: Desk, changes: list[LineChange]) -> list[dict[str, Any]]:
    """The changes of each frame, the first LINES_SHOWN of them in words."""
    groups = []
    for frame, some in groupby(changes, lambda change: change.frame):
        of_frame = list(some)
        lines = [_line(desk, change) for change in of_frame[:LINES_SHOWN]]
        groups.append({"frame": frame, "lines": lines, "count": len(of_frame)})
    return groups


def _line(desk: Desk, change: LineChange) -> dict[str, Any]:
    before, after = change.before or {}, change.after or {}
    parameter = str(change.key.get("parameter", ""))

    def said(name: str, value: object) -> str:
        return _value(desk, parameter if name == "value" and parameter else name, value)

    key = [said(name, value) for name, value in change.key.items() if (name, value) not in OF_EVERYBODY]
    told = [name for name in {**before, **after} if _tells(before.get(name), after.get(name))]
    return {
        "key": ", ".join(key),
        "state": "new" if change.before is None else "gone" if change.after is None else "changed",
        "values": [
            {"name": _field(desk, name)}
            | {"before": said(name, before.get(name)), "after": said(name, after.get(name))}
            for name in told
        ],
    }


def _tells(before: object, after: object) -> bool:
    """Whether a value says something: it differs, and not only by an absent No."""
    return before != after and any(value is not None and value is not False for value in (before, after))


def _field(desk: Desk, name: str) -> str:
    bare = name.removesuffix("_cents").removesuffix("_ppm")
    key = f"rulebooks.field_{bare}"
    return say(desk.language, key) if key in all_words() else bare.replace("_", " ")


def _value(desk: Desk, name: str, value: object) -> str:
    """A value of a line as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return say(desk.language, "field.yes" if value else "field.no")
    if isinstance(value, date):
        key = "rulebooks.from" if name == "valid_from" else "rulebooks.until"
        return say(desk.language, key, day=day_text(value, desk.language))
    if isinstance(value, int) and name.endswith("_cents"):
        return plain_amount(value, "," if desk.language == "fr" else ".")
    if isinstance(value, int) and name.endswith("_ppm"):
        return percent_text(value, desk.language)
    if name in ("age_from", "age_to"):
        return say(desk.language, f"rulebooks.{name}", age=value)
    return _word(desk, name, str(value))


def _word(desk: Desk, name: str, value: str) -> str:
    """What people call a value of the column ``name``; a code that has no word stays as it is, readable."""
    if name == "act_code":
        known = f"acts.{value}" in all_words()
        return f"{value} {say(desk.language, f'acts.{value}')}" if known else value
    if name == "family" and value in NAMES[desk.language]:
        return NAMES[desk.language][value]
    parameter = name in ("parameter", "rate_parameter")
    bare = value.removesuffix("_cents").removesuffix("_ppm") if parameter else value
    key = f"rulebooks.{'parameter' if parameter else 'value'}_{bare}"
    return say(desk.language, key) if key in all_words() else bare.replace("_", " ")


urlpatterns = [
    path("rulebooks", rulebooks, name="rulebooks"),
    path("rulebooks/ask", rulebook_ask, name="rulebook-ask"),
    path("rulebooks/decide", rulebook_decide, name="rulebook-decide"),
    path("rulebooks/<int:publication>", rulebook, name="rulebook"),
    path("rulebooks/folders/<str:name>", folder, name="rulebook-folder"),
]
