"""The benchmarks measure what they say, on a book of a few contracts: numbers come out, nothing is left behind."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from avenant.commands.bench import FIGURES
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from benchmarks.bars import NAMES, Outcome, Wanted, as_fields, as_text, measured_bars, nights
from benchmarks.bars.books import PREFIX
from benchmarks.bars.figures import CannotMeasure
from benchmarks.external.environment import ComparatorFailed

pytestmark = pytest.mark.xdist_group("benchmarks")

EXTERNAL = {"openfisca", "invoices"}
TINY = Wanted(
    contracts=40,
    small=20,
    repeat=1,
    months=3,
    workers=1,
    families=10,
    acts=400,
    small_acts=200,
    claimants=5,
    only=tuple(name for name in NAMES if name not in {*EXTERNAL, "desk"}),
)

Server = EmbeddedServer | ExternalServer


@pytest.fixture(scope="module")
def outcomes(server: Server, template: str) -> list[Outcome]:
    return measured_bars(server, TINY)


def test_every_figure_that_needs_no_other_program_is_measured(outcomes: list[Outcome]) -> None:
    unmeasured = [outcome.skipped for outcome in outcomes if not outcome.measured]
    assert not unmeasured
    assert [outcome.figure for outcome in outcomes] == [
        *(
            "nightly",
            "preview",
            "preview",
            "preview",
            "booking",
            "reference",
            "family",
            "family",
            "memory",
            "memory",
            "scale",
            "scale",
        ),
        *("care", "claims", "member", "member", "member", "member", "care-memory", "care-memory"),
        *("rerun", "rerun", "rerun", "rerun"),
    ]


def test_the_databases_of_the_benchmarks_are_gone_afterwards(outcomes: list[Outcome], server: Server) -> None:
    assert outcomes
    assert not [name for name in server.list_databases() if name.startswith(PREFIX)]


def test_the_table_names_each_figure_with_its_bar_and_the_json_holds_every_sample(
    outcomes: list[Outcome],
) -> None:
    table, fields = as_text(outcomes), json.loads(json.dumps(as_fields(outcomes, TINY, "18.0"), default=str))
    assert [outcome.sentence for outcome in outcomes if outcome.sentence not in table] == []
    assert fields["wanted"]["contracts"] == 40
    assert len(fields["figures"][0]["samples"]["nightly"]) == TINY.repeat


def test_the_command_knows_every_figure() -> None:
    assert FIGURES == NAMES


def test_a_bar_that_is_reached_exactly_is_kept_unless_it_says_less_than() -> None:
    assert Outcome("nightly", "nights", "<=", 2, "×", measured=2).verdict == "ok"
    assert Outcome("invoices", "invoices", ">=", 100, "×", measured=99.9).verdict == "missed"
    assert Outcome("openfisca", "rules", "<", 1, "×", measured=1).verdict == "missed"
    assert Outcome("openfisca", "rules", "<", 1, "×", skipped="no environment").verdict == "skipped"


def test_a_program_that_cannot_be_installed_is_skipped_with_the_reason(
    server: Server, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise ComparatorFailed("pip exited with 1")

    monkeypatch.setattr("benchmarks.external.openfisca.run.run_file", offline)
    monkeypatch.setattr("benchmarks.external.silver.run.run", offline)
    tiny = Wanted(contracts=40, small=20, repeat=1, months=3, workers=0, only=("openfisca", "invoices"))
    found = measured_bars(server, tiny)
    assert [(outcome.figure, outcome.verdict) for outcome in found] == [
        ("openfisca", "skipped"),
        ("invoices", "skipped"),
    ]
    assert all("pip exited with 1" in str(outcome.skipped) for outcome in found)


def test_a_server_that_may_not_touch_files_is_skipped_with_the_remedy(
    server: Server, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise CannotMeasure("it takes a superuser")

    monkeypatch.setattr(nights, "statement", refused)
    tiny = Wanted(contracts=20, small=10, repeat=1, months=2, workers=0, only=("nightly",))
    (found,) = measured_bars(server, tiny)
    assert found.skipped == "it takes a superuser"
    assert not found.missed


def test_an_unknown_figure_is_refused_with_the_names_of_all(tmp_path: Path) -> None:
    from avenant.cli import app

    result = CliRunner().invoke(
        app, ["bench", "--only", "speed", "--out", str(tmp_path / "bench.json")], env={"NO_COLOR": "1"}
    )
    assert result.exit_code == 2
    assert "'speed' is none of nightly, preview, booking" in result.output
