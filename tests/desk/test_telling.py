"""Facts in: what a form shows before saving is what the night then books; refusals, overtaking, double clicks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from avenant.core.book.entries import PREMIUMS
from avenant.core.book.restating import restated
from avenant.core.wording.figures import amount_text, month_text
from avenant.flows import nightly
from avenant.store.database import PARIS, Database
from avenant.store.frames import read_frame
from avenant.store.readers.naming import with_refs

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
CELL = re.compile(r"<[^>]+>|\s+")


@pytest.fixture
def family(played_book: Database) -> dict[str, Any]:
    """An open cover of a primary that began at least four months ago, and its facts."""
    with played_book.connect() as connection:
        row = connection.execute(
            """SELECT m.ref, e.ref, c.ref, e.plan, e.level, e.valid_from FROM enrolment AS e
               JOIN member AS m USING (member_id) JOIN contract AS c USING (contract_id)
               WHERE e.valid_to IS NULL AND m.role = 'primary' AND e.version = 1 AND m.version = 1 AND c.version = 1
                 AND c.kind = 'individual' AND e.valid_from < %s
                 AND (SELECT max(version) FROM enrolment WHERE enrolment_id = e.enrolment_id) = 1
                 AND (SELECT count(*) FROM enrolment WHERE member_id = e.member_id) = 1
               ORDER BY e.enrolment_id LIMIT 1""",
            [today(played_book) - timedelta(days=130)],
        ).fetchone()
    assert row is not None
    return dict(zip(("member", "cover", "contract", "plan", "level", "since"), row, strict=True))


def today(book: Database) -> date:
    return book.now().astimezone(PARIS).date()


def late_departure(family: dict[str, Any], book: Database) -> dict[str, str]:
    last_day = today(book) - timedelta(days=40)
    return {"about": family["member"], "enrolment": family["cover"], "last_day": str(last_day)}


def seal_in(html: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', html)
    assert found is not None, html[-3000:]
    return found[1]


def rows_told(html: str, table: str) -> list[tuple[str, ...]]:
    """Who, and the cells of each row, of every table of this kind on the page."""
    found = []
    for who, inside in re.findall(rf'data-{table}="([^"]+)">.*?<tbody>(.*?)</tbody>', html, re.S):
        for row in re.findall(r"<tr>(.*?)</tr>", inside, re.S):
            cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
            found.append((who, *(" ".join(CELL.sub(" ", cell).split()) for cell in cells)))
    return found


def booked(book: Database, run_id: int) -> list[tuple[str, ...]]:
    """What a run wrote to the premium book, in the words of the preview."""
    with book.connect() as connection:
        entries = read_frame(
            connection,
            f"""SELECT {", ".join(PREMIUMS.entry)} FROM premium JOIN change USING (change_id)
                WHERE run_id = {run_id:d}""",
            {name: PREMIUMS.columns[name] for name in PREMIUMS.entry},
        )
        rows = with_refs(connection, restated(PREMIUMS, entries))
    return [
        (
            row["member_ref"],
            month_text(row["month"], "en"),
            f"{row['level']} {row['component']}",
            *(
                amount_text(row[f"{side}_amount_cents"] or 0, row["currency"], "en")
                for side in ("before", "after")
            ),
        )
        for row in rows.to_dicts()
    ]


def in_words(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Who, month, slot, before and after of rows of the page."""
    told = []
    for who, month, slot, _days, moved, *_ in rows:
        found = re.match(r"before (\S+) → after (\S+)", moved)
        assert found is not None, moved
        before, after = (text.replace("–", "€0.00") for text in found.groups())
        told.append((who, month, slot.split(",")[0], before, after))
    return told


