"""Whatever is asked of an address is answered by a page with a sentence: never a 500, nothing written."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from avenant.desk.doors import ANYBODY
from avenant.desk.roles import ROLES
from avenant.store.database import Database
from tests.desk.hostile import KNOWN_AT, fields_read, filled, values
from tests.desk.test_doors import addresses, examples

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
TIMES = 6
CHANGES_ITSELF = ("language", "runs/retry")
"""What may be posted by anybody, or says in its own sentence that nothing was done."""


def who_may(view: Any) -> str:
    """A role that passes the door of a view."""
    if view.permission == ANYBODY:
        return "auditor"
    return next(key for key, role in ROLES.items() if role.may(view.permission))


def is_answered(answer: Any) -> bool:
    """Whether an answer leads on, or tells in a page (or a part of one) what is the matter."""
    if answer.status_code in (301, 302):
        return not answer["Location"].startswith(("//", "http", "javascript"))
    body = answer.content.decode("utf-8", "replace")
    told = answer.status_code < 400 or "<h1" in body or 'class="message' in body
    return answer.status_code < 500 and told and "<script>alert" not in body


def asked(client: Client, method: str, address: str, *sent: Any, **more: Any) -> str:
    """'' where the answer is fine, else what was asked and answered."""
    answer = getattr(client, method)(address, *sent, **more)
    if is_answered(answer):
        return ""
    text = re.sub(r"<[^>]+>|\s+", " ", answer.content.decode("utf-8", "replace"))
    return f"{method} {address[:150]} {str(sent)[:300]} -> {answer.status_code}: {text[-200:]}"


def test_no_address_breaks_on_hostile_arguments_and_queries(enter: Enter, own_book: Database) -> None:
    draw, names, real = random.Random(7), fields_read(), examples(own_book)
    clients = {role: enter(role, own_book) for role in ROLES}
    head, wrong = own_book.head(), []
    for route, view in addresses():
        for _ in range(TIMES):
            query = values(names, draw) | ({"known_at": draw.choice(KNOWN_AT)} if draw.random() < 0.3 else {})
            address = f"{filled(route, draw, real)}?{urlencode(query)}"
            headers = {"HX-Request": "true"} if draw.random() < 0.2 else {}
            wrong.append(asked(clients[who_may(view)], "get", address, headers=headers))
    assert [one for one in wrong if one] == []
    assert own_book.head() == head


def test_no_form_breaks_on_hostile_fields_and_nothing_is_written(enter: Enter, own_book: Database) -> None:
    draw, names, real = random.Random(11), fields_read(), examples(own_book)
    clients = {role: enter(role, own_book) for role in ROLES}
    head, wrong = own_book.head(), []
    for route, view in addresses():
        for _ in range(TIMES):
            sent = values(names, draw)
            wrong.append(asked(clients[who_may(view)], "post", filled(route, draw, real), sent))
    assert [one for one in wrong if one] == []
    assert own_book.head() == head


@pytest.mark.parametrize("typed", KNOWN_AT, ids=lambda typed: ascii(typed)[:24])
def test_a_moment_that_cannot_be_is_refused_by_a_sentence(
    enter: Enter, played_book: Database, typed: str
) -> None:
    client, ref = enter("operations"), examples(played_book)["ref"]
    for page in (f"/members/{ref}/care", f"/members/{ref}/cover", "/runs", "/work", "/find", "/"):
        answer = client.get(page, {"known_at": typed})
        text = answer.content.decode()
        assert answer.status_code == 400 and "<h1" in text and 'href="/' in text, (page, answer.status_code)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/acts/99999999999999999999/why",
            "/members/no-such/care/99999999999999999999",
            "/cases/" + "9" * 30,
        ),
        *("/runs/99999999999999999999", "/invoices/NO-1/lines/99999999999999999999", "/users/" + "9" * 30),
        *(
            "/members/%00/care",
            "/members/%ff/cover",
            "/contracts/%00",
            "/invoices/%00/file/pdf",
            "/graph/%00",
        ),
        *("/rulebooks/99999999999999999999", "/graph/99999999999999999999", "/reveal/%00", "/work/%00/%00"),
        *("/members/no-such/premiums/9999-12", "/erasure/%00", "/find/act/%00", "/checks/%00", "/nowhere"),
    ],
)
def test_what_is_unknown_is_said_with_a_way_back(enter: Enter, path: str) -> None:
    for role in ROLES:
        answer = enter(role).get(path)
        assert answer.status_code in (403, 404, 405), (role, answer.status_code)
        assert b"<h1" in answer.content and b'href="/' in answer.content, role


def test_a_request_that_is_too_large_is_refused(enter: Enter, played_book: Database) -> None:
    client = enter("operations")
    many = {f"field{number}": "x" for number in range(2_100)}
    for path in ("/find", "/tell/departure/preview", "/cases/new"):
        assert client.post(path, many).status_code == 400
        assert client.post(path, {"q": "x" * 3_000_000}).status_code in (400, 413)
        broken = client.post(path, b"--x\r\nContent-Disp", content_type="multipart/form-data; boundary=x")
        assert broken.status_code < 500
