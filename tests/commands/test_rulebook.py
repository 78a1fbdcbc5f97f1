"""`avenant rulebook` for the person who types."""

import json
from pathlib import Path

from typer.testing import CliRunner

from avenant.commands.rulebook import app

PLAN = """\
plan: city
currency: EUR
prices:
  - {valid_from: 2024-01-01, source: list, everyone: 50.00}
"""


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def test_the_shipped_plans_are_checked_without_a_folder() -> None:
    code, output = run("check")
    assert code == 0
    assert output.strip().endswith("0 errors, 0 warnings")


def test_an_error_is_shown_with_file_line_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(PLAN.replace("50.00", "-50.00"), encoding="utf-8")
    code, output = run("check", str(tmp_path))
    assert code == 1
    assert "city.yaml:4: error: everyone: the price is negative: “-50.00”\n    write 0" in output
    assert json.loads(run("check", str(tmp_path), "--json")[1])["findings"][0]["line"] == 4


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert run("check", str(tmp_path))[0] == 2
    assert run("show", "nowhere")[0] == 2
    assert run("show", "fr-individual", "--month", "2026-13")[0] == 2
    assert run("show", "fr-individual", "--level", "gold")[0] == 2


def test_plans_and_price_lists_are_shown(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(PLAN, encoding="utf-8")
    assert "EUR, in advance, levels standard" in run("show", "--folder", str(tmp_path))[1]
    output = run("show", "city", "--folder", str(tmp_path), "--month", "2024-05")[1]
    assert "any age" in output
    assert "50.00 EUR   since 2024-01, city.yaml:4" in output
    assert "no prices in 2023-12" in run("show", "city", "--folder", str(tmp_path), "--month", "2023-12")[1]


def test_the_price_list_as_json() -> None:
    code, output = run("show", "fr-individual", "--month", "2026-01", "--level", "confort", "--json")
    prices = json.loads(output)["prices"]
    assert code == 0
    assert [row["unit_price_cents"] for row in prices if row["age_from"] == 30] == [5_460, 5_460]


def test_the_guarantees_of_a_plan_are_shown() -> None:
    output = run("show", "fr-individual", "--month", "2026-01", "--level", "confort")[1]
    assert "guarantees on 2026-01-01" in output
    assert "consultation_specialist  NON-OPTAM            160 % BR" in output
    assert "1 in 24 months" in output
    assert "integral" not in output
    shown = json.loads(run("show", "fr-company", "--month", "2026-01", "--json")[1])
    assert {"pays": "450 % BR", "level": "premium"}.items() <= next(
        row for row in shown["guarantees"] if row["pays"] == "450 % BR"
    ).items()
    assert {row["envelope"] for row in shown["envelopes"]} >= {"frames", "lenses", "hearing-aids"}


def test_a_plan_without_guarantees_shows_its_prices_only(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(PLAN, encoding="utf-8")
    assert "guarantees" not in run("show", "city", "--folder", str(tmp_path), "--month", "2024-05")[1]


def test_what_the_secu_pays_for_an_act_is_shown_by_date() -> None:
    code, output = run("show", "--act", "G")
    assert code == 0
    assert (
        "from 2023-11-01 through 2024-12-21 optam     6+          26.50   care/consultations.yaml:" in output
    )
    assert "price limit 950.00" in run("show", "--act", "PAZ")[1]
    assert "no base is known" in run("show", "--act", "GHS")[1]
    assert json.loads(run("show", "--act", "TO50", "--json")[1])["tariffs"][0]["rate_ppm"] == 700_000
    assert run("show", "--act", "NOWHERE")[0] == 2


def test_the_schema_is_printed() -> None:
    assert json.loads(run("schema")[1])["title"] == "avenant rulebook document"
