"""Every field of every form, malformed one at a time in a form that is right otherwise; double clicks; two people."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.db import connections

from avenant.store.database import Database
from tests.desk.hostile import VALUES
from tests.desk.test_bad_input import asked
from tests.desk.test_home_runs_work import form, held, undecided
from tests.desk.test_news_and_night import (
    ALONE,
    CARE_MOVES,
    PREMIUMS_MOVE,
    SEAL,
    departure,
    found,
    new_dependant,
)
from tests.desk.told_and_booked import today

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
Sent = tuple[str, str, dict[str, str]]
"""Role, address, and what its form would send."""
TRIES = 2


def forms(book: Database) -> Iterator[Sent]:
    """A form of each kind, filled in as it should be, but for what only its page can give."""
    from avenant.desk.case_work import Question, opened_case
    from avenant.desk.models import User

    care = User.objects.get(username="care")
    case = opened_case(care, Question("Why?", "premium", "operations", "Please look", "/work", "Work", ""))
    primary = found(book, " SELECT * FROM cover WHERE role = 'primary' ORDER BY member LIMIT 1")
    match, change = undecided(book)[0], held(book)
    for news in (departure, *PREMIUMS_MOVE, *CARE_MOVES):
        yield "operations", f"/tell/{news.__name__.replace('_', '-')}/preview", news(book)
        about = {"about": primary["member"], "seal": "x:y:z", "reason": "asked for"}
        yield "operations", f"/tell/{news.__name__.replace('_', '-')}/save", about
    question = {"title": "Why?", "kind": "premium", "level": "operations", "note": "", "from": "/work"}
    yield "care", "/cases/new", question | {"page_title": "Work", "member": primary["member"], "case": ""}
    step = {"move": "comment", "note": "", "edition": "1", "assignee": ""}
    yield "operations", f"/cases/{case.pk}/step", step
    yield "claims", f"{match}/answer", {"answer": "exception", "amount": "1", "reason": "", "seen": "0a"}
    yield "claims", f"{match}/withdraw", {"answer": "no-such"}
    yield "operations", f"{change}/answer", {"answer": "approve", "seen": "0a"}
    yield "operations", "/runs/retry", {"family": "no-such", "back": "/work"}
    yield "administrator", "/users/add", {"username": "a b", "role": "care", "email": "", "language": "fr"}
    yield "administrator", f"/users/{care.pk}", {"change": "role", "role": "none", "language": "none"}
    yield "administrator", "/rulebooks/ask", {"folder": "shipped", "version": "0", "reason": "as agreed on"}
    yield "administrator", "/rulebooks/decide", {"request": "0", "decision": "confirm"}
    yield "administrator", "/breaker/ask", {"run": "0", "reason": "as agreed on Monday"}
    yield "administrator", "/breaker/decide", {"request": "0", "decision": "confirm"}
    yield "administrator", f"/erasure/{primary['member']}", {"confirmation": "yes"}
    yield "engineering", f"/reveal/{primary['member']}", {"reason": "too short", "back": "/work"}
    yield "engineering", "/account", {"source_root": "not/absolute"}
    yield "care", f"/contracts/{primary['contract']}", {"filter": "nobody at all", "former": "1", "page": "1"}


def test_every_field_of_every_form_is_judged_and_nothing_is_written(enter: Enter, own_book: Database) -> None:
    draw = random.Random(5)
    enter("care", own_book)
    all_forms = list(forms(own_book))
    clients = {role: enter(role, own_book) for role in {role for role, _, _ in all_forms}}
    head, wrong = own_book.head(), []
    for role, address, sent in all_forms:
        for field in sent:
            for typed in draw.sample(VALUES, TRIES):
                wrong.append(asked(clients[role], "post", address, sent | {field: typed}))
        wrong.append(asked(clients[role], "post", address, {}))
    assert [one for one in wrong if one] == []
    assert own_book.head() == head


@pytest.mark.parametrize("field", ["who", "kind", "year", "min", "max", "pending", "shown"])
def test_filters_of_care_are_judged(enter: Enter, played_book: Database, field: str) -> None:
    ref = found(played_book, " SELECT * FROM cover ORDER BY member LIMIT 1")["member"]
    client = enter("care")
    values = random.Random(field).sample(VALUES, 6)
    wrong = [asked(client, "get", f"/members/{ref}/care", {field: typed}) for typed in values]
    assert [one for one in wrong if one] == []


def test_what_belongs_to_another_family_is_no_choice(enter: Enter, own_book: Database) -> None:
    """Their act, cover, line, document or person: refused where it is named, and not shown."""
    mine, theirs = paid_by_two_families(own_book)
    client = enter("operations", own_book)
    other_event = client.get(f"/members/{mine['member']}/care/{theirs['act']}")
    assert other_event.status_code == 404 and "<h1" in other_event.content.decode()
    day, head = str(today(own_book)), own_book.head()
    for what, field, value in (
        ("departure", "enrolment", theirs["cover"]),
        ("cancellation", "line", theirs["line"]),
        ("exception", "line", theirs["line"]),
        ("withdrawal", "fact", f"document|{theirs['document']}"),
        ("withdrawal", "fact", f"enrolment|{theirs['cover']}"),
        ("birth-date", "member", theirs["member"]),
        ("document", "member", theirs["member"]),
        ("late-start", "contract", theirs["contract"]),
    ):
        dated = {"last_day": day, "received_on": day, "birth_date": "1980-01-01", "why": "asked for"}
        answer = client.post(f"/tell/{what}/preview", dated | {"about": mine["member"], field: value})
        said = re.search(rf'id="w-{field}">([^<]*)<', answer.content.decode())
        assert answer.status_code == 422 and said and "not one of the choices" in said[1], (what, field)
    assert own_book.head() == head


def paid_by_two_families(book: Database) -> tuple[dict[str, str], dict[str, str]]:
    """An act of each of two families, with everything around it."""
    query = (
        ALONE
        + """ SELECT DISTINCT ON (cover.contract) cover.member, cover.cover, cover.contract, l.ref, d.ref, r.act_id
        FROM cover JOIN reimbursement AS r USING (member_id) JOIN care_line AS l ON l.line_id = r.act_id
        JOIN document AS d USING (document_id)
        WHERE role = 'primary' AND cover.kind = 'individual' AND valid_to IS NULL
          AND l.version = 1 AND d.version = 1 ORDER BY cover.contract LIMIT 2"""
    )
    with book.connect() as connection:
        rows = connection.execute(query).fetchall()
    names = ("member", "cover", "contract", "line", "document", "act")
    mine, theirs = (dict(zip(names, map(str, row), strict=True)) for row in rows)
    return mine, theirs


def test_the_second_of_two_on_a_case_reads_the_first_and_keeps_the_own_note(
    enter: Enter, own_book: Database
) -> None:
    care, operations = enter("care", own_book), enter("operations", own_book)
    question = {
        "title": "Paid twice?",
        "kind": "reimbursement",
        "level": "operations",
        "note": "Look, please",
    }
    first, again = (care.post("/cases/new", question)["Location"] for _ in range(2))
    assert first == again, "a second click opens no second case"
    step = {"move": "comment", "edition": "1", "assignee": "care"}
    assert care.post(f"{first}/step", step | {"note": "It was March"}).status_code == 302
    late = operations.post(f"{first}/step", step | {"note": "My long answer"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "It was March" in page and "My long answer</textarea>" in page and "Nothing of yours" in page
    long = operations.post(f"{first}/step", step | {"edition": "2", "note": "z" * 4_001})
    assert long.status_code == 422 and "z" * 4_001 in long.content.decode()


def test_a_case_asked_again_later_is_another_one(enter: Enter, own_book: Database) -> None:
    from avenant.desk.models import Case

    care = enter("care", own_book)
    question = {
        "title": "Paid twice?",
        "kind": "reimbursement",
        "level": "operations",
        "note": "Look, please",
    }
    first = care.post("/cases/new", question)["Location"]
    for case in Case.objects.all():
        Case.objects.filter(pk=case.pk).update(opened_at=case.opened_at - timedelta(minutes=2))
    assert care.post("/cases/new", question)["Location"] != first


def test_one_save_that_arrives_twice_at_once_is_kept_once(enter: Enter, own_book: Database) -> None:
    sent = new_dependant(own_book)
    pages = [enter("operations", own_book) for _ in range(2)]
    seal = SEAL.search(pages[0].post("/tell/new-dependant/preview", sent).content.decode())
    assert seal is not None
    said = sent | {"seal": html.unescape(seal[1]), "reason": "born in winter"}
    head = own_book.head()

    def saved(client: Client) -> int:
        try:
            return client.post("/tell/new-dependant/save", said).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(saved, pages)) == [302, 302]
    assert own_book.head() == head + 1


def test_who_was_signed_out_meanwhile_comes_back_to_the_page_of_the_form(enter: Enter) -> None:
    nobody, form_page = enter(None), "/tell/departure?member=M0000001"
    came_from = {"Referer": f"http://testserver{form_page}"}
    for more in ({}, {"HX-Request": "true"}):
        answer = nobody.post("/tell/departure/save", {"about": "M0000001"}, headers=came_from | more)
        target = answer.get("Location") or answer["HX-Redirect"]
        assert target == f"/account/login/?{urlencode({'next': form_page})}"
    for elsewhere in ("https://elsewhere.example/tell", "http://[broken", "javascript:alert(1)"):
        answer = nobody.post("/tell/departure/save", headers={"Referer": elsewhere})
        assert answer["Location"].endswith("?next=%2F")


def test_an_answer_is_kept_once_by_two_clicks(enter: Enter, own_book: Database) -> None:
    address, _, theirs, _ = undecided(own_book)
    client = enter("claims", own_book)
    said = form(client, address) | {"answer": "same", "other": theirs}
    head = own_book.head()
    assert [client.post(f"{address}/answer", said).status_code for _ in range(2)] == [302, 302]
    assert own_book.head() == head + 1
