"""What the templates of "Facts in" write with: words of forms, names within a family, differences."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from avenant.desk.templatetags.desk import moved
from avenant.desk.words import say

register = template.Library()


@register.simple_tag(takes_context=True)
def tell_word(context: Context, group: str, name: str) -> str:
    """``{% tell_word "title" "late-start" %}``: words of a form or a field."""
    return say(_language(context), f"tell.{group}_{name}")


@register.simple_tag(takes_context=True)
def known_name(context: Context, names: Mapping[str, str | None], ref: str) -> str:
    """A member of the family as this person may see them; somebody new by the number alone."""
    desk = context.get("desk")
    return (
        desk.name(ref, names.get(ref))
        if desk and ref in names
        else say(_language(context), "tell.somebody_new")
    )


@register.simple_tag(takes_context=True)
def difference(context: Context, before: int | None, after: int | None, currency: str) -> SafeString:
    """What an amount moves by, with its sign."""
    return moved(context, (after or 0) - (before or 0), currency)


def _language(context: Context) -> str:
    return str(context.get("language") or "en")
