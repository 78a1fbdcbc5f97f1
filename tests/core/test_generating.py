"""Generated stories and late news: the same seed gives the same rows, and every night is possible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from time import process_time

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.frames.news import News
from avenant.core.generating import (
    LIVELY,
    NothingToSell,
    Offer,
    Story,
    late_news,
    offers_of,
    portfolio,
    snapshot,
)
from avenant.core.generating.days import day_number
from avenant.core.importing.checking import problems
from avenant.core.importing.state import StoredFacts

FIRST = date(2023, 7, 1)
FLOOR = day_number(date(2022, 1, 1))
OFFERS = (
    Offer("firm", "company", "EUR", ("base", "plus"), FLOOR, 12),
    Offer("solo", "individual", "EUR", ("eco", "mid", "top"), FLOOR, 0),
    Offer("states", "individual", "USD", ("bronze",), FLOOR, 0),
)
TABLES = ("contracts", "members", "enrolments", "people")


@dataclass(frozen=True)
class Prices:
    """The part of a rulebook that judging news looks at."""

    plans: pl.DataFrame
    price_lines: pl.DataFrame


PRICES = Prices(
    plans=pl.DataFrame({"plan": [o.plan for o in OFFERS], "currency": [o.currency for o in OFFERS]}),
    price_lines=pl.DataFrame(
        [
            {"plan": o.plan, "level": level, "valid_from": date(2022, 1, 1), "valid_to": None}
            for o in OFFERS
            for level in o.levels
        ],
        schema_overrides={"valid_to": pl.Date},
    ),
)


@pytest.fixture(scope="module")
def story() -> Story:
    return portfolio(7, 600, FIRST, 30, OFFERS)


def known(before: News, news: News) -> News:
    """What is known after `news`, when `before` was known: of each ref the last row told."""
    tables = {
        name: pl.concat([getattr(before, name), getattr(news, name)]).unique(
            "ref", keep="last", maintain_order=True
        )
        for name in ("contracts", "members", "enrolments")
    }
    return News(**tables)


def stored(news: News) -> StoredFacts:
    """The facts that a store would hold after `news`: with numbers, without what is withdrawn."""
    contracts, members, enrolments = (
        frame.filter(~pl.col("withdrawn")) for frame in (news.contracts, news.members, news.enrolments)
    )
    contract_ids = contracts.select(pl.col("ref").alias("contract_ref")).with_row_index("contract_id")
    member_ids = members.select(pl.col("ref").alias("member_ref")).with_row_index("member_id")
    heads = member_ids.rename({"member_ref": "head", "member_id": "family_id"})
    return StoredFacts(
        contracts=contracts.with_row_index("contract_id"),
        members=members.with_row_index("member_id")
        .with_columns(pl.coalesce("primary_ref", "ref").alias("head"))
        .join(heads, on="head", how="left", maintain_order="left"),
        enrolments=enrolments.join(contract_ids, on="contract_ref", maintain_order="left")
        .join(member_ids, on="member_ref", maintain_order="left")
        .with_columns(pl.col("last_day").dt.offset_by("1d").alias("valid_to")),
    )


def test_the_same_seed_tells_the_same_story(story: Story) -> None:
    again = portfolio(7, 600, FIRST, 30, OFFERS)
    for table in TABLES:
        assert_frame_equal(getattr(story, table), getattr(again, table))
    assert story.counters == again.counters


def test_another_seed_tells_another_story(story: Story) -> None:
    other = portfolio(8, 600, FIRST, 30, OFFERS)
    assert not story.enrolments.equals(other.enrolments)


def test_every_week_of_the_story_can_be_learnt(story: Story) -> None:
    before = News()
    for last, news in story.news(every_days=28):
        assert problems(news, stored(before), PRICES, last) == []
        before = known(before, news)
    assert before.enrolments.height == story.enrolments["ref"].n_unique()


def test_no_member_is_covered_twice_in_one_contract(story: Story) -> None:
    live = story.known_at_the_end().enrolments.sort("contract_ref", "member_ref", "valid_from")
    ends = pl.col("last_day").fill_null(date(9999, 12, 31)).shift(1).over("contract_ref", "member_ref")
    assert live.filter(pl.col("valid_from") <= ends).is_empty()


def test_facts_are_told_no_later_than_the_enrolments_that_name_them(story: Story) -> None:
    firsts = {t: getattr(story, t).group_by("ref").agg(pl.col("known_on").min()) for t in TABLES[:2]}
    for table, column in (("contracts", "contract_ref"), ("members", "member_ref")):
        named = story.enrolments.join(
            firsts[table], left_on=column, right_on="ref", suffix="_of_it", how="left"
        )
        assert named.filter((pl.col("known_on") < pl.col("known_on_of_it")).fill_null(True)).is_empty()


def test_nothing_is_known_after_the_last_month(story: Story) -> None:
    assert story.days()[-1] <= date(2025, 12, 31)


def test_about_one_family_in_eight_sees_late_news_each_year() -> None:
    counters = portfolio(1, 5_000, FIRST, 30, OFFERS).counters
    assert 120 <= counters["late_families_per_mille_yearly"] <= 150


def test_one_contract_in_ten_is_a_company(story: Story) -> None:
    kinds = dict(story.contracts.unique("ref").group_by("kind").len().iter_rows())
    assert 0.06 < kinds["company"] / sum(kinds.values()) < 0.14


def test_a_contract_is_in_the_currency_of_its_plans(story: Story) -> None:
    currencies = {offer.plan: offer.currency for offer in OFFERS}
    named = story.enrolments.join(story.contracts, left_on="contract_ref", right_on="ref")
    assert (named["currency"] == named["plan"].replace_strict(currencies)).all()
    assert set(named["currency"]) == {"EUR", "USD"}


def test_the_story_holds_every_kind_of_news(story: Story) -> None:
    for kind in ("withdrawn", "portability", "birth_dates_corrected", "late_news", "told_twice"):
        assert story.counters[kind] > 0, kind
    several = story.enrolments.group_by("member_ref").agg(pl.col("contract_ref").n_unique())
    assert several["contract_ref"].max() == 2, "nobody moved to another contract"


def test_children_are_born_before_they_are_covered_and_leave_grown_up(story: Story) -> None:
    end = story.known_at_the_end()
    children = end.enrolments.join(end.members, left_on="member_ref", right_on="ref").filter(
        pl.col("role") == "child"
    )
    assert (children["valid_from"] >= children["birth_date"]).all()
    years = (children["last_day"] - children["birth_date"]).dt.total_days() / 365.25
    assert (years.drop_nulls() < 26).all()


def test_each_person_has_a_name_and_a_family_one_last_name(story: Story) -> None:
    names = story.people.filter(pl.col("kind") == "name")
    assert names.height == story.counters["members"]
    assert story.people.select("member_ref", "kind").is_duplicated().sum() == 0


def test_a_snapshot_is_what_the_story_knows_at_its_end(story: Story) -> None:
    end = story.known_at_the_end()
    fast = snapshot(7, 600, FIRST, 30, OFFERS, mix=LIVELY)
    assert_frame_equal(end.enrolments.sort("ref"), fast.enrolments.sort("ref"))
    covered = end.members.join(end.enrolments, left_on="ref", right_on="member_ref", how="semi")
    assert_frame_equal(covered.sort("ref"), fast.members.sort("ref"))


def test_a_snapshot_of_a_full_book_covers_most_months() -> None:
    fast = snapshot(1, 5_000, FIRST, 42, OFFERS)
    assert 2.0 < fast.members.height / 5_000 < 2.5


def test_twenty_thousand_contracts_take_seconds() -> None:
    started = process_time()
    portfolio(1, 20_000, FIRST, 42, OFFERS)
    assert process_time() - started < 15


def test_offers_are_read_from_any_rulebook() -> None:
    plans = pl.DataFrame(
        {
            "plan": ["b", "a"],
            "currency": "EUR",
            "cycle": ["arrears", "advance"],
            "portability_max_months": [12, None],
        }
    )
    line = {"component": "c", "structure": "per_person", "tier": "primary", "valid_to": None}
    lines = pl.DataFrame(
        [
            {"plan": "a", "level": "l1", "valid_from": date(2022, 1, 1), **line},
            {"plan": "a", "level": "l1", "valid_from": date(2023, 1, 1), **line},
            {"plan": "b", "level": "l2", "valid_from": date(2023, 1, 1), **line},
            {"plan": "b", "level": "old", "valid_from": date(2020, 1, 1), **line}
            | {"valid_to": date(2021, 1, 1)},
        ],
        schema_overrides={"valid_to": pl.Date},
    )
    assert offers_of(plans, lines, date(2025, 12, 31)) == (
        Offer("a", "individual", "EUR", ("l1",), FLOOR, 0),
        Offer("b", "company", "EUR", ("l2",), day_number(date(2023, 1, 1)), 12),
    )


def test_a_rulebook_without_prices_so_late_sells_nothing() -> None:
    plans = pl.DataFrame(
        {"plan": ["a"], "currency": "EUR", "cycle": "advance", "portability_max_months": [0]}
    )
    lines = pl.DataFrame(schema={"plan": pl.String, "level": pl.String, "component": pl.String})
    lines = lines.with_columns(structure=pl.lit(""), tier=pl.lit(""), valid_from=FIRST, valid_to=FIRST)
    with pytest.raises(NothingToSell, match="No plan of the rulebook has prices on 2025-12-31"):
        offers_of(plans, lines, date(2025, 12, 31))


def test_a_year_of_late_news_can_be_learnt_night_by_night(story: Story) -> None:
    before = story.known_at_the_end()
    nights = late_news(3, stored(before), 2026, share=0.5, every_days=14, not_before=date(2022, 1, 1))
    assert len(nights) > 20
    touched = 0
    for night, news in nights:
        assert problems(news, stored(before), PRICES, night) == []
        touched += news.rows()
        before = known(before, news)
    assert touched > 300


def test_late_news_reaches_back(story: Story) -> None:
    nights = late_news(3, stored(story.known_at_the_end()), 2026)
    ends = [(night, day) for night, news in nights for day in news.enrolments["last_day"].drop_nulls()]
    assert ends
    assert all(day < night for night, day in ends)


def test_late_news_is_the_same_whatever_the_order_of_the_facts(story: Story) -> None:
    facts = stored(story.known_at_the_end())
    mixed = StoredFacts(facts.contracts.reverse(), facts.members.reverse(), facts.enrolments.reverse())
    for (night, news), (other_night, other) in zip(
        late_news(3, facts, 2026), late_news(3, mixed, 2026), strict=True
    ):
        assert night == other_night
        assert_frame_equal(news.enrolments, other.enrolments, check_row_order=False)
        assert_frame_equal(news.members, other.members, check_row_order=False)


def test_impossible_late_news_is_refused_row_by_row(story: Story) -> None:
    before = story.known_at_the_end()
    wrong = found = 0
    for night, news in late_news(3, stored(before), 2026, share=0.3, every_days=30, impossible_share=0.2):
        refused = {(p.table, p.row_index) for p in problems(news, stored(before), PRICES, night)}
        bad = {
            (table, row)
            for table in ("enrolments", "members")
            for row, ref in enumerate(getattr(news, table)["ref"])
            if ref.startswith("X-")
        }
        wrong, found = wrong + len(bad), found + len(refused)
        assert bad <= refused
        good = News(
            enrolments=news.enrolments.filter(~pl.col("ref").str.starts_with("X-")),
            members=news.members.filter(~pl.col("ref").str.starts_with("X-")),
        )
        before = known(before, good)
    assert 0 < wrong <= found
