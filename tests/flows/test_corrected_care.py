"""Care that was corrected under its own number: the night books it once and then leaves it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from avenant.core.generating import Story
from avenant.core.generating.care import LIVELY_CARE, with_care
from avenant.flows import learn, nightly, publishing
from avenant.flows.generating import Wanted, story_of
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import PARIS, Database

RULEBOOK = shipped_rulebook()
WANTED = Wanted(contracts=40, months=4, seed=9, acts_yearly=0)


def corrected_story() -> Story:
    """Every tenth bill or request is told again with another charge."""
    mix = replace(LIVELY_CARE, corrected_share=0.2, withdrawn_share=0.02)
    return with_care(story_of(RULEBOOK, WANTED), RULEBOOK, 8.0, mix)


def test_a_night_after_a_night_writes_nothing(new_book: Callable[..., Database]) -> None:
    story = corrected_story()
    book = new_book(opens=WANTED.first_month)
    publishing.publish(book, RULEBOOK)
    for last, news in story.news(every_days=20):
        book.simulate(datetime(last.year, last.month, last.day, 18, tzinfo=PARIS))
        learn.learn(book, news, "test", "news")
        nightly.run(book, last, workers=0)
    for _ in range(3):
        last += timedelta(days=1)
        book.simulate(datetime(last.year, last.month, last.day, 2, tzinfo=PARIS))
        report = nightly.run(book, WANTED.last_day, workers=0)
        assert report.reimbursements.charges == 0
    with book.connect() as connection:
        versions = connection.execute("SELECT max(version) FROM care_line").fetchone()
        booked = connection.execute("SELECT count(*) FROM reimbursement").fetchone()
    assert versions is not None and versions[0] > 1
    assert booked is not None and booked[0] > 100
