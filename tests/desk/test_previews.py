"""Previews in the desk: who may begin one, what it needs, its progress, and its result with ways onward."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from avenant.core.previews.words import WORDS
from avenant.desk.pages import previews
from avenant.flows import preview_started as starting
from avenant.gateways.rulebook_files import shipped_folder
from avenant.rerun.isolation import isolation_here
from avenant.store.database import Database
from avenant.store.setup import Server

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
ASKED = {"rulebook": "dearer", "day": "", "reason": "prices of next year"}


@pytest.fixture
def desk(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The desk with a folder of previews of its own, and a draft named dearer: every price by age is 1 € more."""
    monkeypatch.setattr(previews, "server_from_environment", lambda: server)
    monkeypatch.setattr(previews, "default_folder", lambda: tmp_path / "home")
    drafts = tmp_path / "drafts"
    draft = drafts / "dearer"
    for source in shipped_folder().rglob("*"):
        target = draft / source.relative_to(shipped_folder())
        if source.suffix in (".yaml", ".csv"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    plan = draft / "fr-individual.yaml"
    dearer = partial(re.sub, r"(?m)(^ {10}[\d+-]+: )(\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}")
    prices = dearer(plan.read_text())
    assert prices != plan.read_text()
    plan.write_text(prices)
    monkeypatch.setenv("AVENANT_RULEBOOKS", str(drafts))
    yield tmp_path


def finished(client: Client, address: str, seconds: float = 90) -> str:
    """The page of a preview once it has ended."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        progress = client.get(f"{address}/progress")
        assert progress.status_code == 200
        if "HX-Refresh" in progress:
            return client.get(address).content.decode()
        time.sleep(0.2)
    raise AssertionError(f"the preview did not end within {seconds} s")


@pytest.mark.skipif(not isolation_here().is_complete, reason="nothing isolates a run on this machine")
def test_a_draft_is_computed_apart_and_told_with_ways_onward(
    desk: Path, enter: Enter, own_book: Database
) -> None:
    client = enter("operations", own_book)
    head = own_book.head()
    answer = client.post("/previews/start", ASKED)
    assert answer.status_code == 302
    page = finished(client, answer["Location"])
    assert "By plan" in page and "How the moves are spread" in page and "/cover" in page, page[-3000:]
    assert own_book.head() == head
    values = json.loads(client.get(f"{answer['Location']}/file/json").content)
    assert values["charges"] > 0 and values["largest"][0]["member_ref"] in page
    report = client.get(f"{answer['Location']}/file/html")
    assert report["Content-Disposition"].startswith("attachment") and b"<script" not in report.content
    assert "dearer" in client.get("/previews").content.decode()
    engineer = enter("engineering", own_book).get(answer["Location"]).content.decode()
    assert "/rerun?subject=" in engineer
    with own_book.connect() as connection:
        asked = connection.execute("SELECT actor, subject_kind, reason FROM rerun_request").fetchall()
    assert asked == [("operations", "book", "prices of next year")]


def test_only_authorised_people_begin_a_preview(desk: Path, enter: Enter, played_book: Database) -> None:
    for role in ("care", "claims", "auditor"):
        assert enter(role).post("/previews/start", ASKED).status_code == 403
    assert enter("care").get("/previews").status_code == 403
    assert 'name="rulebook"' not in enter("auditor").get("/previews").content.decode()
    assert 'name="rulebook"' in enter("administrator").get("/previews").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"reason": "no"}, {"rulebook": "../../etc"}, {"day": "tomorrow"}, {"reason": ""}]
)
def test_a_form_that_says_too_little_is_refused_in_a_sentence(
    wrong: dict[str, str], desk: Path, enter: Enter, played_book: Database
) -> None:
    answer = enter("operations").post("/previews/start", ASKED | wrong)
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()


def test_a_preview_that_failed_says_why(desk: Path, enter: Enter, played_book: Database) -> None:
    spool = previews.spool()
    head = {"number": "a" * 32, "asked_at": "2026-01-01T09:00:00+00:00", "actor": "ana", "reason": "a test"}
    name = starting.name_of(played_book)
    asked = {"database": name, "question": {"rulebook": None, "business_date": "2026-01-01"}}
    result = spool.begin("a" * 32, head | asked)
    client = enter("operations")
    assert "The book is being read" in client.get(f"/previews/{'a' * 32}").content.decode().replace(
        "It begins: the", "The"
    )
    result.write(["error", None, {"type": "FamiliesRaise", "message": "twenty families raise"}])
    result.close()
    assert "twenty families raise" in client.get(f"/previews/{'a' * 32}").content.decode()
    assert client.get(f"/previews/{'a' * 32}/file/html").status_code == 404
    assert client.get(f"/previews/{'b' * 32}").status_code == 404


def test_the_words_of_previews_are_in_both_languages() -> None:
    assert all(english and french for english, french in WORDS.values())
