"""Home, the runs and the work list: what each role meets, answers in place, and what was gone meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from avenant.desk.charts import around_zero, columns_of
from avenant.desk.roles import ROLES
from avenant.flows.acts import Answered, answer
from avenant.flows.runs import runs
from avenant.flows.work import work_list
from avenant.flows.work_answers import answers_of
from avenant.store.changes import change
from avenant.store.database import Database
from avenant.store.tables import TABLES

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
WORK = "/work"
HTMX = {"HTTP_HX_REQUEST": "true"}
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


def note(db: Database, table: str, **row: Any) -> None:
    """Write one row of what a night notes."""
    told = dict.fromkeys(TABLES[table]) | row
    with change(db, "test", table) as writer:
        writer.write(table, pl.DataFrame([told], schema=TABLES[table]))


def ids(db: Database, query: str) -> tuple[Any, ...]:
    with db.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def undecided(db: Database) -> tuple[str, str, str, str]:
    """Have a line wait that may be the same act as another one: its address, both refs, the member's name."""
    line, member, name, mine, theirs = ids(
        db,
        """SELECT a.line_id, a.member_id, d.value, a.ref, b.ref FROM care_line AS a
           JOIN care_line AS b ON b.member_id = a.member_id AND b.line_id > a.line_id
           JOIN person_detail AS d ON d.member_id = a.member_id AND d.kind = 'name'
           WHERE a.charged_cents > 0 LIMIT 1""",
    )
    waits = {"state": "waiting", "reason": "perhaps_same_act", "candidates": theirs}
    note(db, "waiting", line_id=line, member_id=member, **waits)
    return f"{WORK}/undecided_match/{line}", mine, theirs, name


def held(db: Database) -> str:
    """Have a change wait for an approval; its address."""
    contract, member = ids(db, "SELECT contract_id, member_id FROM enrolment ORDER BY 1 LIMIT 1")
    months = {"first_month": date(2025, 8, 1), "last_month": date(2025, 9, 1), "months": 2}
    about = {"contract_id": contract, "member_id": member, "fingerprint": 7}
    note(db, "held", difference_cents=-100_00, **months, **about)
    return f"{WORK}/held_change/{contract}-{member}"


def parked(db: Database) -> str:
    """Park a family whose facts are right, so that a retry releases it; its primary's number."""
    family, ref = ids(db, "SELECT member_id, ref FROM member WHERE member_id = family_id ORDER BY 1 LIMIT 1")
    note(db, "parking", family_id=family, state="parked", reason="two primaries")
    return str(ref)


def form(client: Client, address: str) -> dict[str, str]:
    """The hidden field of the item's form: what it is an answer to."""
    text = client.get(address).content.decode()
    found = SEEN.search(text)
    assert found is not None, text
    return {"seen": found[1]}


def test_columns_share_one_scale_above_and_below_their_line() -> None:
    chart = columns_of([(10, 0, "a"), (40, 8, "b")], 3)
    assert (chart.zero, chart.most_up, chart.most_down) == ("40.00", 40, 8)
    assert [(bar.x, bar.y, bar.height, bar.meaning) for bar in chart.columns] == [
        ("1.15", "30.00", "10.00", "up"),
        ("2.15", "0.00", "40.00", "up"),
        ("2.15", "40.00", "8.00", "down"),
    ]
    assert columns_of([], 60).columns == () and around_zero(-50, 100, 100) == ("50.00", "100.00", "50.00")


@pytest.mark.parametrize("role", list(ROLES))
def test_home_shows_each_role_only_what_it_may_open(enter: Enter, role: str) -> None:
    text = enter(role).get("/").content.decode()
    parts = {"Last night": "see_runs", "Findings": "see_checks", "Assigned to you": "see_cases"}
    for words, permission in parts.items():
        assert (words in text) == ROLES[role].may(permission), words  # type: ignore[arg-type]
    assert "People you looked at last" in text and "style=" not in text


def test_home_lists_whom_i_looked_at_and_cases_given_to_me(enter: Enter, own_book: Database) -> None:
    client = enter("care", own_book)
    ref, name = ids(
        own_book,
        "SELECT m.ref, d.value FROM member AS m JOIN person_detail AS d USING (member_id) WHERE d.kind = 'name'",
    )
    client.get(f"/members/{ref}/care")
    from avenant.desk.models import Case

    Case.objects.create(title="Why twice?", kind="premium", level="care", opened_by="olga", assignee="care")
    Case.objects.create(title="Not mine", kind="premium", level="engineering", opened_by="olga")
    text = client.get("/").content.decode()
    assert name in text and f"/members/{ref}/care" in text
    assert "Why twice?" in text and "Not mine" not in text
    engineer = enter("engineering", own_book)
    engineer.get(f"/members/{ref}/care")
    text = engineer.get("/").content.decode()
    assert name not in text and "Not mine" in text and "Why twice?" not in text


