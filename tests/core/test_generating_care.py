"""Generated care in bulk: the same seed gives the same rows, senders agree with themselves, refs never collide."""

from __future__ import annotations

from datetime import date
from time import process_time

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.frames.care import DOCUMENT_KINDS
from avenant.core.frames.news import TABLES, News, empty_table
from avenant.core.generating import STEADY, offers_of, snapshot
from avenant.core.generating.care import LIVELY_CARE, bulk_care, covered_members
from avenant.core.generating.care.events import acts_per_event
from avenant.core.generating.care.impossible import FAULTS, impossible_care
from avenant.core.generating.care.menu import CHANNELS, MENU
from avenant.core.generating.days import stream
from avenant.core.importing.checking import problems
from avenant.core.importing.state import NOTHING_STORED
from avenant.core.money import PPM, round_half_up_div
from avenant.gateways.rulebook_files import shipped_rulebook

FIRST, MONTHS, LAST = date(2022, 7, 1), 42, date(2025, 12, 31)
CARE_TABLES = ("documents", "care_lines", "provider_statuses")
RULEBOOK = shipped_rulebook()


@pytest.fixture(scope="module")
def members() -> pl.DataFrame:
    offers = offers_of(RULEBOOK.plans, RULEBOOK.price_lines, LAST)
    return covered_members(snapshot(3, 400, FIRST, MONTHS, offers, STEADY))


@pytest.fixture(scope="module")
def care(members: pl.DataFrame) -> News:
    return told(members)


def told(members: pl.DataFrame, seed: int = 3) -> News:
    """Seven acts per person and year."""
    return bulk_care(members, RULEBOOK, seed, FIRST, MONTHS, 7.0, LIVELY_CARE)


def test_the_same_seed_tells_the_same_care_in_any_order_of_members(members: pl.DataFrame, care: News) -> None:
    again = told(members.reverse())
    for table in CARE_TABLES:
        assert_frame_equal(getattr(care, table), getattr(again, table))
    assert not told(members, seed=4).care_lines.equals(care.care_lines)


def test_every_table_has_the_columns_of_news(care: News) -> None:
    for table in CARE_TABLES:
        assert dict(getattr(care, table).schema) == TABLES[table]
    assert care.answers.equals(empty_table("answers"))


def test_parts_of_a_portfolio_never_share_a_document(members: pl.DataFrame) -> None:
    half = members.height // 2
    parts = [told(members[:half]), told(members[half:])]
    refs = pl.concat([part.documents["ref"] for part in parts])
    assert refs.n_unique() == refs.len()
    assert_frame_equal(parts[0].provider_statuses, parts[1].provider_statuses)


def test_import_refuses_none_of_it(care: News) -> None:
    assert problems(care, NOTHING_STORED, RULEBOOK, LAST) == []


def test_everybody_who_can_speak_of_care_does(care: News) -> None:
    assert set(care.documents["kind"]) == set(DOCUMENT_KINDS)
    assert {"amo", "alsace_moselle", "mutuelle_des_quais", "sur_mesure"} <= set(care.documents["payer"])
    assert set(care.documents["payer_rank"].drop_nulls()) == {2, 3, 5}


def test_there_are_stays_glasses_crowns_and_hearing_aids(care: News) -> None:
    large = {
        "hospital_stay",
        "daily_charge",
        "optics_frame",
        "optics_lens",
        "dental_prosthesis",
        "hearing_aid",
    }
    assert large <= set(care.care_lines["family"])


def test_documents_arrive_in_order_and_after_the_care(care: News) -> None:
    assert care.documents["received_on"].is_sorted()
    arrived = care.care_lines.join(care.documents, left_on="document_ref", right_on="ref")
    late = arrived.filter((pl.col("kind") != "quote") & (pl.col("received_on") < pl.col("care_from")))
    assert late.is_empty()
    months_later = arrived.filter(pl.col("received_on") - pl.col("care_from") > pl.duration(days=90))
    assert months_later.height > 0.01 * arrived.height


