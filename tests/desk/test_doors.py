"""Every address has a declared permission, and lets exactly the roles in that hold it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from avenant.desk.doors import ANYBODY
from avenant.desk.roles import ROLES, SENTENCES, Permission
from avenant.store.database import Database

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

ACCOUNT = "account/"
"""Signing in and the second factor: allauth guards these itself."""


def addresses() -> Iterator[tuple[str, Any]]:
    """Route and view of every address of the desk."""
    from avenant.desk.urls import PAGES

    for module in PAGES:
        for pattern in module.urlpatterns:
            yield str(pattern.pattern), pattern.callback


def examples(database: Database) -> dict[str, str]:
    """A real value for each argument of an address."""
    with database.connect() as connection:

        def one(query: str) -> str:
            row = connection.execute(query).fetchone()
            return str(row[0]) if row else "1"

        return {
            "ref": one("SELECT ref FROM member ORDER BY member_id LIMIT 1"),
            "event": one("SELECT act_id FROM reimbursement LIMIT 1"),
            "act": one("SELECT act_id FROM reimbursement LIMIT 1"),
            "month": "2025-09",
            "run": one("SELECT run_id FROM run LIMIT 1"),
            "form": "csv",
            "line": "1",
            "kind": "act",
            "what": "departure",
            "name": one("SELECT act_id FROM reimbursement LIMIT 1"),
        }


def filled(route: str, values: dict[str, str]) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "1"), route)


def test_every_address_declares_its_permission() -> None:
    undeclared = [route for route, view in addresses() if not hasattr(view, "permission")]
    assert undeclared == []


def test_every_permission_has_a_sentence_and_a_role() -> None:
    assert set(SENTENCES) == set(Permission)
    held = {permission for role in ROLES.values() for permission in role.permissions}
    assert held == set(Permission)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_each_role_passes_exactly_the_doors_it_may(
    role: str | None, enter: Callable[..., Client], played_book: Database
) -> None:
    client, values = enter(role), examples(played_book)
    wrong = []
    for route, view in addresses():
        answer = client.get(filled(route, values))
        permission = view.permission
        if permission == ANYBODY:
            fine = answer.status_code != 500
        elif role is None:
            fine = answer.status_code == 302 and "/account/login/" in answer["Location"]
        elif ROLES[role].may(permission):
            fine = answer.status_code in (200, 302, 400, 404, 405)
        else:
            fine = answer.status_code == 403
        if not fine:
            wrong.append((route, answer.status_code, answer.content.decode()[-300:]))
    assert wrong == []


def test_nobody_posts_where_the_role_may_not(enter: Callable[..., Client], played_book: Database) -> None:
    client, values = enter("auditor"), examples(played_book)
    for route, view in addresses():
        if view.permission != ANYBODY and not ROLES["auditor"].may(view.permission):
            assert client.post(filled(route, values)).status_code == 403, route
