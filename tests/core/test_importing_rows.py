"""Each row that cannot be right is found, with what was seen and what to do; others are not."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from avenant.core.frames.news import TABLES, News
from avenant.core.importing import checking
from avenant.core.importing.checking import World, problems
from avenant.core.importing.judging import Judgement, judged
from avenant.core.importing.state import NOTHING_STORED, StoredFacts
from avenant.core.importing.told import Told, told_as_is

TODAY = date(2026, 3, 14)


UNTOLD = (
    *("contract", "enrolment", "overlap", "balance", "approval", "people"),
    *("document", "care_line", "amount", "answer", "provider_status"),
)
"""All that is judged but members."""


@dataclass(frozen=True)
class Shop:
    """A rulebook with plans sante (EUR, levels base and haut, from 2020), old (until 2021) and us (USD)."""

    plans: pl.DataFrame
    price_lines: pl.DataFrame


SHOP = Shop(
    plans=pl.DataFrame({"plan": ["sante", "old", "us"], "currency": ["EUR", "EUR", "USD"]}),
    price_lines=pl.DataFrame(
        [
            ("sante", "base", date(2020, 1, 1), None),
            ("sante", "haut", date(2021, 7, 1), None),
            ("old", "base", date(2018, 1, 1), date(2022, 1, 1)),
            ("us", "silver", date(2017, 1, 1), None),
        ],
        schema={"plan": pl.String, "level": pl.String, "valid_from": pl.Date, "valid_to": pl.Date},
        orient="row",
    ),
)

CONTRACTS = """ref,kind,currency
C-1,individual,EUR
C-2,individual,EUR
"""
MEMBERS = """ref,role,birth_date,primary_ref
M-1,primary,1980-05-01,
M-2,partner,1982-07-14,M-1
M-3,child,2012-01-31,M-1
"""
ENROLMENTS = """ref,contract_ref,member_ref,plan,level,valid_from,last_day
E-1,C-1,M-1,sante,base,2024-01-01,
E-2,C-1,M-2,sante,base,2024-01-01,2024-06-30
E-3,C-1,M-3,sante,base,2024-01-15,2024-01-15
"""
GOOD = {"contracts": CONTRACTS, "members": MEMBERS, "enrolments": ENROLMENTS}


def told(**texts: str) -> Told:
    """The texts of some files, as read: every value a text, with its line."""
    tables, origins = {}, []
    for table, text in texts.items():
        rows = pl.read_csv(io.StringIO(text), infer_schema=False).with_row_index("#line", offset=2)
        absent = [pl.lit(None, pl.String).alias(c) for c in TABLES[table] if c not in rows.columns]
        rows = rows.with_columns(absent)
        if table == "enrolments":
            rows = rows.with_columns(pl.col("basis").fill_null("active"))
        tables[table], lines = told_as_is(table, f"{table}.csv", rows)
        origins.append(lines)
    return Told(tables, pl.concat(origins))


def judge(facts: StoredFacts = NOTHING_STORED, **texts: str) -> Judgement:
    return judged(told(**texts), World(facts, SHOP, TODAY))


def with_row(table: str, row: str) -> dict[str, str]:
    return {**GOOD, table: GOOD[table] + row + "\n"}


def reasons(judgement: Judgement) -> list[tuple[str, int, str, str]]:
    return [
        (row["file"], row["line"], row["column"], row["reason"])
        for row in judgement.rejects.iter_rows(named=True)
    ]


def test_a_correct_import_has_no_rejects_and_loads_every_row() -> None:
    judgement = judge(
        **GOOD,
        balances="contract_ref,amount_cents\nC-1,-1250\n",
        people="member_ref,kind,value\nM-1,name,Ada\n",
    )
    assert reasons(judgement) == []
    assert judgement.news.rows() == 2 + 3 + 3 + 1 + 1
    assert judgement.news.enrolments["last_day"].to_list() == [None, date(2024, 6, 30), date(2024, 1, 15)]
    assert judgement.news.balances["amount_cents"].to_list() == [-1250]


WRONG: Mapping[str, tuple[str, str, str, str]] = {
    # what is wrong: (file, row, column, reason)
    "contract without number": ("contracts", ",individual,EUR", "ref", "ref missing"),
    "contract of no kind": ("contracts", "C-3,,EUR", "kind", "kind missing"),
    "contract of another kind": ("contracts", "C-3,firm,EUR", "kind", "unknown kind"),
    "currency by its sign": ("contracts", "C-3,individual,€", "currency", "malformed currency"),
    "role": ("members", "M-4,cousin,2000-01-01,M-1", "role", "unknown role"),
    "no birth date": ("members", "M-4,primary,,", "birth_date", "birth_date missing"),
    "birth in the future": ("members", "M-4,primary,2026-03-15,", "birth_date", "birth in the future"),
    "birth too long ago": ("members", "M-4,primary,1826-03-15,", "birth_date", "birth too long ago"),
    "French date": ("members", "M-4,primary,31/01/1990,", "birth_date", "malformed date"),
    "30 February": ("members", "M-4,primary,1990-02-30,", "birth_date", "malformed date"),
    "child without primary": ("members", "M-4,child,2000-01-01,", "primary_ref", "dependant without primary"),
    "child of a stranger": ("members", "M-4,child,2000-01-01,M-9", "primary_ref", "unknown primary"),
    "child of a partner": (
        "members",
        "M-4,child,2000-01-01,M-2",
        "primary_ref",
        "dependant under a dependant",
    ),
    "primary of another": ("members", "M-4,primary,2000-01-01,M-1", "primary_ref", "primary under a primary"),
    "end before start": (
        "enrolments",
        "E-9,C-2,M-1,sante,base,2024-03-01,2024-02-29",
        "last_day",
        "end before start",
    ),
    "stranger": ("enrolments", "E-9,C-2,M-9,sante,base,2024-03-01,", "member_ref", "unknown member"),
    "no such contract": (
        "enrolments",
        "E-9,C-9,M-1,sante,base,2024-03-01,",
        "contract_ref",
        "unknown contract",
    ),
    "plan": ("enrolments", "E-9,C-2,M-1,santé,base,2024-03-01,", "plan", "unknown plan"),
    "level": ("enrolments", "E-9,C-2,M-1,sante,gold,2024-03-01,", "level", "unknown level"),
    "before the first price": (
        "enrolments",
        "E-9,C-2,M-1,sante,haut,2021-06-30,",
        "valid_from",
        "month without a price",
    ),
    "after the last price": (
        "enrolments",
        "E-9,C-2,M-1,old,base,2021-06-30,2022-01-01",
        "last_day",
        "month without a price",
    ),
    "before birth": ("enrolments", "E-9,C-2,M-1,old,base,1980-04-30,", "valid_from", "start before birth"),
    "currency": ("enrolments", "E-9,C-2,M-1,us,silver,2024-03-01,", "plan", "currency mismatch"),
    "no start": ("enrolments", "E-9,C-2,M-1,sante,base,,", "valid_from", "valid_from missing"),
    "open as 9999": (
        "enrolments",
        "E-9,C-2,M-1,sante,base,2024-03-01,9999-12-31",
        "last_day",
        "date out of range",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_row_that_cannot_be_right_is_refused_at_its_line_and_column(case: str) -> None:
    table, row, column, reason = WRONG[case]
    judgement = judge(**with_row(table, row))
    line = with_row(table, row)[table].count("\n")
    assert (f"{table}.csv", line, column, reason) in reasons(judgement)
    assert {place for _, place, _, _ in reasons(judgement)} == {line}
    assert judgement.news.rows() == 2 + 3 + 3


def test_every_problem_says_what_was_seen_what_is_wrong_and_what_to_do() -> None:
    for table, row, column, reason in WRONG.values():
        for problem in judge(**with_row(table, row)).rejects.iter_rows(named=True):
            assert problem["message"] and problem["remedy"], (table, row)
            assert problem["seen"] or "missing" in reason or column == "primary_ref"
            assert not problem["message"].endswith(".") and not problem["remedy"].endswith(".")


def test_the_month_of_the_first_price_is_covered_from_any_of_its_days() -> None:
    assert not reasons(judge(**with_row("enrolments", "E-9,C-2,M-1,sante,haut,2021-07-14,")))


def test_a_child_may_be_covered_from_the_day_of_its_birth() -> None:
    members = MEMBERS + "M-4,child,2024-02-29,M-1\n"
    judgement = judge(
        contracts=CONTRACTS, members=members, enrolments=ENROLMENTS + "E-4,C-1,M-4,sante,base,2024-02-29,\n"
    )
    assert reasons(judgement) == []


def test_a_number_told_twice_refuses_both_rows() -> None:
    judgement = judge(**with_row("enrolments", "E-3,C-2,M-3,sante,base,2024-03-01,"))
    assert reasons(judgement) == [
        ("enrolments.csv", 4, "ref", "ref told twice"),
        ("enrolments.csv", 5, "ref", "ref told twice"),
    ]


def test_rows_that_depend_on_a_refused_row_are_refused_with_it() -> None:
    members = MEMBERS.replace("1980-05-01", "1980-05-32")
    judgement = judge(**{**GOOD, "members": members})
    depends = "depends on a refused row"
    assert reasons(judgement) == [
        ("members.csv", 2, "birth_date", "malformed date"),
        ("members.csv", 3, "primary_ref", depends),
        ("members.csv", 4, "primary_ref", depends),
        ("enrolments.csv", 2, "member_ref", depends),
        ("enrolments.csv", 3, "member_ref", depends),
        ("enrolments.csv", 4, "member_ref", depends),
    ]
    assert judgement.news.rows() == 2


def test_telling_news_without_files_uses_the_same_checks() -> None:
    members = pl.DataFrame(
        {
            "ref": ["M-1"],
            "role": ["child"],
            "birth_date": [date(2000, 1, 1)],
            "primary_ref": [None],
            "withdrawn": [False],
        },
        schema=TABLES["members"],
    )
    (problem,) = problems(News(members=members), NOTHING_STORED, SHOP, TODAY)
    assert (problem.table, problem.row_index, problem.column) == ("members", 0, "primary_ref")
    assert "a child belongs to a primary" in str(problem)


def test_tables_of_which_nothing_is_told_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged_all_the_same(*_: object) -> None:
        raise AssertionError("a table without rows was judged")

    for name in UNTOLD:
        monkeypatch.setattr(checking, f"{name}_problems", judged_all_the_same)
    row = {
        "ref": "M-1",
        "role": "child",
        "birth_date": date(2000, 1, 1),
        "primary_ref": None,
        "withdrawn": False,
    }
    news = News(members=pl.DataFrame([row], schema=TABLES["members"]))
    assert [one.column for one in problems(news, NOTHING_STORED, SHOP, TODAY)] == ["primary_ref"]


def test_months_before_the_opening_of_the_book_need_no_price() -> None:
    row = {"enrolments": ENROLMENTS + "E-9,C-2,M-1,sante,base,2015-03-01,\n"}
    before = World(NOTHING_STORED, SHOP, TODAY, opening_month=date(2024, 1, 1))
    assert not judged(told(**{**GOOD, **row}), before).rejects.height
    assert judged(told(**{**GOOD, **row}), World(NOTHING_STORED, SHOP, TODAY)).rejects.height == 1
