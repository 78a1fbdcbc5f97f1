"""`avenant import documents` says what was loaded, held and refused, with exit codes for scripts."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from avenant.cli import app
from avenant.commands import import_documents
from avenant.store.database import PARIS, Database

INVOICE = {
    "ref": "J-1",
    "kind": "member_invoice",
    "member_ref": "M-1",
    "received_on": "2026-03-09",
    "currency": "EUR",
    "lines": [{"act_code": "G", "care_from": "2026-03-03", "charged": "30.00"}],
}
LATE = {**INVOICE, "ref": "J-2", "received_on": "2026-03-02"}
HELD = {**INVOICE, "ref": "J-3", "lines": [{**INVOICE["lines"][0], "hold": "contradicts_itself"}]}  # type: ignore[index, dict-item]


@pytest.fixture
def run(
    new_book: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    db = new_book(opens=date(2025, 1, 1), starts_at=datetime(2026, 3, 14, 9, tzinfo=PARIS))
    monkeypatch.setattr(import_documents, "chosen_database", lambda name: db)

    def imported(told: object, *options: str) -> Result:
        (tmp_path / "bills.json").write_text(told if isinstance(told, str) else json.dumps(told))
        return CliRunner().invoke(app, ["import", "documents", str(tmp_path), *options])

    return imported


def test_a_good_import_counts_what_it_loaded_and_what_waits(run: Callable[..., Result]) -> None:
    result = run([INVOICE, HELD])
    assert result.exit_code == 0, result.output
    assert "documents                 2 rows, 2 new or changed" in result.output
    assert "1 line held" in result.output
    assert "2 rows, 0 new or changed" in run([INVOICE, HELD]).output


def test_a_refusal_shows_place_reason_and_remedy_and_the_rest_is_loaded(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    result = run([INVOICE, LATE])
    assert result.exit_code == 3
    for text in (
        "1 row, 1 new or changed",
        "bills.json:1, $[1].lines[0].care_from '2026-03-03'",
        "care after the document: document J-2 arrived earlier, on 2026-03-02",
        "what to do: correct one of the two",
        str(tmp_path / "rejects.csv"),
    ):
        assert text in result.output


def test_nothing_loaded_is_exit_code_1_and_a_sentence(run: Callable[..., Result]) -> None:
    result = run("{")
    assert result.exit_code == 1
    assert "it is not JSON" in result.output and "Traceback" not in result.output
    missing = CliRunner().invoke(app, ["import", "documents", "no-such-inbox"])
    assert missing.exit_code == 1
    assert "no such file or folder" in missing.output


def test_json_holds_every_refusal_and_a_dry_run_writes_nothing(run: Callable[..., Result]) -> None:
    result = run([INVOICE, LATE], "--json", "--dry-run")
    report = json.loads(result.stdout)
    assert (report["outcome"], report["dry_run"], report["written"]) == ("partly loaded", True, {})
    assert report["loaded"] == {"documents": 1, "care_lines": 1}
    assert {reject["reason"] for reject in report["rejects"]} == {
        "depends on a refused row",
        "care after the document",
    }


def test_the_schema_is_printed_without_a_database() -> None:
    result = CliRunner().invoke(app, ["import", "documents", "--schema"])
    assert result.exit_code == 0
    assert Draft202012Validator(json.loads(result.stdout)).is_valid(INVOICE)