def test_runs_are_listed_newest_first_and_technical_columns_are_for_engineers(
    enter: Enter, played_book: Database
) -> None:
    found = runs(played_book).rows
    operations = enter("operations").get("/runs").content.decode()
    assert operations.index(f'/runs/{found[0].run_id}"') < operations.index(f'/runs/{found[1].run_id}"')
    assert found[0].code_version not in operations and "<svg" in operations
    assert found[0].code_version in enter("engineering").get("/runs").content.decode()
    payouts = enter("operations").get("/runs?kind=payouts").content.decode()
    assert "Payouts of" in payouts and "Night of" not in payouts


def test_one_run_shows_its_portions_and_nights_before_it_are_unknown(
    enter: Enter, played_book: Database
) -> None:
    night = runs(played_book, kind="nightly").rows[0]
    client = enter("operations")
    text = client.get(f"/runs/{night.run_id}").content.decode()
    assert "Portions" in text and "No family was set aside" in text and "Checked up to" not in text
    assert "Checked up to" in enter("engineering").get(f"/runs/{night.run_id}").content.decode()
    for wrong in (f"/runs/{10**9}", f"/runs/{10**30}", f"/runs/{night.run_id}?known_at=2025-08-01"):
        assert client.get(wrong).status_code in (400, 404)
    assert client.get("/runs?kind=weather").status_code == 400
    assert client.get("/runs?before=x").status_code == 200


def test_a_match_is_answered_and_marked_until_the_night(enter: Enter, own_book: Database) -> None:
    address, mine, theirs, name = undecided(own_book)
    client = enter("claims", own_book)
    shown = client.get("/work?kind=undecided_match").content.decode()
    assert theirs in shown and name in shown and "same act" in shown
    said = form(client, address) | {"answer": "same", "other": theirs}
    answer = client.post(f"{address}/answer", said, follow=True)
    assert answer.status_code == 200 and "Saved." in answer.content.decode()
    item = next(one for one in work_list(own_book, "undecided_match").items if one.ref == mine)
    (told,) = answers_of(own_book, [item])[item.key]
    assert (told.kind, told.other, told.actor) == ("same", theirs, "claims")
    twice = client.post(f"{address}/answer", said, follow=True).content.decode()
    assert "word for word" in twice
    taken = client.post(f"{address}/withdraw", {"answer": told.ref}, follow=True).content.decode()
    assert "Taken back." in taken and answers_of(own_book, [item])[item.key] == ()
    again = client.post(f"{address}/withdraw", {"answer": told.ref}, follow=True).content.decode()
    assert "taken back already" in again


def test_the_second_of_two_people_sees_what_the_first_said(enter: Enter, own_book: Database) -> None:
    address, mine, theirs, _ = undecided(own_book)
    client = enter("operations", own_book)
    opened = form(client, address)
    answer(own_book, Answered("different", mine, theirs, reason="two visits"), "ana")
    said = opened | {"answer": "exception", "amount": "0", "reason": "my own words"}
    late = client.post(f"{address}/answer", said)
    text = late.content.decode()
    assert late.status_code == 409 and "ana answered meanwhile" in text
    assert "two visits" in text and "my own words" in text
    in_place = client.post(f"{address}/answer", said, **HTMX)
    assert in_place.status_code == 200 and "<html" not in in_place.content.decode()


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"answer": "exception", "amount": "12,5x", "reason": "x"}, "is not an amount"),
        ({"answer": "exception", "amount": "999999", "reason": "x"}, "more than the"),
        ({"answer": "exception", "amount": "1.00"}, "This is needed."),
        ({"answer": "exception", "amount": "1.00", "reason": "y" * 1001}, "At most 1000"),
        ({"answer": "same", "other": "D0#1"}, "Choose one of the candidates"),
        ({"answer": "approve"}, "takes no such answer"),
        ({"answer": "weather"}, "takes no such answer"),
        ({}, "takes no such answer"),
    ],
)
def test_every_field_is_looked_at_before_anything_is_saved(
    enter: Enter, own_book: Database, said: dict[str, str], wrong: str
) -> None:
    address, _, _, _ = undecided(own_book)
    client, head = enter("claims", own_book), own_book.head()
    answer = client.post(f"{address}/answer", form(client, address) | said)
    assert answer.status_code == 422 and wrong in answer.content.decode()
    assert own_book.head() == head


