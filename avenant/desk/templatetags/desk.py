"""What templates write with: words, links that keep the moment, figures, people, the waterfall, before → after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from avenant.core.coverage.arrivals import field_text, value_text
from avenant.core.timeline.model import Split
from avenant.core.wording.figures import amount_text, day_text, month_text, percent_text
from avenant.desk.changes_list import changes_as_items
from avenant.desk.moments import Steps, instant_text
from avenant.desk.roles import SENTENCES, Permission
from avenant.desk.waterfall_bar import waterfall_bar
from avenant.desk.words import all_words
from avenant.desk.words import say as said

register = template.Library()


def _language(context: Context) -> str:
    return str(context.get("language") or "en")


@register.simple_tag(takes_context=True)
def say(context: Context, key: str, **blanks: Any) -> str:
    """``{% say "home.title" count=3 %}``: words in the person's language; a blank may be marked up."""
    if not any(isinstance(value, SafeString) for value in blanks.values()):
        return said(_language(context), key, **blanks)
    escaped = {name: conditional_escape(value) for name, value in blanks.items()}
    return mark_safe(said(_language(context), key, **escaped))


class Said(template.Node):
    """Words without blanks, which pages have by the hundred: looked up and made safe once."""

    def __init__(self, key: str) -> None:
        """``key``: of the words."""
        self.key = key

    def render(self, context: Context) -> SafeString:
        """The words in the person's language."""
        return _escaped_words(_language(context), self.key)


@cache
def _escaped_words(language: str, key: str) -> SafeString:
    return escape(said(language, key))


_with_blanks = register.tags["say"]


