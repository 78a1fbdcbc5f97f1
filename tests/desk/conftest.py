"""A desk over a real, played book: one small demo for all tests of the desk, a client per role, a browser.

The shared book is only read. A test that writes asks for ``own_book``, a copy that is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest

from avenant.commands.users import added, look_at
from avenant.desk.roles import ROLES
from avenant.flows.demo import played_demo
from avenant.flows.generating import Wanted
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.conftest import HOME

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avenant.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # Playwright keeps a loop in this thread; nothing of ours runs in it
)
django.setup()  # the desk's modules hold models: they need it before they are imported

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, Page

WANTED = Wanted(contracts=40, months=8, seed=3, first_month=date(2025, 7, 1), acts_yearly=8.0)
PASSWORD = "a desk to be tested at"
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="session")
def played_book(server: Server, template: str) -> Iterator[Database]:
    """Forty contracts over eight months with care, and a user of each role named like it. Only read it."""
    name = f"desk_{uuid.uuid4().hex[:12]}"
    pristine = f"{name}_pristine"
    played_demo(server, shipped_rulebook(), WANTED, pristine, 0, lambda stage, done, total: None)
    for role in ROLES:
        added(Database(server.app_url(pristine)), role, role, password=PASSWORD)
    _look_away()
    server.create_database(name, template=pristine)
    yield Database(server.app_url(name))
    _look_away()
    server.drop_database(name)
    server.drop_database(pristine)


@pytest.fixture
def own_book(server: Server, played_book: Database) -> Iterator[Database]:
    """A copy of the played book for one test, which may write: of the one that nobody else ever enters."""
    name = f"desk_{uuid.uuid4().hex[:12]}"
    _look_away()
    server.create_database(name, template=f"{database_name(played_book)}_pristine")
    yield Database(server.app_url(name))
    _look_away()
    server.drop_database(name)


def database_name(database: Database) -> str:
    """The name within its address."""
    return database.url.rpartition("/")[2].partition("?")[0]


def _look_away() -> None:
    from django.db import connections

    connections.close_all()


@pytest.fixture
def enter(played_book: Database) -> Callable[..., Client]:
    """``enter("care")``: a client signed in as that role; ``enter(None)``: nobody. ``book``: another book."""

    def entered(role: str | None, book: Database | None = None) -> Client:
        from django.test import Client

        look_at_book(book or played_book)
        client = Client(raise_request_exception=False)
        if role is not None:
            from avenant.desk.models import User

            client.force_login(User.objects.get(username=role))
        return client

    return entered


def look_at_book(database: Database) -> None:
    """Have Django and the desk look at this database, as a demo."""
    look_at(database)
    from django.conf import settings

    from avenant.desk import context

    settings.BOOK_URL = database.url
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.REQUIRE_MFA = False
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    context.book.cache_clear()
    context.book_settings.cache_clear()


@dataclass(frozen=True, slots=True)
class Served:
    """A desk that answers at ``url``."""

    url: str


@pytest.fixture(scope="session")
def served(played_book: Database) -> Iterator[Served]:
    """The desk as `avenant serve` runs it, over the played book."""
    yield from serving(played_book)


@pytest.fixture(scope="module")
def own_desk(
    server: Server, played_book: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Served, Path]]:
    """A copy of the played book that all journeys of one module write to, served; and its folder of rulebooks."""
    name, rulebooks = f"desk_{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("rulebooks")
    _look_away()
    server.create_database(name, template=f"{database_name(played_book)}_pristine")
    database = Database(server.app_url(name))
    for desk in serving(database, AVENANT_RULEBOOKS=str(rulebooks)):
        yield database, desk, rulebooks
    _look_away()
    server.drop_database(name)


def serving(database: Database, **more: str) -> Iterator[Served]:
    """Serve ``database`` by the real command until the test is done. more: for its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = database_name(database)
    environment = {**os.environ, "AVENANT_HOME": str(Path(os.environ[HOME]) / "server"), **more}
    command = [sys.executable, "-m", "avenant", "serve", "--demo", "--workers", "1", "--database", name]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"], env=environment, stderr=subprocess.PIPE
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/desk", process)
        yield Served(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            assert process.stderr is not None
            raise AssertionError(f"the desk did not start: {process.stderr.read().decode()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the test is skipped, and fails where AVENANT_CI is set."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        reason = "no Chromium is installed: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("AVENANT_CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM))
        yield chromium
        chromium.close()


@dataclass(frozen=True, slots=True)
class Busy:
    """A served book in which something of everything happened. things: names of what occurs in it."""

    book: Database
    served: Served
    things: dict[str, str]


@pytest.fixture(scope="module")
def busy(server: Server, played_book: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A copy of the played book with work, cases, findings, requests; its desk shares our secret for sessions."""
    from django.conf import settings

    from tests.desk.busy_book import made_busy

    name, rulebooks = f"desk_{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("rulebooks")
    _look_away()
    server.create_database(name, template=f"{database_name(played_book)}_pristine")
    book = Database(server.app_url(name))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AVENANT_RULEBOOKS", str(rulebooks))
        environment.setenv("AVENANT_SECRET_KEY", settings.SECRET_KEY)
        environment.setenv("AVENANT_HOME", str(Path(os.environ[HOME]) / "server"))
        look_at_book(book)
        things = made_busy(book, server.admin_url(name), rulebooks)
        for served in serving(book):
            yield Busy(book, served, things)
    _look_away()
    server.drop_database(name)


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """``visit("care", "/members/M1/care")``: a browser page of somebody signed in with that role."""
    contexts: list[Any] = []

    def opened(role: str, path: str, at: Served = served, width: int = 1280, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            base_url=at.url,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto("/account/login/?next=" + path)
        page.fill("#id_login", role)
        page.fill("#id_password", PASSWORD)
        page.click("main form.sheet button")
        page.wait_for_load_state()
        return page

    yield opened
    for context in contexts:
        context.close()
