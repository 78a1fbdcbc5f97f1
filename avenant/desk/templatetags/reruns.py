"""Words of the pages of re-runs."""

from __future__ import annotations

from django import template
from django.template.context import Context

from avenant.desk.roles import ROLES
from avenant.desk.templatetags.desk import _known_word, _language

register = template.Library()
for _tag, _group in {"subject_word": "rerun.subject", "standing_word": "rerun.standing"}.items():
    register.simple_tag(_known_word(_group), takes_context=True, name=_tag)


@register.simple_tag(takes_context=True)
def role_named(context: Context, role: str) -> str:
    """The name of a role, also of one that only a terminal knows."""
    known = ROLES.get(role)
    return known.names[_language(context) == "fr"] if known else role
