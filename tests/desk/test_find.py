"""Whoever types a name or a number gets there, and nobody learns a name that is not for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from avenant.store.database import Database

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

SOMEBODY = """SELECT m.ref, d.value FROM member AS m JOIN person_detail AS d USING (member_id)
    WHERE d.kind = 'name' AND m.version = 1 AND d.value IS NOT NULL ORDER BY m.member_id LIMIT 1"""
SETTLED = "SELECT series || '-' || year || '-000001' FROM invoice WHERE number = 1 ORDER BY year LIMIT 1"
TOLD = """SELECT l.ref, d.ref, d.member_ref FROM reimbursement AS r JOIN care_line AS l ON l.line_id = r.act_id
    JOIN document AS d USING (document_id) ORDER BY r.entry_id LIMIT 1"""


def asked(book: Database, query: str) -> tuple[str, ...]:
    with book.connect() as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return tuple(row)


def test_a_name_is_found_and_never_stands_in_the_address(
    enter: Callable[..., Client], played_book: Database
) -> None:
    ref, name = asked(played_book, SOMEBODY)
    care = enter("care")
    answer = care.post("/find", {"q": name})
    assert answer.status_code == 302
    assert name.split()[0] not in answer["Location"]
    page = care.get(answer["Location"]).content.decode()
    assert ref in page
    assert f"/members/{ref}/care" in page


def test_the_number_of_an_invoice_opens_it_and_a_document_leads_to_its_care_event(
    enter: Callable[..., Client], played_book: Database
) -> None:
    care = enter("care")
    (number,) = asked(played_book, SETTLED)
    assert care.post("/find", {"q": number.lower()})["Location"] == f"/invoices/{number}"
    line, document, member = asked(played_book, TOLD)
    for kind, ref in (("act", line), ("document", document)):
        hits = care.post("/find/quick", {"q": ref}, headers={"HX-Request": "true"}).content.decode()
        assert f"/find/{kind}/" in hits, ref
        answer = care.get(f"/find/{kind}/{ref.replace('#', '%23')}")
        assert answer.status_code == 302, answer.content.decode()[-900:]
        assert answer["Location"].startswith(f"/members/{member}/care")
        assert care.get(answer["Location"]).status_code == 200


def test_an_engineer_finds_by_number_only_and_reads_no_name(
    enter: Callable[..., Client], played_book: Database
) -> None:
    ref, name = asked(played_book, SOMEBODY)
    engineer = enter("engineering")
    by_name = engineer.post("/find/quick", {"q": name}, headers={"HX-Request": "true"}).content.decode()
    assert ref not in by_name
    by_number = engineer.post("/find/quick", {"q": ref}, headers={"HX-Request": "true"}).content.decode()
    assert ref in by_number
    assert name not in by_number


def test_the_palette_offers_the_people_one_looked_at_last(
    enter: Callable[..., Client], own_book: Database
) -> None:
    ref, name = asked(own_book, SOMEBODY)
    care = enter("care", own_book)
    assert name not in care.get("/find/quick", headers={"HX-Request": "true"}).content.decode()
    care.get(f"/members/{ref}/care")
    palette = care.get("/find/quick", headers={"HX-Request": "true"}).content.decode()
    assert name in palette
    assert "data-choice" in palette


def test_what_nobody_can_look_for_is_answered_by_a_sentence(enter: Callable[..., Client]) -> None:
    care = enter("care")
    for typed in ("x" * 5_000, "a b c d e f g h i j", "\x00", "\ufffd\u202e"):
        for path in ("/find", "/find/quick"):
            answer = care.post(path, {"q": typed}, follow=True, headers={"HX-Request": "true"})
            assert answer.status_code == 200, (path, typed, answer.content.decode()[-700:])
    assert "at most 100 signs" in care.get("/find", {"q": "x" * 101}).content.decode()
    assert care.get("/find?search=unknown").status_code == 200
    assert care.get("/find/document/NO-SUCH").status_code == 404
