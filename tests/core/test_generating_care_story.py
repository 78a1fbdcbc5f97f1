"""A story with care: told day by day, with everything that goes wrong on the way, and people who answer."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.frames.news import TABLES, News
from avenant.core.generating import Story
from avenant.core.generating.care import with_care
from avenant.core.importing.checking import problems
from avenant.core.importing.state import StoredFacts
from avenant.flows.generating import Wanted, story_of
from avenant.gateways.rulebook_files import shipped_rulebook

CARE = ("documents", "care_lines", "answers", "provider_statuses")
RULEBOOK = shipped_rulebook()
WANTED = Wanted(contracts=250, months=24, seed=4, acts_yearly=10.0)


@pytest.fixture(scope="module")
def story() -> Story:
    return story_of(RULEBOOK, WANTED)


@pytest.fixture(scope="module")
def told(story: Story) -> pl.DataFrame:
    """All lines ever told, with what their document says (kind, payer, member_ref, received_on)."""
    heads = story.documents.drop("withdrawn")
    return story.care_lines.join(heads, left_on=["document_ref", "known_on"], right_on=["ref", "known_on"])


def test_the_same_seed_tells_the_same_care(story: Story) -> None:
    again = story_of(RULEBOOK, WANTED)
    for table in CARE:
        assert_frame_equal(getattr(story, table), getattr(again, table))
    assert story.counters == again.counters


def test_without_care_the_rest_of_the_story_is_the_same(story: Story) -> None:
    bare = story_of(RULEBOOK, Wanted(contracts=250, months=24, seed=4, acts_yearly=0))
    for table in ("contracts", "members", "enrolments", "people"):
        assert_frame_equal(getattr(story, table), getattr(bare, table))
    assert all(getattr(bare, table).is_empty() for table in CARE)
    assert with_care(bare, RULEBOOK, 10.0).care_lines.equals(story.care_lines)


def test_every_week_of_care_can_be_learnt(story: Story) -> None:
    facts = story.known_at_the_end()
    nobody = StoredFacts(
        contracts=facts.contracts.with_row_index("contract_id"),
        members=facts.members.with_row_index("member_id").with_columns(family_id=pl.lit(0, pl.UInt32)),
        enrolments=facts.enrolments.clear().select(
            "ref",
            pl.lit(0, pl.UInt32).alias("contract_id"),
            pl.lit(0, pl.UInt32).alias("member_id"),
            *("plan", "level", "valid_from"),
            pl.col("last_day").alias("valid_to"),
        ),
    )
    for last, news in story.news(every_days=7):
        care = News(**{table: getattr(news, table) for table in CARE})
        assert problems(care, nobody, RULEBOOK, last) == []


def test_nothing_arrives_before_it_is_told_or_after_the_story(story: Story) -> None:
    assert (story.documents["known_on"] >= story.documents["received_on"]).all()
    assert story.days()[-1] <= WANTED.last_day
    for table in CARE:
        assert getattr(story, table)["known_on"].is_sorted(), table


def test_a_document_is_told_whole_and_only_its_last_version_of_a_stretch(story: Story) -> None:
    twice = story.documents.filter(pl.col("ref").is_duplicated() & ~pl.col("withdrawn"))
    assert twice.height > 10
    for last, news in story.news(every_days=60):
        assert news.documents["ref"].is_unique().all(), last
        assert news.care_lines.select(pl.struct("document_ref", "line").is_unique().all()).item()
        assert set(news.care_lines["document_ref"]) == set(news.documents.filter(~pl.col("withdrawn"))["ref"])


def test_documents_are_repeated_corrected_and_withdrawn(story: Story) -> None:
    by_ref = story.documents.filter(pl.col("ref").is_duplicated()).group_by("ref")
    fates = by_ref.agg(pl.col("withdrawn").any(), pl.col("received_on").n_unique().alias("days"))
    assert fates.filter("withdrawn").height
    assert fates.filter(pl.col("days") == 2).height, "corrected: received anew"
    assert fates.filter((pl.col("days") == 1) & ~pl.col("withdrawn")).height, "repeated as it was"


def test_one_line_comes_in_two_documents(told: pl.DataFrame) -> None:
    same = [
        "member_ref",
        "kind",
        "payer",
        "act_code",
        "care_from",
        "provider_ref",
        "location",
        "charged_cents",
    ]
    returns = told.filter((pl.col("kind") == "secu_return") & (pl.col("quantity") > 0))
    repeated = returns.group_by(same).agg(pl.col("document_ref").n_unique().alias("documents"))
    assert repeated.filter(pl.col("documents") > 1).height > 5


def test_the_secu_takes_lines_back_by_name_and_by_their_mirror(told: pl.DataFrame) -> None:
    negative = told.filter(pl.col("quantity") < 0)
    assert (negative["charged_cents"] < 0).all()
    assert 0 < negative["cancels"].count() < negative.height


def test_members_are_told_of_after_their_first_document_and_some_never(story: Story) -> None:
    first_told = story.members.group_by("ref").agg(pl.col("known_on").min().alias("member_known_on"))
    named = story.documents.join(first_told, left_on="member_ref", right_on="ref", how="left")
    assert named.filter(pl.col("member_known_on") > pl.col("known_on")).height > 0
    strangers = named.filter(pl.col("member_known_on").is_null())["member_ref"]
    assert 0 < strangers.len() < 0.01 * named.height
    assert strangers.str.starts_with("X-").all()


def test_other_insurers_are_learnt_months_after_the_care(told: pl.DataFrame) -> None:
    others = told.filter((pl.col("payer_rank") == 3) & (pl.col("quantity") > 0))
    months_later = pl.col("received_on") - pl.col("care_from") > pl.duration(days=60)
    assert 0 < others.filter(months_later).height < others.height


def test_some_lines_are_strange_or_doubtful(told: pl.DataFrame) -> None:
    assert told.filter(pl.col("act_code") == "ZZZQ999").height
    assert set(told["hold"].drop_nulls()) == {"contradicts_itself"}
    poorer = told.filter(pl.col("kind") == "member_invoice").select("act_code", "provider_ref").null_count()
    assert min(poorer.row(0)) > 0


def test_people_answer_after_the_question_came_up(story: Story, told: pl.DataFrame) -> None:
    answers = story.answers
    assert set(answers["kind"]) == {"same", "different", "exception"}
    assert answers.filter("withdrawn").height
    arrived = told.select(pl.concat_str("document_ref", pl.lit("#"), "line").alias("line_ref"), "received_on")
    known = arrived.group_by("line_ref").agg(pl.col("received_on").min())
    dated = answers.join(known, on="line_ref", how="left")
    assert (dated["known_on"] > dated["received_on"]).all()


def test_doctors_change_their_status_and_some_are_never_told(story: Story, told: pl.DataFrame) -> None:
    statuses = story.provider_statuses
    assert statuses.filter(pl.col("known_on") > story.first_month).height
    doctors = told.filter(pl.col("family").is_in(["consultation_gp", "consultation_specialist"]))
    seen = set(doctors["provider_ref"].drop_nulls())
    assert seen - set(statuses["provider_ref"]), "everybody's status is told"
    assert statuses.filter(pl.col("last_day").is_not_null()).height


def test_care_falls_after_covers_end_too(story: Story, told: pl.DataFrame) -> None:
    end = story.known_at_the_end().enrolments
    until = end.group_by("member_ref").agg(
        pl.when(pl.col("last_day").is_null().any())
        .then(None)
        .otherwise(pl.col("last_day").max())
        .alias("last_day")
    )
    late = told.join(until, on="member_ref").filter(pl.col("care_from") > pl.col("last_day"))
    assert 0 < late.height < 0.05 * told.height


def test_only_members_insured_in_euros_have_care(story: Story) -> None:
    dollars = story.contracts.filter(pl.col("currency") == "USD")["ref"]
    members = story.enrolments.group_by("member_ref").agg(
        pl.col("contract_ref").is_in(dollars.implode()).all()
    )
    foreign = members.filter("contract_ref")["member_ref"]
    assert foreign.len()
    assert story.documents.filter(pl.col("member_ref").is_in(foreign.implode())).is_empty()


def test_the_known_end_has_the_columns_of_news(story: Story) -> None:
    news = story.known_at_the_end()
    for table in CARE:
        assert dict(getattr(news, table).schema) == TABLES[table]
    assert news.documents["received_on"].max() <= date(2025, 6, 30)