@register.tag("say")
def say_at_once(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """``say``; where the key is written out and nothing else is, in the quickest way."""
    bits = token.split_contents()
    if len(bits) == 2 and bits[1][0] in "\"'" and bits[1][0] == bits[1][-1]:
        return Said(bits[1][1:-1])
    return _with_blanks(parser, token)


@register.simple_tag(takes_context=True)
def to(context: Context, name: str, *args: Any, **query: Any) -> str:
    """``{% to "care" ref tab="x" %}``: the address of a page; the moment of this page is kept.

    ``known_at=""`` leads to now. Empty values are left out.
    """
    address = reverse(name, args=args)
    desk = context.get("desk")
    if desk is not None and "known_at" not in query and desk.moment.is_past:
        query["known_at"] = desk.known_at
    asked = {key: str(value) for key, value in query.items() if value not in ("", None)}
    return f"{address}?{urlencode(asked)}" if asked else address


@register.simple_tag(takes_context=True)
def here_with(context: Context, **changed: Any) -> str:
    """This page with some values of its query changed; ``None`` and '' take a value out."""
    asked = dict(context["request"].GET.lists())
    for key, value in changed.items():
        if value in ("", None):
            asked.pop(key, None)
        else:
            asked[key] = [str(value)]
    return "?" + urlencode(asked, doseq=True) if asked else context["request"].path


@register.simple_tag(takes_context=True)
def money(context: Context, cents: int | None, currency: str = "EUR") -> str | SafeString:
    """An amount with its cents and currency; nothing is a dash."""
    if cents is None:
        return "–"
    return format_html('<span class="money">{}</span>', amount_text(int(cents), currency, _language(context)))


@register.simple_tag(takes_context=True)
def moved(context: Context, cents: int, currency: str = "EUR") -> SafeString:
    """A difference with its sign, also a plus."""
    text = amount_text(int(cents), currency, _language(context))
    return format_html('<span class="money moved">{}{}</span>', "+" if cents > 0 else "", text)


@register.simple_tag(takes_context=True)
def amount(context: Context, cents: int | None, currency: str, why: str) -> str | SafeString:
    """An amount as a door: a click opens its why (``why``: an address) beside it, a second click its page."""
    if cents is None:
        return "–"
    text = amount_text(int(cents), currency, _language(context))
    title = said(_language(context), "desk.why")
    return format_html('<a class="money door" href="{}" data-why title="{}">{}</a>', why, title, text)


@register.simple_tag(takes_context=True)
def before_after(
    context: Context, before: int | None, after: int | None, currency: str = "EUR"
) -> SafeString:
    """``before → after`` on one line, the old value struck; None: there was none."""
    language = _language(context)
    texts = [
        "–" if cents is None else amount_text(int(cents), currency, language) for cents in (before, after)
    ]
    return format_html(
        '<span class="change"><del><span class="unseen">{} </span>{}</del> <span aria-hidden="true">→</span> '
        '<ins><span class="unseen">{} </span>{}</ins></span>',
        said(language, "change.before"),
        texts[0],
        said(language, "change.after"),
        texts[1],
    )


@register.simple_tag(takes_context=True)
def day(context: Context, on: date | None) -> str:
    """A day in words; nothing is a dash."""
    return "–" if on is None else day_text(on, _language(context))


@register.simple_tag(takes_context=True)
def month(context: Context, on: date | None) -> str:
    """A month in words."""
    return "–" if on is None else month_text(on, _language(context))


@register.simple_tag(takes_context=True)
def of_month(context: Context, on: date) -> str:
    """A month with its preposition: ``of April 2024``, « d’avril 2024 », « de mars 2024 »."""
    text = month_text(on, _language(context))
    if _language(context) == "en":
        return f"of {text}"
    return f"d’{text}" if text[0] in "ao" else f"de {text}"


@register.simple_tag(takes_context=True)
def instant(context: Context, at: datetime | str | None, seconds: bool = False) -> str:
    """An instant in Paris: ``14 March 2026, 09:12``. ISO text without a zone is Paris already."""
    if at is None or at == "":
        return "–"
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return instant_text(moment, _language(context), seconds)


@register.simple_tag(takes_context=True)
def person_name(context: Context, ref: str | None, name: str | None = None) -> str:
    """A member's name as this person may see it: the name, or a pseudonym."""
    desk = context.get("desk")
    return desk.name(ref, name) if desk else ""


@register.simple_tag
def small_id(text: object) -> SafeString:
    """A number or code: small, grey, copied by a click."""
    return format_html('<code class="id" data-copy>{}</code>', text)


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """``{% may "tell" as allowed %}``."""
    desk = context.get("desk")
    return bool(desk and desk.may(permission))


@register.simple_tag(takes_context=True)
def may_act(context: Context, permission: str) -> bool:
    """Like ``may``, and the page shows now: nothing can be done in the past, but to ask somebody about it."""
    desk = context.get("desk")
    return bool(desk and desk.may(permission) and (permission == "escalate" or not desk.moment.is_past))


@register.simple_tag(takes_context=True)
def waterfall(context: Context, split: Split, currency: str = "EUR", small: bool = False) -> SafeString:
    """The bar of who paid what: charged = Sécu + others + us + out of pocket (+ undecided), figures under it."""
    return waterfall_bar(split, currency, _language(context), small)


@register.simple_tag(takes_context=True)
def changes_listed(context: Context, steps: Steps) -> SafeString:
    """The changes of the time bar, newest first, as items of a list."""
    others = urlencode({k: v for k, v in context["request"].GET.lists() if k != "known_at"}, doseq=True)
    address = f"?{others}&known_at=" if others else "?known_at="
    return changes_as_items(steps, _language(context), may(context, Permission.SEE_TECHNICAL), address)


@register.filter
def escaped(text: object) -> str:
    """For a part of an address."""
    return quote(str(text), safe="")


@register.simple_tag(takes_context=True)
def right(context: Context, permission: str) -> str:
    """The sentence of a permission."""
    return SENTENCES[Permission(permission)][0 if _language(context) == "en" else 1]


@register.simple_tag(takes_context=True)
def colon(context: Context) -> str:
    """A colon: the French one has a blank before it, at which no line breaks."""
    return "\u00a0:" if _language(context) == "fr" else ":"


@register.simple_tag(takes_context=True)
def sees_name(context: Context, ref: str) -> bool:
    """Whether this person may see this member by name."""
    desk = context.get("desk")
    return bool(desk and desk.sees_name(ref))


@register.simple_tag(takes_context=True)
def role_word(context: Context, role: str) -> str:
    """Primary, partner, child."""
    return said(_language(context), f"member.role_{role}")


@register.simple_tag(takes_context=True)
def document_word(context: Context, kind: str) -> str:
    """What a document is called."""
    return said(_language(context), f"care.kind_{kind}")


@register.simple_tag(takes_context=True)
def link_word(context: Context, role: str | None) -> str:
    """What part a message plays in its act."""
    return said(_language(context), f"care.role_{role or ''}")


@register.simple_tag(takes_context=True)
def limit_word(context: Context, limit: str) -> str:
    """What decided an amount."""
    return said(_language(context), f"care.limit_{limit}")


@register.simple_tag(takes_context=True)
def percent(context: Context, rate_ppm: int) -> str:
    """A rate: 700 000 ppm is 70 %."""
    return percent_text(int(rate_ppm), _language(context))


def _word(group: str) -> Callable[[Context, str], str]:
    def word(context: Context, key: str) -> str:
        return said(_language(context), f"{group}_{key}")

    return word


for _tag, _group in {
    "level_word": "cases.level",
    "kind_word": "cases.kind",
    "case_state": "cases.state",
    "step_word": "cases.step",
    "move_word": "cases.move",
}.items():
    register.simple_tag(_word(_group), takes_context=True, name=_tag)


@register.simple_tag
def month_path(on: date) -> str:
    """A month as addresses carry it: ``2026-03``."""
    return f"{on:%Y-%m}"


def _known_word(group: str) -> Callable[[Context, str], str]:
    """A word if the desk has one for the key; else the key itself, readable."""

    def word(context: Context, key: str) -> str:
        name = f"{group}_{key}"
        return said(_language(context), name) if name in all_words() else key.replace("_", " ")

    return word


for _tag, _group in {
    "basis_word": "cover.basis",
    "arrival_word": "cover.arrival",
    "tier_word": "tier",
    "component_word": "component",
    "status_word": "status",
}.items():
    register.simple_tag(_known_word(_group), takes_context=True, name=_tag)


@register.simple_tag(takes_context=True)
def field_value(context: Context, value: object) -> str:
    """A value of a fact as people read it: days in words, yes and no, nothing as a dash."""
    if isinstance(value, str):
        bare = value.replace(" ", "_")
        for name in (f"value_{bare}", f"rulebooks.value_{bare}"):
            if name in all_words():
                return said(_language(context), name)
        return value_text(value.replace("_", " "), _language(context))
    return value_text(value, _language(context))


@register.simple_tag(takes_context=True)
def field_word(context: Context, key: str) -> str:
    """A field of a fact or of a rulebook's line as people call it."""
    for name in (f"field_{key}", f"rulebooks.field_{key.replace(' ', '_')}"):
        if name in all_words():
            return said(_language(context), name)
    return field_text(key, _language(context)).replace("_", " ")
