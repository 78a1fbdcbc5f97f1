"""Words and figures of the administrator's pages, the auditor's and the checks."""

from __future__ import annotations

from django import template
from django.template.context import Context

from avenant.core.wording.figures import THOUSANDS
from avenant.desk.roles import ROLES
from avenant.desk.templatetags.desk import _known_word, _language
from avenant.desk.templatetags.desk import to as to_page
from avenant.desk.words import say

register = template.Library()

for _tag, _group in {
    "request_state": "two.state",
    "frame_word": "rulebooks.frame",
    "visit_word": "visits.kind",
    "page_word": "visits.page",
    "check_word": "checks.state",
    "severity_word": "checks.severity",
    "owner_word": "checks.owner",
}.items():
    register.simple_tag(_known_word(_group), takes_context=True, name=_tag)


@register.simple_tag(takes_context=True)
def line_state(context: Context, state: str) -> str:
    """New, gone, changed."""
    return say(_language(context), f"rulebooks.{state}")


@register.simple_tag(takes_context=True)
def desk_role(context: Context, role: str) -> str:
    """The name of a role of the desk; its key where the role is no more."""
    known = ROLES.get(role)
    return role if known is None else known.names[0 if _language(context) == "en" else 1]


@register.simple_tag(takes_context=True)
def seconds_text(context: Context, milliseconds: int) -> str:
    """Milliseconds as seconds with one decimal."""
    text = f"{milliseconds / 1000:.1f}"
    return text if _language(context) == "en" else text.replace(".", ",")


@register.simple_tag(takes_context=True)
def grouped(context: Context, number: int) -> str:
    """A number with its thousands set apart."""
    return f"{number:,}".replace(",", THOUSANDS[_language(context)])


@register.simple_tag(takes_context=True)
def kept_address(context: Context, address: str) -> str:
    """An address with the moment of this page."""
    desk = context.get("desk")
    if desk is None or not desk.moment.is_past or "known_at=" in address:
        return address
    return f"{address}?{to_page(context, 'home').partition('?')[2]}"