def test_what_the_preview_shows_is_what_the_night_books(
    enter: Enter, own_book: Database, family: dict[str, Any]
) -> None:
    nightly.run(own_book, today(own_book))
    client, sent = enter("operations", own_book), late_departure(family, own_book)
    seen = client.post("/tell/departure/preview", sent)
    assert seen.status_code == 200
    html = seen.content.decode()
    told = in_words(rows_told(html, "premiums"))
    assert told and "Nothing is saved yet" in html
    answer = client.post("/tell/departure/save", sent | {"seal": seal_in(html), "reason": "told by mail"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert f'/members/{family["member"]}/cover">' in page and "next night books" in page
    run = nightly.run(own_book, today(own_book))
    assert sorted(told) == sorted(booked(own_book, run.run_id))


def test_a_double_click_keeps_one_dependant(enter: Enter, own_book: Database, family: dict[str, Any]) -> None:
    client = enter("operations", own_book)
    day = str(today(own_book) - timedelta(days=20))
    sent = {"about": family["member"], "role": "child", "name": "Éloïse Durand", "birth_date": day}
    sent |= {"contract": family["contract"], "first_day": day, "cover": ""}
    html = client.post("/tell/new-dependant/preview", sent).content.decode()
    assert "erasable store" in html
    sent |= {"seal": seal_in(html), "reason": "born"}
    first, second = (client.post("/tell/new-dependant/save", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    page = client.get(second["Location"]).content.decode()
    assert "saved already" in page and "Éloïse Durand" in page
    with own_book.connect() as connection:
        count = connection.execute(
            "SELECT count(*) FROM member WHERE ref LIKE %s", [f"{family['member']}-child%"]
        ).fetchone()
    assert count == (1,)


def test_who_comes_second_sees_what_the_first_did_and_decides(
    enter: Enter, own_book: Database, family: dict[str, Any]
) -> None:
    client, sent = enter("operations", own_book), late_departure(family, own_book)
    later = sent | {"last_day": str(today(own_book) - timedelta(days=10))}
    mine, theirs = (
        seal_in(client.post("/tell/departure/preview", one).content.decode()) for one in (later, sent)
    )
    client.post("/tell/departure/save", sent | {"seal": theirs, "reason": "left early"})
    answer = client.post("/tell/departure/save", later | {"seal": mine, "reason": "left late"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "left early" in html and "Nothing of yours was saved" in html and later["last_day"] in html
    again = client.post("/tell/departure/save", later | {"seal": seal_in(html), "reason": "left late"})
    assert again.status_code == 302


def test_what_was_changed_after_the_preview_is_previewed_again(
    enter: Enter, played_book: Database, family: dict[str, Any]
) -> None:
    client, sent = enter("operations"), late_departure(family, played_book)
    seal = seal_in(client.post("/tell/departure/preview", sent).content.decode())
    other = sent | {"last_day": str(today(played_book)), "seal": seal, "reason": "left"}
    answer = client.post("/tell/departure/save", other)
    assert answer.status_code == 409 and "changed the form" in answer.content.decode()
    forged = client.post("/tell/departure/save", sent | {"seal": "none", "reason": "left"})
    assert forged.status_code == 409 and "Nothing was saved" in forged.content.decode()
    silent = client.post("/tell/departure/save", sent | {"seal": seal, "reason": " "})
    assert silent.status_code == 422 and "Say why" in silent.content.decode()


@pytest.mark.parametrize(
    ("what", "sent", "field", "said"),
    [
        ("departure", {"last_day": "31/02/2026"}, "last_day", "is not a day"),
        ("departure", {"last_day": "9999-12-31"}, "last_day", "too far"),
        ("departure", {"last_day": "1990-01-01"}, "last_day", "cancelled, not ended"),
        (
            "departure",
            {"enrolment": "E'; DROP", "last_day": "2026-01-01"},
            "enrolment",
            "not one of the choices",
        ),
        ("departure", {"last_day": ""}, "last_day", "This is needed"),
        ("late-start", {"cover": "no|such", "first_day": "2026-01-01"}, "cover", "not one of the choices"),
        ("birth-date", {"birth_date": "2099-01-01"}, "birth_date", "lies after"),
        ("document", {"charged": "1e9", "rate": "170"}, "rate", "is not a rate"),
        ("exception", {"why": "x" * 301}, "why", "At most 300"),
        ("new-dependant", {"name": "\x00\ud800" + "y" * 300, "role": "dog"}, "name", "At most 200"),
    ],
)
def test_wrong_input_is_told_at_its_field_and_stays(
    enter: Enter, family: dict[str, Any], what: str, sent: dict[str, str], field: str, said: str
) -> None:
    usual = {"about": family["member"], "member": family["member"], "enrolment": family["cover"]}
    sent = {name: text.encode("utf-8", "replace").decode() for name, text in (usual | sent).items()}
    answer = enter("operations").post(f"/tell/{what}/preview", sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    found = re.search(rf'id="w-{field}">([^<]*)<', html)
    assert found is not None and said in found[1], found
    if field == "last_day" and sent[field]:
        assert f'value="{sent[field]}"' in html


def test_a_form_being_filled_in_is_not_scolded(enter: Enter, family: dict[str, Any]) -> None:
    sent = {"about": family["member"], "enrolment": family["cover"], "live": "1"}
    answer = enter("operations").post("/tell/departure/preview", sent, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in html and "This is needed" not in html
    assert 'id="w-last_day" hx-swap-oob="true"' in html and "as soon as the form is filled in" in html


def test_every_form_opens_in_both_languages(enter: Enter, family: dict[str, Any], own_book: Database) -> None:
    from avenant.desk.models import User
    from avenant.desk.telling_forms import FORMS

    client = enter("operations", own_book)
    for language in ("en", "fr"):
        User.objects.filter(username="operations").update(language=language)
        for what in FORMS:
            html = client.get(f"/tell/{what}", {"member": family["member"]}).content.decode()
            assert f'action="/tell/{what}/preview"' in html, html[-500:]
    assert client.get("/tell/nothing", {"member": family["member"]}).status_code == 404


def test_the_list_asks_whose_facts_and_takes_a_contract(enter: Enter, family: dict[str, Any]) -> None:
    client = enter("operations")
    assert client.get("/tell").status_code == 200
    assert client.get("/tell", {"contract": "none\x00"}).status_code == 200
    assert client.get("/tell", {"contract": family["contract"]}, follow=True).status_code == 200
    assert client.get("/tell", {"member": "nobody"}).status_code == 404
    assert client.get("/tell", {"member": family["member"], "known_at": "2025-12-01"}).status_code == 409
    assert client.get("/tell/departure").status_code == 302


@pytest.mark.parametrize("role", ["care", "claims", "engineering", "administrator", "auditor"])
def test_only_operations_tells(enter: Enter, family: dict[str, Any], role: str) -> None:
    client = enter(role)
    assert client.get("/tell/departure", {"member": family["member"]}).status_code == 403
    for act in ("preview", "save"):
        assert client.post(f"/tell/departure/{act}", {"about": family["member"]}).status_code == 403
