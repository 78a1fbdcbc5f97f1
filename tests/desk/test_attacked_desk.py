"""Every attack from inside a re-run, begun in the desk itself: it goes on answering, and says how the run ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from avenant.desk.pages import reruns
from avenant.flows.reruns import starting
from avenant.flows.reruns.carrying_out import Work
from avenant.rerun.guard import Limits, Program
from avenant.rerun.isolation import isolation_here
from avenant.rerun.spool import Spool
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.rerun import attacking
from tests.rerun.attacking import ATTACKS

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [
    pytest.mark.xdist_group("desk"),
    pytest.mark.skipif(not isolation_here().is_complete, reason="attacks need a machine that stops them"),
]
LIMITS = Limits(seconds=20, output_bytes=8 * 2**20, together_bytes=600 * 2**20, processes=40)
STOPPED = {
    "kills all": "killed",
    "sleeps": "deadline",
    "sleeps in the database": "deadline",
    "allocates by many": "memory",
    "prints": "output",
    "tells": "output",
    "nests": "garbled",
    "babbles": "garbled",
}
"""Attacks that have to be ended from outside, and the status that says so; all others come to their own end."""
LEAVING = ("sends", "sockets")
"""Attacks that want to send something in ways that Python reports."""
OF_THE_DESK = ("rerun_request", "desk_", "django_", "auth_", "account_", "mfa_", "axes_")
"""Tables in which the desk itself writes when somebody asks for a page."""


@pytest.fixture
def spool(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spool:
    """Results of this test, whose runs execute the attacking program in the sandbox."""
    kept = Spool(tmp_path / "reruns").open()
    program = Program("attacking", (Path(attacking.__file__).parent,))
    monkeypatch.setattr(reruns, "spool", lambda: kept)
    monkeypatch.setattr(reruns, "server_from_environment", lambda: server)
    monkeypatch.setattr(reruns, "LIMITS", LIMITS)
    monkeypatch.setattr(starting, "Work", partial(Work, program=program))
    return kept


@pytest.fixture
def nothing_changes(played_book: Database) -> Iterator[None]:
    """Every table but the desk's own holds what it held."""
    before = held(played_book)
    yield
    assert held(played_book) == before


def held(book: Database) -> dict[str, Any]:
    with book.connect() as connection:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
            if not str(name).startswith(OF_THE_DESK)
        ]
        assert len(names) > 25
        digest = "SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {} AS t"
        return {name: connection.execute(digest.format(name)).fetchone() for name in names}


@pytest.mark.parametrize("name", list(ATTACKS))
def test_the_desk_answers_during_and_after_an_attack_and_says_how_it_ended(
    name: str, enter: Callable[..., Client], played_book: Database, spool: Spool, nothing_changes: None
) -> None:
    with played_book.connect() as connection:
        row = connection.execute("SELECT ref FROM member ORDER BY member_id LIMIT 1").fetchone()
    assert row is not None
    client, care = enter("engineering"), enter("care")
    form = {"subject": f"member:{row[0]}", "when": "now", "reason": "an attack", "trace": "off"}
    begun = client.post("/rerun/start", {**form, "stages": f"attack.{name}", "modules": "avenant.core"})
    assert begun.status_code == 302, begun.content.decode()[-1_000:]
    result = str(begun["Location"])
    assert care.get("/find").status_code == 200, "during the attack"
    outcome = ended(spool, result.rpartition("/")[2])
    page = client.get(result)
    assert page.status_code == 200
    told = page.content.decode()
    if name in STOPPED:
        assert outcome["status"] == STOPPED[name], outcome
        assert f"<code>{STOPPED[name]}</code>: " in told
    else:
        assert outcome["status"] == "done", outcome
    assert ("The code wanted to send something" in told) == (name in LEAVING)
    if outcome["refused"]:
        assert "refused at the database’s door" in told
    assert care.get(f"/members/{row[0]}/care").status_code == 200, "after the attack"


def ended(spool: Spool, number: str) -> dict[str, Any]:
    """The outcome of a run, once its result is closed."""
    give_up_at = time.monotonic() + 120
    while spool.is_under_way(number):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    outcome: dict[str, Any] = spool.brief(number)[-1][1]
    return outcome
