"""The format of case files: what is read, what each mistake is answered with, how a difference is told."""

import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from avenant.commands.case import app
from avenant.core.cases.amounts import cents_of
from avenant.core.cases.matching import mismatches
from avenant.core.cases.observed import Observed
from avenant.core.cases.story import story
from avenant.core.cases.told import news_of, with_told
from avenant.flows.cases import played_case, scratch_book
from avenant.gateways.case_files import CaseFileRefused, case_paths, read_case
from avenant.gateways.case_schema import case_schema
from avenant.store.setup import Server

CASE = """\
case: An employee is learnt late
chapter: late news
about: One month.
book: {opens: 2026-01}
plans:
  - plan: staff
    currency: EUR
    prices: [{valid_from: 2026-01-01, everyone: 31.00}]
steps:
  - on: 2026-01-05
    learn:
      contracts: [{ref: ACME, kind: company}]
      members: [{ref: M1, role: primary, born: 1992-05-03}]
      enrolments: [{ref: E1, contract: ACME, member: M1, plan: staff, level: standard, from: 2026-01-01}]
    run: nightly
    expect:
      written: {charges: 1, cancels: 0}
      current: {M1: {2026-01: 31.00}}
  - on: 2026-01-20
    learn: {enrolments: [{ref: E1, last_day: 2026-01-14}]}
    run: nightly
    expect:
      current: {M1: {2026-01: 31.00 x 14/31}}
  - ask: {as_of: 2026-01-10}
    expect: {current: {M1: {2026-01: 31.00}}}
"""

MISTAKES = [
    ("chapter: late", "chaptr: late", 2, "'chaptr' is not a key", "Did you mean 'chapter'?"),
    ("chapter: late news\n", "", 1, "'chapter' is missing", "avenant case schema"),
    ("2026-01-05", "2026-02-30", 10, "no day 2026-02-30", "a day that exists"),
    ("on: 2026-01-05", 'on: "2026-01-05 25:00"', 10, "cannot be", "a day such as 2026-01-31"),
    ("member: M1, plan", "member: MM1, plan", 14, "MM1 was never told", "Did you mean M1?"),
    ("{M1: {2026-01: 31.00 x", "{M7: {2026-01: 31.00 x", 23, "M7 was never told", "members so far: M1"),
    ("kind: company}", "kind: firm}", 12, '"firm" is not one of the words', "individual, company"),
    (", kind: company}", "}", 12, "for the first time, without kind", "Add them, or correct the ref"),
    (
        "run: nightly\n    expect:\n      current",
        "run: nigtly\n    expect:\n      current",
        21,
        "nigtly",
        "nightly",
    ),
    ("31.00 x 14/31", "31.00 x 14/", 23, "31.00 x 14/", "an amount, or the word none"),
    ("31.00 x 14/31", "31.005", 23, "31.005", "an amount, or the word none"),
    ("2026-01: 31.00 x", "2026-1: 31.00 x", 23, "2026-1", "a month such as 2026-01"),
    ("on: 2026-01-20", "on: 2026-01-04", 19, "before the step above it", "in which things became known"),
    (
        "as_of: 2026-01-10",
        "as_of: 2026-03-10",
        24,
        "the last step was at 2026-01-20",
        "Ask for an earlier day",
    ),
    ("{current: {M1: {2026-01: 31.00}}}", "{held: 1}", 24, "a question has no run", "Expect current"),
    ("book: {opens", "book: {opens: 2026-01, opens", 4, "stands here twice", "keep one of the two"),
    ("case: An", 'case: "An', 26, "not readable as YAML", "quotes"),
]


def problem(text: str) -> str:
    with pytest.raises(CaseFileRefused) as refused:
        read_case(text, "case.yaml")
    return str(refused.value)


@pytest.mark.parametrize(("right", "wrong", "line", "seen", "remedy"), MISTAKES)
def test_a_mistake_is_answered_with_its_line_and_what_to_do(
    right: str, wrong: str, line: int, seen: str, remedy: str
) -> None:
    assert right in CASE
    told = problem(CASE.replace(right, wrong, 1))
    assert f"case.yaml:{line}: " in told
    assert seen in told
    assert remedy in told


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    told = problem(CASE.replace("kind: company", "kind: firm").replace("role: primary", "role: boss"))
    assert [line.split(":")[1] for line in told.splitlines()] == ["12", "13"]


def test_the_published_schema_is_a_schema_and_describes_every_key() -> None:
    schema = case_schema()
    Draft202012Validator.check_schema(schema)
    assert "case file" in schema["title"]


