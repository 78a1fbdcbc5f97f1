"""Facts in: news told, and what it would change, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from avenant.core.wording.telling import refusal_text
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import Visit
from avenant.desk.roles import Permission
from avenant.desk.telling_choices import Choices, Table
from avenant.desk.telling_forms import FORMS, Form, place_of
from avenant.desk.telling_seen import Shown, problem_texts, shown
from avenant.desk.telling_values import Entered, Seal, clean, entered, sealed, typed_in, unsealed
from avenant.desk.words import say
from avenant.flows.learn import NewsRefused
from avenant.flows.nightly_chunk import FamiliesRaise
from avenant.flows.previewing import previewed
from avenant.flows.saving import Overtaken, Saved, Told, saved
from avenant.flows.tellable import FamilyTold, contract_families, family_told
from avenant.flows.telling import CannotTell
from avenant.store.readers.heads import member_head
from avenant.store.readers.rulebooks import NothingPublished

FAMILIES_SHOWN = 20
LONGEST_REASON = 300
SHOWN_MEANWHILE = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A form about a family as it was sent: what stands to choose from, what was typed, why it is told."""

    desk: Desk
    form: Form
    family: FamilyTold
    choices: dict[str, Choices]
    entered: Entered
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says to it. seal: as telling_values.sealed; said: sentences that belong to no field."""

    wrong: dict[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    shown: Shown | None = None
    seal: str = ""
    told: tuple[Told, ...] = ()


@door(Permission.TELL)
def tell(request: HttpRequest) -> HttpResponse:
    """What can be told about a family; first whose, where nobody said."""
    desk = _now(desk_of(request))
    member, contract = clean(request.GET.get("member", "")), clean(request.GET.get("contract", ""))
    if member:
        _recorded(request, desk, member)
        head = member_head(desk.db, member)
        return page(request, "tell/list.html", {"head": head, "contract": contract, "forms": list(FORMS)})
    families = contract_families(desk.db, contract, FAMILIES_SHOWN + 1) if contract else []
    if len(families) == 1:
        return redirect(_address("tell", member=families[0], contract=contract))
    context = {
        "contract": contract,
        "families": families[:FAMILIES_SHOWN],
        "more": len(families) > FAMILIES_SHOWN,
    }
    return page(request, "tell/whom.html", context)


@door(Permission.TELL)
def tell_form(request: HttpRequest, what: str) -> HttpResponse:
    """One form, filled in as far as the address says."""
    desk = _now(desk_of(request))
    form = _form(desk, what)
    member = clean(request.GET.get("member", ""))
    if not member:
        return redirect("tell")
    _recorded(request, desk, member)
    family = family_told(desk.db, member)
    asked = _asked(desk, form, family, _filled_in(request, form, family, member), "")
    return _page(request, asked, Answer())


@door(Permission.TELL, changes=True)
def tell_preview(request: HttpRequest, what: str) -> HttpResponse:
    """What the news would change; into the page by htmx, else the whole page again."""
    asked = _sent(request, what)
    live = request.headers.get("HX-Request") and request.POST.get("live")
    answer = _previewed(asked, bool(live))
    if request.headers.get("HX-Request"):
        return page(request, "tell/answer.html", _context(asked, answer) | {"alone": True})
    return _page(request, asked, answer)


@door(Permission.TELL, changes=True)
def tell_save(request: HttpRequest, what: str) -> HttpResponse:
    """Keep what was previewed, exactly; whatever speaks against it is said over a new preview."""
    asked = _sent(request, what)
    desk = asked.desk
    seal = unsealed(desk, asked.form, request.POST.get("seal", ""))
    if seal is None or not seal.holds(asked.entered.typed):
        said = "tell.look_first" if seal is None else "tell.changed_since"
        return _page(request, asked, _with(_previewed(asked), said=say(desk.language, said)), 409)
    if (wrong := _wrong_reason(asked)) is not None:
        return _page(request, asked, _with(_previewed(asked), wrong={"reason": wrong}), 422)
    try:
        done = saved(desk.db, seal.news, desk.user.username, asked.reason, seal.rev)
    except Overtaken as error:
        answer = _with(_previewed(asked), said=say(desk.language, "tell.overtaken"))
        return _page(request, asked, replace(answer, told=error.told), 409)
    except NewsRefused as error:
        return _page(request, asked, _refused(asked, error), 422)
    except psycopg.OperationalError:
        return _page(request, asked, _with(_previewed(asked), said=say(desk.language, "tell.busy")), 409)
    _say_done(request, asked, seal, done)
    return redirect(_address("tell", member=asked.family.head.member.ref))


def _sent(request: HttpRequest, what: str) -> Asked:
    desk = desk_of(request)
    form = _form(desk, what)
    family = family_told(desk.db, clean(request.POST.get("about", "")))
    typed = typed_in(form, request.POST)
    reason = typed.get("why") or clean(request.POST.get("reason", ""))
    return _asked(desk, form, family, typed, reason)


def _asked(desk: Desk, form: Form, family: FamilyTold, typed: dict[str, str], reason: str) -> Asked:
    table = Table(desk, family)
    try:
        choices = {one.name: table.of(one.of) for one in form.fields if one.of}
    except NothingPublished as error:
        raise PageRefused(say(desk.language, "tell.no_rulebook"), status=409) from error
    return Asked(desk, form, family, choices, entered(desk, form, typed, choices), reason)


def _previewed(asked: Asked, live: bool = False) -> Answer:
    """Build the news and try it. live: still being filled in, so that what is empty is not wrong yet."""
    desk, form, language = asked.desk, asked.form, asked.desk.language
    if not asked.entered.whole:
        needed = {} if live else dict.fromkeys(asked.entered.missing, say(language, "form.required"))
        return Answer(wrong=needed | asked.entered.wrong)
    try:
        news = form.news(desk.db, asked.family, asked.entered.values)
        seen = previewed(desk.db, news, desk.today)
    except CannotTell as error:
        text, place = _refusal(error, language), place_of(form, error.field)
        return Answer(wrong={place: text}) if place else Answer(said=(text,))
    except FamiliesRaise:
        return Answer(said=(say(language, "tell.breaks"),))
    except psycopg.OperationalError:
        return Answer(said=(say(language, "tell.busy"),))
    if seen.problems:
        at_field, others = problem_texts(form, seen.problems, language)
        return Answer(wrong=at_field, said=tuple(others))
    if not any(seen.facts.values()):
        return Answer(said=(say(language, "tell.nothing_new"),))
    return Answer(shown=shown(seen, language), seal=sealed(desk, form, asked.entered.typed, news, seen.rev))


def _refusal(error: CannotTell, language: str) -> str:
    return refusal_text(error.code, error.values, language)


def _refused(asked: Asked, error: NewsRefused) -> Answer:
    at_field, others = problem_texts(asked.form, error.problems, asked.desk.language)
    return Answer(wrong=at_field, said=tuple(others))


def _wrong_reason(asked: Asked) -> str | None:
    if not asked.reason:
        return say(asked.desk.language, "tell.reason_needed")
    if len(asked.reason) > LONGEST_REASON:
        return say(asked.desk.language, "form.too_long", count=LONGEST_REASON)
    return None


def _with(answer: Answer, said: str = "", wrong: dict[str, str] | None = None) -> Answer:
    more = (said,) if said else ()
    return replace(answer, said=(*more, *answer.said), wrong=answer.wrong | (wrong or {}))


def _say_done(request: HttpRequest, asked: Asked, seal: Seal, done: Saved) -> None:
    """The message after saving: where to look, that the night books it, and what others did meanwhile."""
    language, ref = asked.desk.language, asked.family.head.member.ref
    written = sum(done.report.written.values())
    members = seal.news.members["ref"].to_list() or [ref]
    text = say(language, "tell.saved" if written else "tell.saved_before")
    links = format_html(
        '{} <a href="{}">{}</a>', text, reverse("cover", args=[members[0]]), say(language, "tell.to_cover")
    )
    messages.success(request, links)
    for told in done.meanwhile[:SHOWN_MEANWHILE]:
        messages.warning(
            request, say(language, "tell.meanwhile", actor=told.actor, what=told.what, ref=told.ref)
        )


def _page(request: HttpRequest, asked: Asked, answer: Answer, status: int = 0) -> HttpResponse:
    problem = bool(answer.wrong or answer.said) and request.method == "POST"
    return page(
        request, "tell/form.html", _context(asked, answer), status=status or (422 if problem else 200)
    )


def _context(asked: Asked, answer: Answer) -> dict[str, Any]:
    wrong = answer.wrong | asked.entered.wrong
    fields = [
        {
            "field": one,
            "typed": asked.entered.typed[one.name],
            "wrong": wrong.get(one.name, ""),
            "choices": asked.choices.get(one.name, []),
        }
        for one in asked.form.fields
    ]
    return {
        "head": asked.family.head,
        "form": asked.form,
        "fields": [one for one in fields if not _is_extra(one)],
        "extra": [one for one in fields if _is_extra(one)],
        "extra_open": any(one["typed"] or one["wrong"] for one in fields if _is_extra(one)),
        "asks_reason": "why" not in asked.entered.typed,
        "reason": asked.reason,
        "wrong_reason": wrong.get("reason", ""),
        "named": bool(asked.entered.typed.get("name")),
        "names": {person.ref: person.name for person in asked.family.head.family},
        "answer": answer,
        "shown": answer.shown,
    }


def _is_extra(one: dict[str, Any]) -> bool:
    return bool(one["field"].extra)


def _filled_in(request: HttpRequest, form: Form, family: FamilyTold, member: str) -> dict[str, str]:
    """What the address says, and what follows from the member; never a name."""
    typed = typed_in(form, request.GET) | {"name": ""}
    covers = [fact for fact in family.covers if fact["member_ref"] == member] or list(family.covers)
    going_on = next((fact["ref"] for fact in covers if fact["valid_to"] is None), "")
    contract = family.contracts[0]["ref"] if family.contracts else ""
    usual = {"member": member, "contract": contract, "enrolment": going_on, "basis": "active"}
    if form.what == "changed-plan":
        usual["basis"] = ""
    return {one.name: typed[one.name] or usual.get(one.name, "") for one in form.fields}


def _form(desk: Desk, what: str) -> Form:
    if what not in FORMS:
        raise PageRefused(say(desk.language, "tell.unknown_form"), status=404)
    return FORMS[what]


def _now(desk: Desk) -> Desk:
    """Nothing is told in the past. Errors: PageRefused."""
    if desk.moment.is_past:
        raise PageRefused(say(desk.language, "moment.acts_now"), status=409)
    return desk


def _address(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


def _recorded(request: HttpRequest, desk: Desk, member: str) -> None:
    """Write down whom somebody looked at: here the member stands in the query, which the door does not read."""
    match: Any = request.resolver_match
    Visit.objects.create(
        username=desk.user.username,
        role=desk.role.key,
        kind="member",
        ref=member[:200],
        page=(match.url_name or "")[:60],
        known_at=desk.known_at,
        reason=request.GET.get("case", "")[:300],
    )


urlpatterns = [
    path("tell", tell, name="tell"),
    path("tell/<str:what>", tell_form, name="tell-form"),
    path("tell/<str:what>/preview", tell_preview, name="tell-preview"),
    path("tell/<str:what>/save", tell_save, name="tell-save"),
]