def test_the_secu_pays_its_rate_of_the_base_less_what_it_withholds(care: News) -> None:
    returned = care.care_lines.filter(pl.col("retention_cents").is_not_null())
    gross = round_half_up_div(pl.col("base_cents") * pl.col("rate_ppm"), PPM)
    wrong = returned.filter(pl.col("secu_cents") + pl.col("retention_cents") != gross)
    assert wrong.is_empty()
    assert returned.filter(pl.col("base_cents").abs() > pl.col("charged_cents").abs()).is_empty()
    assert returned.filter(pl.col("retention_cents").abs() > gross.abs()).is_empty()


def test_nobody_is_withheld_more_than_fifty_euros_a_year_of_either_sort(care: News) -> None:
    doctors = pl.col("family").str.contains("consultation|technical|imaging|biology")
    once = care.care_lines.filter((pl.col("retention_cents") > 0) & pl.col("exemption").is_null())
    member = pl.col("document_ref").str.extract(r"^S(.*)-\d+$")
    sums = once.group_by(member, pl.col("care_from").dt.year().alias("year"), doctors.alias("doctors")).agg(
        pl.col("retention_cents").sum()
    )
    assert 0 < sums["retention_cents"].max() <= 50_00


def test_what_providers_ask_never_exceeds_the_charge(care: News) -> None:
    asked = care.care_lines.filter(pl.col("asked_cents").is_not_null())
    assert asked.height
    assert asked.filter(
        (pl.col("asked_cents") <= 0) | (pl.col("asked_cents") > pl.col("charged_cents"))
    ).is_empty()


def test_a_long_illness_granted_backwards_takes_returns_back_and_tells_them_anew(care: News) -> None:
    negative = care.care_lines.filter(pl.col("quantity") < 0)
    raised = care.care_lines.filter(pl.col("exemption") == "ald")
    assert negative.height and raised.height
    assert (raised["rate_ppm"] == PPM).all()
    named = negative.filter(pl.col("cancels").is_not_null())
    lines = care.care_lines.with_columns(ref=pl.concat_str("document_ref", pl.lit("#"), "line"))
    found = named.join(lines, left_on="cancels", right_on="ref", suffix="_told")
    assert 0 < found.height == named.height < negative.height
    assert (found["charged_cents"] == -found["charged_cents_told"]).all()


def test_every_event_of_the_menu_can_be_told() -> None:
    for event in MENU:
        assert len(event.told) == len(CHANNELS), event.name
        assert sum(event.told) == pytest.approx(1.0), event.name
        assert acts_per_event(event) > 0


def test_so_many_acts_are_told_as_were_asked_for(members: pl.DataFrame, care: News) -> None:
    lines = care.care_lines.join(care.documents, left_on="document_ref", right_on="ref")
    key = ["member_ref", "family", "care_from", "location", "charged_cents"]
    acts = lines.filter((pl.col("quantity") > 0) & (pl.col("kind") != "quote")).select(key).n_unique()
    until = pl.col("covered_until").fill_null(date(2026, 1, 1)).clip(FIRST, date(2026, 1, 1))
    days = members.select(
        (until - pl.col("covered_from").clip(lower_bound=FIRST)).dt.total_days().sum()
    ).item()
    assert 6.3 < acts / (days / 365.25) < 7.7


def test_a_hundred_thousand_lines_take_a_few_seconds(members: pl.DataFrame) -> None:
    many = pl.concat(
        [members.with_columns(pl.format("{}x{}", "ref", pl.lit(number))) for number in range(10)]
    )
    started = process_time()
    lines = told(many).care_lines.height
    assert lines > 100_000
    assert (process_time() - started) / lines < 60e-6


def test_impossible_documents_are_refused_and_no_others(care: News) -> None:
    wrong = impossible_care(stream(5, "impossible care"), care, 0.01)
    both = News(
        documents=pl.concat([care.documents, wrong.documents]),
        care_lines=pl.concat([care.care_lines, wrong.care_lines]),
    )
    found = problems(both, NOTHING_STORED, RULEBOOK, LAST)
    assert set(FAULTS) <= {problem.reason for problem in found}
    tables = {"documents": both.documents["ref"], "care_lines": both.care_lines["document_ref"]}
    refused = {tables[problem.table][problem.row_index] for problem in found}
    assert refused == set(wrong.documents["ref"])