def test_the_schema_takes_what_a_yaml_editor_hands_it() -> None:
    """An editor reads 31.00 as a number, where the program keeps the text."""
    expected = {"current": {"M1": {"2026-01": 31.0}}}
    step = {"on": "2026-01-05", "run": "nightly", "expect": expected}
    case = {"case": "A", "chapter": "b", "about": "c", "plans": ["fr-company"], "steps": [step]}
    assert list(Draft202012Validator(case_schema()).iter_errors(case)) == []


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("21.84", 2_184),
        ("0", 0),
        ("-9.29", -929),
        ("30.00 + 15.00", 3_000 + 1_500),
        ("- 30.00 + 30.00 x 14/31", 1_355 - 3_000),
        ("19.95 x 1/30", 67),
        ("30.00 x 24", 72_000),
        ("3925.00 x 1.81%", 7_104),
        ("345.50 x 1.004", 34_688),
        ("1_000_000.00", 100_000_000),
    ],
)
def test_an_amount_may_be_a_sum_with_shares(written: str, cents: int) -> None:
    assert cents_of(written) == cents


@pytest.mark.parametrize("written", ["", "12,50", "1.234", "30.00 +", "30.00 / 2", "EUR 3"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        cents_of(written)


def test_a_fact_told_again_needs_only_what_is_different() -> None:
    first, second, _ = read_case(CASE, "case.yaml").steps
    known = with_told(second.facts, with_told(first.facts, {}))
    row = news_of(second.facts, known).enrolments.row(0, named=True)
    assert (row["contract_ref"], row["valid_from"], row["last_day"]) == (
        "ACME",
        date(2026, 1, 1),
        date(2026, 1, 14),
    )


def test_a_withdrawn_fact_is_its_whole_row_withdrawn() -> None:
    text = CASE.replace("{enrolments: [{ref: E1, last_day: 2026-01-14}]}", "{withdrawn: {enrolments: [E1]}}")
    first, second, _ = read_case(text, "case.yaml").steps
    row = news_of(second.facts, with_told(second.facts, with_told(first.facts, {}))).enrolments.row(
        0, named=True
    )
    assert row["withdrawn"]
    assert row["member_ref"] == "M1"


def test_months_may_be_a_span() -> None:
    text = CASE.replace("{2026-01: 31.00 x 14/31}", "{2026-01..2026-04: none}")
    total = read_case(text, "case.yaml").steps[1].expect.current[0]  # type: ignore[union-attr]
    assert (len(total.months), total.amount_cents) == (4, None)


def test_a_difference_names_the_line_and_both_sides() -> None:
    expect = read_case(CASE, "case.yaml").steps[1].expect
    assert expect is not None
    (mismatch,) = mismatches(expect, Observed())
    assert str(mismatch).splitlines() == [
        "case.yaml:23: current amount of M1 in 2026-01",
        "    expected  14.00",
        "    got       none",
    ]


def test_an_unexpected_refusal_is_a_difference() -> None:
    expect = read_case(CASE, "case.yaml").steps[1].expect
    assert expect is not None
    told = str(mismatches(expect, Observed(refused="a good reason"))[0])
    assert "the step was refused" in told
    assert "a good reason" in told


def test_a_folder_without_case_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseFileRefused, match="there is no case file here"):
        case_paths([tmp_path])


@pytest.fixture
def on_the_test_server(server: Server, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("avenant.gateways.postgres.server_from_environment", lambda: server)


@pytest.mark.usefixtures("on_the_test_server")
@pytest.mark.parametrize(("wrong", "code"), [("14/31", 0), ("15/31", 1), ("15/", 2)])
def test_the_command_exits_with_what_came_out(tmp_path: Path, wrong: str, code: int) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(CASE.replace("14/31", wrong), encoding="utf-8")
    result = CliRunner().invoke(app, ["run", "--quiet", str(file)])
    assert result.exit_code == code, result.output
    if code == 1:
        assert (
            "case.yaml:23: current amount of M1 in 2026-01\n    expected  15.00\n    got       14.00"
            in result.output
        )


@pytest.mark.usefixtures("on_the_test_server")
def test_the_command_tells_what_happened_as_json(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(CASE, encoding="utf-8")
    (told,) = json.loads(CliRunner().invoke(app, ["run", "--json", str(file)]).stdout)
    assert told["passed"]
    assert [entry["amount_cents"] for entry in told["steps"][1]["entries"]] == [-3_100, 1_400]


@pytest.mark.usefixtures("on_the_test_server")
def test_a_plan_that_is_not_shipped_is_told(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    start, end = CASE.index("  - plan: staff"), CASE.index("steps:")
    file.write_text(CASE[:start] + "  - fr-compagny\n" + CASE[end:], encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(file)])
    assert result.exit_code == 2
    assert "there is no shipped plan fr-compagny" in result.output
    assert "fr-company" in result.output


def test_the_example_of_the_how_to_comes_out(server: Server, template: str) -> None:
    page = (Path(__file__).parent.parent.parent / "docs/how-to/case-files.md").read_text(encoding="utf-8")
    case = read_case(page.split("```yaml\n")[1].split("```")[0], "how-to")
    with scratch_book(case, server) as database:
        played = played_case(case, database)
    assert played.passed, story(played)
