"""The demo in small: the same flows as in earnest, a story of a few contracts, everything checked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from avenant.commands.demo_summary import sparkline, summary_fields, summary_text
from avenant.core.claims.reasons import REASONS
from avenant.flows.demo import DemoReport, played_demo, refuse_real_book
from avenant.flows.demo_calendar import Deed, steps
from avenant.flows.generating import Wanted, story_of, write_history, write_news
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.setup import Server, create_book

SMALL = Wanted(contracts=100, months=5, seed=5, acts_yearly=6.0)
pytestmark = pytest.mark.xdist_group("demo")


def unheard(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture(scope="module")
def played(server: Server) -> Iterator[DemoReport]:
    name = f"demo_{uuid.uuid4().hex[:12]}"
    yield played_demo(server, shipped_rulebook(), SMALL, name, 0, unheard)
    server.drop_database(name)


def test_steps_follow_each_other_in_time() -> None:
    instants = [step.at for step in steps(date(2023, 6, 21), date(2023, 7, 1), 12)]
    assert instants == sorted(set(instants))


def test_news_is_learnt_without_gap_or_repetition() -> None:
    learnt = [s for s in steps(date(2023, 6, 21), date(2023, 7, 1), 12) if s.deed is Deed.LEARN]
    assert all((after.news_from - before.day).days == 1 for before, after in pairwise(learnt))
    assert (learnt[0].news_from, learnt[-1].day) == (date(2023, 6, 21), date(2024, 6, 30))


def test_individuals_are_invoiced_on_the_first_and_companies_at_the_end_of_the_month() -> None:
    july = [(step.deed, step.day.day) for step in steps(date(2023, 6, 21), date(2023, 7, 1), 1)]
    assert (Deed.INVOICE_INDIVIDUALS, 1) in july
    assert (Deed.INVOICE_COMPANIES, 31) in july


def test_a_played_story_passes_every_check(played: DemoReport) -> None:
    assert played.findings
    assert not {name: count for name, count in played.findings.items() if count}
    assert played.parked == 0


def test_the_book_holds_what_the_story_tells(played: DemoReport) -> None:
    assert played.totals.contracts == played.story["contracts"]
    assert played.totals.members == played.story["members"]
    assert sum(month.booked for month in played.months) == played.totals.premiums_booked
    assert sum(month.cancels for month in played.months) == played.totals.premiums_corrected > 0
    assert sum(month.invoices for month in played.months) == played.totals.invoices > 0


def test_late_news_shows_as_adjustments_of_earlier_months(played: DemoReport) -> None:
    assert played.totals.adjustments > 0
    assert played.example is not None
    assert played.example.month < played.example.corrected_on
    assert played.example.invoiced_on < played.example.corrected_on


def test_the_summary_names_figures_and_six_commands(played: DemoReport) -> None:
    text = summary_text(played, 12.3)
    assert f"{played.totals.members:,} in" in text
    assert f"{played.care.totals.acts:,} of care" in text
    assert text.count("\n  avenant ") == 6
    fields = summary_fields(played, 12.3)
    assert fields["totals"]["adjustments"] == played.totals.adjustments
    assert fields["care"]["payouts"] == played.care.totals.payouts


def test_care_is_decided_corrected_and_paid(played: DemoReport) -> None:
    totals = played.care.totals
    assert totals.documents == played.story["documents"]
    assert totals.lines == played.story["lines"]
    assert 0.9 * played.story["care_acts"] < totals.acts <= played.story["care_acts"]
    assert sum(month.redecided for month in played.months) == totals.corrected > 0
    assert sum(month.payouts for month in played.months) == totals.payouts > 0
    assert 0 < totals.paid_cents <= totals.ours_cents


def test_payers_together_pay_no_more_than_was_charged(played: DemoReport) -> None:
    totals = played.care.totals
    assert totals.secu_cents + totals.others_cents + totals.ours_cents <= totals.charged_cents


def test_what_waits_says_why_and_people_answer(played: DemoReport) -> None:
    assert set(played.care.waiting) <= set(REASONS)
    assert sum(month.answered for month in played.months) > 0


def test_an_act_is_decided_again_after_it_was_paid(played: DemoReport) -> None:
    assert played.care.redecided is not None
    assert played.care.redecided.care_date < SMALL.last_day
    assert played.care.payout is not None


def test_payouts_go_out_twice_a_month_after_the_nightly_run() -> None:
    march = [step for step in steps(date(2023, 2, 21), date(2023, 3, 1), 1) if step.deed is Deed.PAY]
    assert [step.day.day for step in march] == [20, 31]


def test_a_real_book_is_never_replaced(server: Server) -> None:
    name = f"real_{uuid.uuid4().hex[:12]}"
    create_book(server, name, clock="real", opens=date(2024, 1, 1))
    try:
        with pytest.raises(ValueError, match="replaces only"):
            refuse_real_book(server, name)
    finally:
        server.drop_database(name)


def test_bars_grow_with_their_values() -> None:
    assert sparkline([0, 4, 8]) == "▁▅█"
    assert sparkline([0, 0]) == "▁▁"


def test_a_portfolio_is_written_with_one_folder_per_week(tmp_path: Path) -> None:
    story = story_of(shipped_rulebook(), SMALL)
    rows = write_news(tmp_path, story.known_at_the_end())
    weeks = write_history(tmp_path, story, 7, unheard)
    assert rows["members.csv"] == len((tmp_path / "members.csv").read_text().splitlines()) - 1
    folders = sorted(path.name for path in tmp_path.iterdir() if path.is_dir() and path.name != "care")
    assert len(folders) == weeks
    assert folders[0] >= "2023-06-21"
    header = (tmp_path / folders[0] / "enrolments.csv").read_text().splitlines()[0]
    assert header == "ref,contract_ref,member_ref,plan,level,basis,valid_from,last_day,withdrawn"
