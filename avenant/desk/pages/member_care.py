"""A member's care events: the history as a person would tell it, and one event with everything behind it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from avenant.core.timeline import CareEvent, Selection, selected, totals, wording
from avenant.core.timeline.kinds import KINDS
from avenant.core.timeline.model import ActPart
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import cents_asked, one_of
from avenant.desk.moments import steps
from avenant.desk.pages.decisions import ActStory, act_stories
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.flows.events import FamilyEvents, events_of_family, family_events
from avenant.flows.instants import changes_about
from avenant.store.readers.heads import member_head

EVENTS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Card:
    """An event with what the page says of it in the person's language."""

    event: CareEvent
    title: str
    name: str
    state: str
    whys: tuple[wording.Why, ...]
    places: str
    changes: tuple[tuple[str, tuple[tuple[str, int, int], ...]], ...]
    candidates: tuple[str, ...]


def card_of(event: CareEvent, desk: Desk) -> Card:
    """The card of one event."""
    changes = tuple(
        (
            change.known_at,
            tuple(
                (wording.word(desk.language, name), before, after)
                for name, before, after in wording.differences(change.before, change.after)
            ),
        )
        for change in event.changes
    )
    return Card(
        event,
        wording.title(event, desk.language),
        desk.name(event.member, event.name),
        wording.state_word(event, desk.language),
        wording.whys(event, desk.language),
        ", ".join(event.providers),
        changes,
        tuple(line for act in event.acts for line in act.candidates),
    )


@door(Permission.SEE_CARE, looks_at="member")
def care(request: HttpRequest, ref: str) -> HttpResponse:
    """All care events of a member or the whole family, newest first, grouped by month, as filters choose."""
    desk = desk_of(request)
    head = member_head(desk.db, ref, desk.rev)
    told = family_events(desk.db, ref, desk.today, desk.rev)
    chosen = _selection(request, desk, ref, told)
    events = selected(told.events, chosen)
    shown = events[: _shown(request)]
    cards = [card_of(event, desk) for event in shown]
    months = [
        (group[0].event.on, group)
        for group in (list(some) for _, some in groupby(cards, lambda c: (c.event.on.year, c.event.on.month)))
    ]
    context = {
        "head": head,
        "tab": "care",
        "told": told,
        "months": months,
        "totals": totals(events),
        "count": len(events),
        "more": len(shown) + EVENTS_SHOWN if len(events) > len(shown) else None,
        "kinds": [(kind, wording.word(desk.language, kind)) for kind in _kinds(told)],
        "years": sorted({event.on.year for event in told.events}, reverse=True),
        "envelopes": _envelopes(told, chosen.member, desk),
        "steps": steps(changes_about(desk.db, "family", ref), desk.moment),
    }
    return page(request, "member/care.html", context)


@door(Permission.SEE_CARE, looks_at="member")
def care_event(request: HttpRequest, ref: str, event: int) -> HttpResponse:
    """One event: its acts, the documents about them, each decision with its waterfall and reasons."""
    desk = desk_of(request)
    told = events_of_family(desk.db, ref, desk.rev)
    found = next((one for one in told if event in {act.act_id for act in one.acts}), None)
    if found is None:
        raise PageRefused(say(desk.language, "care.unknown_event"), status=404)
    context = {
        "head": member_head(desk.db, ref, desk.rev),
        "tab": "care",
        "card": card_of(found, desk),
        "acts": _acts(found.acts, desk),
        "steps": steps(changes_about(desk.db, "member", found.member), desk.moment),
    }
    return page(request, "member/event.html", context)


@door(Permission.SEE_CARE, looks_at="act", by="act")
def act_why(request: HttpRequest, act: int) -> HttpResponse:
    """Why we pay what we pay for one act: the waterfall, the limit hit, the reasons; as a popover or alone."""
    desk = desk_of(request)
    stories = act_stories(desk, [act])
    if not stories:
        raise PageRefused(say(desk.language, "care.unknown_event"), status=404)
    popover = bool(request.headers.get("HX-Request"))
    return page(request, "member/why_part.html" if popover else "member/why.html", {"story": stories[0]})


def _acts(acts: tuple[ActPart, ...], desk: Desk) -> list[dict[str, Any]]:
    stories: dict[int, ActStory] = {
        story.act_id: story for story in act_stories(desk, [a.act_id for a in acts])
    }
    return [
        {
            "act": act,
            "name": wording.act_name(act, desk.language),
            "waits": wording.reason_text(act.waits, desk.language) if act.waits else "",
            "story": stories.get(act.act_id),
        }
        for act in acts
    ]


def _selection(request: HttpRequest, desk: Desk, ref: str, told: FamilyEvents) -> Selection:
    asked = request.GET
    who = one_of(desk, asked.get("who", "all"), ("all", *told.members)) or "all"
    year = asked.get("year", "")
    if year and not (year.isdecimal() and len(year) == 4):
        raise PageRefused(say(desk.language, "form.year", seen=year[:20]))
    return Selection(
        member=None if who == "all" else who,
        kind=one_of(desk, asked.get("kind", ""), KINDS) or None,
        pending=True if asked.get("pending") else None,
        corrected=True if asked.get("corrected") else None,
        at_least_cents=cents_asked(desk, asked.get("min", "")),
        at_most_cents=cents_asked(desk, asked.get("max", "")),
        year=int(year) if year else None,
    )


def _shown(request: HttpRequest) -> int:
    typed = request.GET.get("shown", "")
    return min(int(typed), 5_000) if typed.isdecimal() and len(typed) < 6 else EVENTS_SHOWN


def _kinds(told: FamilyEvents) -> list[str]:
    present = {event.kind for event in told.events}
    return [kind for kind in KINDS if kind in present]


def _envelopes(told: FamilyEvents, member: str | None, desk: Desk) -> list[dict[str, Any]]:
    return [
        {"left": left, "name": wording.envelope_name(left, desk.language), "share": _share(left)}
        for left in told.envelopes
        if member in (None, left.member)
    ]


def _share(left: Any) -> str:
    """How much of an envelope is used, in percent, for its bar."""
    limit, used = left.limit_cents, left.used_cents
    if limit is None:
        limit, used = left.limit_count, left.used_count
    return f"{min(100, 100 * used / limit):.1f}" if limit else "0"


urlpatterns = [
    path("members/<str:ref>/care", care, name="care"),
    path("members/<str:ref>/care/<int:event>", care_event, name="care-event"),
    path("acts/<int:act>/why", act_why, name="act-why"),
]
