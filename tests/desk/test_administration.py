"""What administrators do takes two where it must, is recorded, and never leaves the desk without one of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from avenant.commands.users import added
from avenant.flows import nightly
from avenant.gateways.rulebook_files import shipped_folder
from avenant.store.database import Database

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

SECOND = "ana"
WHY = "As the board decided on Monday"


@pytest.fixture
def pair(enter: Callable[..., Client], own_book: Database) -> tuple[Client, Client]:
    """Two administrators of one book."""
    from django.test import Client

    from avenant.desk.models import User

    first = enter("administrator", own_book)
    added(own_book, SECOND, "administrator", password="a second person at the desk")
    enter("administrator", own_book)
    second = Client(raise_request_exception=False)
    second.force_login(User.objects.get(username=SECOND))
    return first, second


@pytest.fixture
def spring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped plans, one price of which is higher."""
    folder = tmp_path / "spring"
    shutil.copytree(shipped_folder(), folder)
    plan = folder / "fr-individual.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("0-17: 13.40", "0-17: 14.40", 1), encoding="utf-8")
    monkeypatch.setenv("AVENANT_RULEBOOKS", str(tmp_path))
    return folder


def content(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_user_is_added_signs_in_once_told_and_is_locked(pair: tuple[Client, Client]) -> None:
    from avenant.desk.models import User, Visit

    first, _ = pair
    form = {"username": "olga", "role": "operations", "email": "olga@example.org", "language": "fr"}
    page = first.post("/users/add", form).content.decode()
    password = page.split('class="secret" data-copy>')[1].split("<")[0]
    olga = User.objects.get(username="olga")
    assert olga.check_password(password)
    assert password not in content(first, "/users")
    assert first.post("/users/add", form).status_code == 422
    assert first.post(f"/users/{olga.pk}", {"change": "role", "role": "auditor"}).status_code == 302
    assert first.post(f"/users/{olga.pk}", {"change": "lock"}).status_code == 302
    olga.refresh_from_db()
    assert (olga.role, olga.is_active) == ("auditor", False)
    told = Visit.objects.filter(kind="user", ref="olga").order_by("id").values_list("reason", flat=True)
    assert list(told) == ["added as operations", "role operations → auditor", "lock"]


def test_an_administrator_cannot_lock_themselves_out(pair: tuple[Client, Client]) -> None:
    from avenant.desk.models import User

    first, _ = pair
    me = User.objects.get(username="administrator")
    for change in ({"change": "lock"}, {"change": "role", "role": "care"}, {"change": "password"}):
        assert first.post(f"/users/{me.pk}", change).status_code == 409
    me.refresh_from_db()
    assert (me.role, me.is_active) == ("administrator", True)


def test_a_rulebook_is_published_by_two_with_both_names(
    pair: tuple[Client, Client], spring: Path, own_book: Database
) -> None:
    from avenant.desk.models import TwoPersonRequest

    first, second = pair
    page = content(first, "/rulebooks/folders/spring")
    assert "13.40" in page
    assert "14.40" in page
    version = page.split('name="version" value="')[1].split('"')[0]
    asked = {"folder": "spring", "version": version, "reason": WHY}
    assert first.post("/rulebooks/ask", asked).status_code == 302
    assert first.post("/rulebooks/ask", asked).status_code == 409
    number = TwoPersonRequest.objects.get().pk
    assert first.post("/rulebooks/decide", {"request": number, "decision": "confirm"}).status_code == 409
    assert second.post("/rulebooks/decide", {"request": number, "decision": "confirm"}).status_code == 302
    with own_book.connect() as connection:
        row = connection.execute(
            "SELECT actor FROM rulebook_version JOIN change USING (change_id) WHERE version = %s", [version]
        ).fetchone()
    assert row == ("administrator, confirmed by ana",)
    assert second.post("/rulebooks/decide", {"request": number, "decision": "refuse"}).status_code == 409


def test_a_folder_that_changed_after_it_was_asked_is_not_published(
    pair: tuple[Client, Client], spring: Path, own_book: Database
) -> None:
    from avenant.desk.models import TwoPersonRequest

    first, second = pair
    version = content(first, "/rulebooks/folders/spring").split('name="version" value="')[1].split('"')[0]
    first.post("/rulebooks/ask", {"folder": "spring", "version": version, "reason": WHY})
    plan = spring / "fr-individual.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("0-17: 14.40", "0-17: 99.40"), encoding="utf-8")
    second.post("/rulebooks/decide", {"request": TwoPersonRequest.objects.get().pk, "decision": "confirm"})
    assert TwoPersonRequest.objects.get().state == "failed"
    assert first.get("/rulebooks/folders/..").status_code == 404


def test_a_night_the_breaker_stopped_passes_after_a_second_person_confirmed(
    pair: tuple[Client, Client], own_book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from avenant.desk import overriding
    from avenant.desk.models import TwoPersonRequest

    def too_many(*_: object) -> None:
        raise nightly.BreakerOpen("too many", 1_500, 2_000)

    monkeypatch.setattr(overriding, "begin", lambda request, url: None)
    first, second = pair
    day = date(2026, 2, 28)
    with monkeypatch.context() as broken, pytest.raises(nightly.BreakerOpen):
        broken.setattr(nightly, "_run_chunks", too_many)
        nightly.run(own_book, day)
    page = content(first, "/breaker")
    assert "1,500 of 2,000" in page
    run = page.split('name="run" value="')[1].split('"')[0]
    assert first.post("/breaker/ask", {"run": run, "reason": "short"}).status_code == 400
    assert first.post("/breaker/ask", {"run": run, "reason": WHY}).status_code == 302
    request = TwoPersonRequest.objects.get()
    decision = {"request": request.pk, "decision": "confirm"}
    assert first.post("/breaker/decide", decision).status_code == 409
    assert second.post("/breaker/decide", decision).status_code == 302
    assert "under way" in content(first, "/breaker")
    request.refresh_from_db()
    overriding.carry_out(own_book, request, workers=0)
    request.refresh_from_db()
    assert request.state == "done"
    with own_book.connect() as connection:
        row = connection.execute(
            "SELECT actor, business_date FROM run JOIN change USING (change_id) WHERE run.run_id = %s",
            [int(request.outcome)],
        ).fetchone()
    assert row == ("administrator, confirmed by ana", day)
    assert first.post("/breaker/ask", {"run": run, "reason": WHY}).status_code == 409


def test_a_person_is_erased_only_when_the_number_was_typed_again(
    pair: tuple[Client, Client], own_book: Database
) -> None:
    from avenant.desk.case_work import Question, opened_case
    from avenant.desk.models import CaseStep, User
    from avenant.flows.erasing import details_kept

    first, _ = pair
    with own_book.connect() as connection:
        found = connection.execute(
            "SELECT ref FROM member JOIN person_detail USING (member_id) WHERE kind = 'name' LIMIT 1"
        ).fetchone()
    assert found is not None
    (ref,) = found
    asked = Question(
        "Nora called", "cover", "operations", "Nora says so", f"/members/{ref}/care", "Nora", ref
    )
    case = opened_case(User.objects.get(username="care"), asked)
    assert first.post("/erasure", {"ref": "NOBODY"}).status_code == 422
    assert first.post("/erasure", {"ref": ref})["Location"] == f"/erasure/{ref}"
    assert first.post(f"/erasure/{ref}", {"confirmation": "yes"}).status_code == 400
    assert details_kept(own_book, ref)
    assert first.post(f"/erasure/{ref}", {"confirmation": ref}).status_code == 302
    assert details_kept(own_book, ref) == []
    case.refresh_from_db()
    step = CaseStep.objects.get(case=case)
    assert (step.note, step.page_title) == (None, "")
    assert "Nora" not in case.title


def test_auditors_find_who_looked_at_whom(enter: Callable[..., Client], own_book: Database) -> None:
    from avenant.desk.models import Visit

    auditor = enter("auditor", own_book)
    Visit.objects.bulk_create(
        Visit(username="care", role="care", kind="member", ref=f"M-{number % 3}", page="care", reason="7")
        for number in range(120)
    )
    first = content(auditor, "/visits?kind=member&ref=M-1")
    assert first.count("<tr class") == 40
    page = content(auditor, "/visits?user=care")
    assert page.count("<tr class") == 50
    before = page.split("before=")[1].split('"')[0].split("&")[0]
    assert content(auditor, f"/visits?user=care&before={before}").count("<tr class") == 50
    today = Visit.objects.latest("id").at.date()
    assert content(auditor, f"/visits?day={today}").count("<tr class") == 50
    assert "no visit fits" in content(auditor, "/visits?day=2001-01-01")
    assert auditor.get("/visits?day=never").status_code == 400
