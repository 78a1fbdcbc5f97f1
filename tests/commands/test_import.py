"""`avenant import` says what was loaded, what was refused and why, with exit codes for scripts."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.commands import import_
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database

GOOD = "ref,kind,currency\nC-1,individual,EUR\n"
BAD = GOOD + "C-2,firm,EUR\nC-3,company,EUR\n"


@pytest.fixture
def told(
    new_book: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    db = new_book(opens=date(2025, 1, 1))
    publish(db, shipped_rulebook())
    monkeypatch.setattr(import_, "chosen_database", lambda name: db)

    def run(contracts: str, *options: str) -> Result:
        (tmp_path / "contracts.csv").write_text(contracts)
        return CliRunner().invoke(app, ["import", str(tmp_path), *options])

    return run


def test_a_good_import_counts_what_it_loaded(told: Callable[..., Result]) -> None:
    result = told(GOOD)
    assert result.exit_code == 0
    assert "contracts          1 row, 1 new or changed" in result.output
    assert "1 row, 0 new or changed" in told(GOOD).output


def test_a_refusal_shows_place_reason_remedy_and_the_way_on(told: Callable[..., Result]) -> None:
    result = told(BAD)
    assert result.exit_code == 1
    for text in (
        "nothing was loaded",
        "contracts.csv:3, kind 'firm'",
        "what to do: write individual or company",
        "--keep-going",
    ):
        assert text in result.output


def test_keep_going_says_how_many_rows_are_left_and_where(
    told: Callable[..., Result], tmp_path: Path
) -> None:
    result = told(BAD, "--keep-going")
    assert result.exit_code == 3
    assert "2 rows, 2 new or changed" in result.output
    assert "1 row not loaded" in result.output
    assert str(tmp_path / "rejects.csv") in result.output


def test_json_holds_every_refused_row(told: Callable[..., Result]) -> None:
    result = told(BAD, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["outcome"], report["loaded"], report["rejected"]) == ("refused", {}, 1)
    assert report["rejects"][0]["line"] == 3
    assert json.loads(told(GOOD, "--json").stdout)["outcome"] == "loaded"


def test_a_file_that_cannot_be_read_is_a_sentence_not_a_traceback(told: Callable[..., Result]) -> None:
    result = told("ref;kind;curency\n")
    assert result.exit_code == 1
    assert "Did you mean currency?" in result.output and "Traceback" not in result.output
