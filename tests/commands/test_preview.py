"""`avenant preview` at the command line: drafts, facts, other code; text, JSON, HTML; exit codes for builds."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.commands import preview
from avenant.flows import learn, nightly, publishing
from avenant.gateways import postgres
from avenant.store.database import Database
from avenant.store.setup import Server, create_book
from tests.flows.checked_books import FEBRUARY, people, rulebook

Told = Callable[..., Result]
DRAFT = """
plan: solo
currency: EUR
children: first
prices:
  - {valid_from: 2026-01, source: a test, everyone: 51.00}
"""
STAFF = """
plan: staff
currency: EUR
components: {health: family}
prices:
  - {valid_from: 2026-01, source: a test, isole: 60, duo: 110, famille: 150}
"""
ENDED = (
    "ref,contract_ref,member_ref,plan,level,valid_from,last_day\n"
    "E7,C2,Zoe,solo,standard,2026-01-10,2026-01-31\n"
)


@pytest.fixture
def book(server: Server, template: str) -> Iterator[Database]:
    """Three families; January and February are booked."""
    name = f"previewed_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2026, 1, 1))
    db.simulate(datetime(2026, 2, 28, 9, tzinfo=UTC))
    publishing.publish(db, rulebook())
    learn.learn(db, people(), "operations", "signed")
    nightly.run(db, FEBRUARY)
    yield db
    server.drop_database(name)


@pytest.fixture
def told(server: Server, book: Database, monkeypatch: pytest.MonkeyPatch) -> Told:
    """`avenant preview WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = book.url.rsplit("/", 1)[-1].partition("?")[0]
    words = ("--workers", "0", "--database", name)
    return lambda *more: CliRunner().invoke(preview.app, [*more, *words])


def plans(folder: Path) -> Path:
    """A draft: solo costs 51 € instead of 50 €."""
    folder.mkdir()
    (folder / "solo.yaml").write_text(DRAFT, encoding="utf-8")
    (folder / "staff.yaml").write_text(STAFF, encoding="utf-8")
    return folder


def test_nothing_changes_right_after_a_night(told: Told, book: Database) -> None:
    head = book.head()
    result = told()
    assert result.exit_code == 0, result.output
    assert "the books would not change" in result.output
    assert book.head() == head


def test_a_draft_says_what_it_would_move_and_fails_a_build(told: Told, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    draft = str(plans(tmp_path / "plans"))
    result = told("--rulebook", draft, "--html", str(page), "--json")
    assert result.exit_code == preview.CHANGES, result.output
    values = json.loads(result.stdout)
    changed = next(row for row in values["totals"] if row["kind"] == "changed")
    assert changed["up_cents"] == 2 * (100 + 100) + (71 + 100), (
        "Anna, Tom: two months; Zoe: 22 of 31 days, a month"
    )
    assert values["plans"][0]["plan"] == "solo"
    assert "Zoe" in page.read_text(encoding="utf-8")
    assert "<script" not in page.read_text(encoding="utf-8")
    assert told("--rulebook", draft, "--accept-changes").exit_code == 0


def test_facts_of_a_folder_are_tried(told: Told, tmp_path: Path) -> None:
    (tmp_path / "enrolments.csv").write_text(ENDED, encoding="utf-8")
    result = told("--facts", str(tmp_path))
    assert result.exit_code == preview.CHANGES, result.output
    assert "C2 Zoe" in result.output
    (tmp_path / "enrolments.csv").write_text(ENDED.replace("solo", "nothing"), encoding="utf-8")
    refused = told("--facts", str(tmp_path))
    assert refused.exit_code == 2
    assert "enrolments.csv, line 2" in refused.output


def test_rows_are_kept_in_a_new_folder_only(told: Told, tmp_path: Path) -> None:
    assert told("--rows", str(tmp_path / "rows")).exit_code == 0
    assert list((tmp_path / "rows").glob("premium-*.arrow"))
    refused = told("--rows", str(tmp_path / "rows"))
    assert refused.exit_code == 2
    assert "is not empty" in refused.output


def test_other_code_must_be_a_version_that_can_preview(told: Told, tmp_path: Path) -> None:
    refused = told("--code", str(tmp_path))
    assert refused.exit_code == 2
    assert "worktree" in refused.output


def test_other_code_is_run_with_the_same_words_and_may_only_read(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "avenant" / "commands"
    package.mkdir(parents=True)
    (package / "preview.py").touch()
    (tmp_path / "avenant" / "__init__.py").touch()
    (tmp_path / "avenant" / "__main__.py").write_text(
        "import os, sys; assert 'read_only=on' in os.environ['PGOPTIONS']; sys.exit(len(sys.argv))"
    )
    monkeypatch.setattr("sys.argv", ["avenant", "preview", "--code", str(tmp_path), "--json", "--workers=0"])
    assert told("--code", str(tmp_path)).exit_code == len(["", "preview", "--json", "--workers=0"])
