"""The checks page tells what broke, since when, and leads there; machines read health and metrics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from avenant.flows.check_catalogue import CHECKS
from avenant.flows.keeping_checks import check_and_keep
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.flows.checked_books import corrupt

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")


def test_every_check_is_told_with_its_promise_in_both_languages(enter: Callable[..., Client]) -> None:
    from avenant.desk.words import say

    page = enter("operations").get("/checks").content.decode()
    for name, check in CHECKS.items():
        assert f"/checks/{name}" in page
        assert say("fr", f"checks.promise_{name}") != check.sentence


def test_a_finding_is_shown_with_its_days_and_leads_to_the_member(
    enter: Callable[..., Client], own_book: Database, server: Server
) -> None:
    name = own_book.url.rpartition("/")[2].partition("?")[0]
    with own_book.connect() as connection:
        row = connection.execute(
            "SELECT p.entry_id, m.ref FROM premium AS p JOIN member AS m USING (member_id) "
            "WHERE p.version = 1 AND p.amount_cents > 0 LIMIT 1"
        ).fetchone()
    assert row is not None
    entry, ref = row
    corrupt(server.admin_url(name), f"UPDATE premium SET tax_cents = tax_cents + 1 WHERE entry_id = {entry}")
    check_and_keep(own_book, "demand", ["taxes"])
    operations = enter("operations", own_book)
    page = operations.get("/checks").content.decode()
    assert 'id="taxes"' in page
    assert f"/members/{ref}/care" in page
    corrupt(server.admin_url(name), f"UPDATE premium SET tax_cents = tax_cents - 1 WHERE entry_id = {entry}")
    check_and_keep(own_book, "demand", ["taxes"])
    page = operations.get("/checks/taxes").content.decode()
    assert "Resolved" in page
    assert ref in page
    assert operations.get("/checks/no-such").status_code == 404


def test_metrics_are_for_the_token_and_for_who_sees_runs(
    enter: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVENANT_METRICS_TOKEN", "a token of the scraper")
    nobody = enter(None)
    assert nobody.get("/metrics").status_code == 302
    assert nobody.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 302
    told = nobody.get("/metrics", headers={"Authorization": "Bearer a token of the scraper"})
    assert b"avenant_healthy" in told.content
    assert enter("care").get("/metrics").status_code == 403
    assert enter("operations").get("/metrics").status_code == 200


def test_health_is_red_when_the_night_did_not_run(enter: Callable[..., Client], own_book: Database) -> None:
    nobody = enter(None, own_book)
    assert nobody.get("/health").json() == {"healthy": True, "readable": True}
    own_book.simulate(own_book.now() + timedelta(days=2))
    assert nobody.get("/health").status_code == 503
    assert nobody.get("/health/desk").status_code == 200
