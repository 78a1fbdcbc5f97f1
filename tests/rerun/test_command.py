"""An engineer runs a decision again at a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.gateways import postgres
from avenant.rerun import isolation
from tests.rerun.conftest import Book

Told = Callable[..., Result]


@pytest.fixture
def told(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """`avenant rerun WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: book.server)
    monkeypatch.setenv("AVENANT_HOME", str(tmp_path))
    name = book.database.url.rsplit("/", 1)[-1].partition("?")[0]
    return lambda *words: CliRunner().invoke(app, ["rerun", *words, "--seconds", "300", "--database", name])


def test_the_same_as_stored_ends_well_and_shows_the_calls(told: Told) -> None:
    result = told("D1#1", "--own", "--trace", "--reason", "case 12")
    assert result.exit_code == 0, result.output
    assert "claims.decisions: the same as stored" in result.output
    assert "at the decision's own moment: facts as of revision" in result.output
    assert "case 12" in result.output
    assert "with_base_and_rate" in result.output


def test_a_difference_is_shown_and_ends_with_1(told: Told) -> None:
    change = "enrolment:E2:last_day=2025-02-28"
    result = told("K1", "--own", "--change", change, "--stage", "premiums.pricing", "--json")
    assert result.exit_code == 1, result.output
    verdict = next(
        line for line in json.loads(result.output) if isinstance(line, list) and line[0] == "verdict"
    )
    assert verdict[2]["count"] > 0


def test_only_calls_of_chosen_modules_are_shown_and_lines_that_ran_of_chosen_functions(told: Told) -> None:
    chosen = "avenant.core.claims.adjudication.payers"
    result = told("D1#1", "--own", "--modules", chosen, "--lines", f"{chosen}.with_left")
    assert result.exit_code == 0, result.output
    shown = [line.split(" ms ")[1].split()[0] for line in result.output.splitlines() if " ms " in line]
    assert "with_left" in shown
    assert all(_lies_in(chosen, name) for name in shown)
    assert "│     return" in result.output, "the source of a line that ran"
    assert "│ frame = 2 rows\n" in result.output, "a value at the end"
    every = told("D1#1", "--own", "--trace").output
    assert "with_base_and_rate" in every
    assert "with_base_and_rate" not in result.output


def _lies_in(module: str, function: str) -> bool:
    return hasattr(import_module(module), function.split(".")[0])


def test_a_folder_of_plan_files_is_a_draft(told: Told, dearer: Path) -> None:
    words = ("M1", "--own", "--stage", "premiums.pricing", "--rulebook", str(dearer))
    result = told(*words)
    assert result.exit_code == 1, result.output
    assert "amount_cents: stored 3000, now 3100" in result.output
    assert "(draft:dearer)" in result.output
    (dearer / "care.yaml").write_text("plan: [", encoding="utf-8")
    assert told(*words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody",), "nothing is called 'nobody'"),
        (("D1#1", "--stage", "premiums.pricing"), "those that can: claims.matching"),
        (("D1#1", "--change", "later"), "TABLE:REF:COLUMN=VALUE"),
        (("D1#1", "--role", "stranger"), "no mask is declared"),
        (("D1#1", "--modules", "os.path"), "'os.path' is no module of this program"),
        (("D1#1", "--modules", "avenant.core.nowhere"), "'avenant.core.nowhere' is no module"),
        (("D1#1", "--lines", "avenant.core.money"), "'avenant.core.money' is no function"),
        (("D1#1", "--rulebook", "no-such"), "never published"),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_sentence(told: Told, words: tuple[str, ...], said: str) -> None:
    result = told(*words)
    assert result.exit_code == 2, result.output
    assert said in result.output


def test_a_machine_without_isolation_refuses(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    isolation.isolation_here.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        result = told("D1#1")
    finally:
        isolation.isolation_here.cache_clear()
    assert result.exit_code == 2
    assert "bubblewrap is not installed" in result.output