def test_a_held_change_is_approved_once(enter: Enter, own_book: Database) -> None:
    address = held(own_book)
    client = enter("operations", own_book)
    said = form(client, address) | {"answer": "approve"}
    assert "Saved." in client.post(f"{address}/answer", said, follow=True).content.decode()
    (item,) = work_list(own_book, "held_change").items
    assert [one.kind for one in answers_of(own_book, [item])[item.key]] == ["approve"]
    assert "word for word" in client.post(f"{address}/answer", said, follow=True).content.decode()


def test_a_change_that_grew_meanwhile_is_not_approved_unseen(enter: Enter, own_book: Database) -> None:
    address = held(own_book)
    client = enter("operations", own_book)
    said = form(client, address) | {"answer": "approve"}
    held(own_book)
    answer = client.post(f"{address}/answer", said)
    assert answer.status_code == 409 and "changed since you opened it" in answer.content.decode()
    (item,) = work_list(own_book, "held_change").items
    assert answers_of(own_book, [item])[item.key] == ()


def test_a_parked_family_is_computed_again_and_a_second_click_says_so(
    enter: Enter, own_book: Database
) -> None:
    ref = parked(own_book)
    client = enter("operations", own_book)
    assert "Try again" in client.get("/work?kind=parked_family").content.decode()
    assert "Try again" not in enter("claims", own_book).get("/work?kind=parked_family").content.decode()
    client = enter("operations", own_book)
    done = client.post("/runs/retry", {"family": ref, "back": "/work"}, follow=True)
    assert done.redirect_chain == [("/work", 302)] and "is computed again" in done.content.decode()
    twice = client.post("/runs/retry", {"family": ref, "back": "https://elsewhere.org/"}, follow=True)
    assert twice.redirect_chain == [("/runs", 302)] and "no longer set aside" in twice.content.decode()
    for wrong in ("nobody", "", "\x00"):
        nobody = client.post("/runs/retry", {"family": wrong}, **HTMX)
        assert nobody.status_code == 200 and "Nothing was changed" in nobody.content.decode()


def test_what_waits_no_more_is_said_and_nothing_breaks(enter: Enter, own_book: Database) -> None:
    address, _, theirs, _ = undecided(own_book)
    client = enter("claims", own_book)
    said = form(client, address) | {"answer": "same", "other": theirs}
    line, member = int(address.rpartition("/")[2]), ids(own_book, "SELECT member_id FROM care_line")[0]
    note(own_book, "waiting", line_id=line, member_id=member, state="released", reason="perhaps_same_act")
    gone = client.post(f"{address}/answer", said)
    assert gone.status_code == 409 and "waits no more" in gone.content.decode()
    for wrong in (
        address,
        WORK + "/weather/1",
        WORK + "/held_change/1",
        WORK + "/waiting_act/x",
        f"{WORK}/waiting_act/{9**25}",
    ):
        assert client.get(wrong).status_code == 404, wrong
    assert client.get(f"{WORK}/held_change/1-{10**15}").status_code == 404


def test_names_are_masked_and_readers_do_not_answer(enter: Enter, own_book: Database) -> None:
    address, _, _, name = undecided(own_book)
    engineer = enter("engineering", own_book)
    for page in ("/work", address):
        text = engineer.get(page).content.decode()
        assert name not in text and "does not answer it" in text
    assert engineer.post(f"{address}/answer", {"answer": "same"}).status_code == 403
    claims = enter("claims", own_book)
    assert claims.post("/runs/retry", {"family": "x"}).status_code == 403
    past = claims.post(f"{address}/answer?known_at=2025-12-01", {"answer": "same"})
    assert past.status_code == 409 and "The past cannot be changed" in past.content.decode()


def test_whoever_sees_a_list_of_members_is_recorded(enter: Enter, own_book: Database) -> None:
    undecided(own_book)
    enter("claims", own_book).get("/work")
    from avenant.desk.models import Visit

    listed = {item.member for item in work_list(own_book, per_page=20).items if item.member}
    assert listed == set(Visit.objects.filter(username="claims", page="work").values_list("ref", flat=True))
