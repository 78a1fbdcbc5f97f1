"""The synthetic Medicare files load through the mapping in examples/, with the counts known beforehand."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from avenant.core.generating import late_news
from avenant.flows import nightly
from avenant.flows.checking import findings_by_check
from avenant.flows.importing import ImportReport, import_files
from avenant.flows.learn import learn
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import PARIS, Database
from avenant.store.readers.facts import EVERYBODY, facts_of

MAPPING = Path(__file__).parents[2] / "examples" / "cms" / "mapping.yaml"
CMS = Path(os.environ.get("AVENANT_REAL_DATA", "")) / "cms"

pytestmark = pytest.mark.skipif(
    not (CMS / "enrolments.csv").is_file(),
    reason="AVENANT_REAL_DATA does not name a folder with cms/enrolments.csv and cms/beneficiaries.csv",
)


def loaded(db: Database, rejects: Path) -> ImportReport:
    publish(db, shipped_rulebook())
    return import_files(db, CMS, MAPPING, keep_going=True, rejects_file=rejects)


def test_4695_enrolments_load_and_5857_lines_are_refused_one_by_one(
    new_book: Callable[..., Database], tmp_path: Path
) -> None:
    db = new_book(opens=date(2017, 1, 1), clock="real")
    report = loaded(db, tmp_path / "rejects.csv")
    assert report.written == {"contract": 4_695, "member": 4_695, "enrolment": 4_695}
    assert report.loaded["people"] == 4_695
    assert report.rejected == 5_857 == 10_552 - 4_695
    assert report.reasons == {
        "beneficiary without birth date": 4_338,
        "unknown beneficiary": 1_463,
        "start before birth": 56,
    }
    assert report.rejects.height == 5_857
    assert set(report.rejects["file"]) == {"enrolments.csv"}


def broken_promises(db: Database) -> dict[str, int]:
    """Check name -> findings, of the checks that found any."""
    return {name: count for name, count in findings_by_check(db).items() if count}


@pytest.mark.soak
def test_the_books_stay_right_through_a_year_of_nights_with_late_news(
    new_book: Callable[..., Database], tmp_path: Path
) -> None:
    """Every night in `make soak`, one in 91 otherwise."""
    every_days = 1 if os.environ.get("AVENANT_SOAK") else 91
    db = new_book(opens=date(2017, 1, 1), starts_at=datetime(2021, 1, 1, 9, tzinfo=PARIS))
    loaded(db, tmp_path / "rejects.csv")
    first = nightly.run(db, date(2021, 1, 1))
    assert (first.families, first.parked, first.cancels) == (4_695, [], 0)
    assert broken_promises(db) == {}
    with db.connect() as connection:
        facts = facts_of(connection, EVERYBODY)
    cancels = 0
    for night, news in late_news(1, facts, 2021, every_days=every_days, not_before=date(2017, 1, 1)):
        db.simulate(datetime(night.year, night.month, night.day, 22, tzinfo=PARIS))
        learn(db, news, "late news", "a test of late news")
        report = nightly.run(db, night)
        assert report.parked == []
        assert broken_promises(db) == {}
        assert nightly.run(db, night).written_rows == 0, "the book differs from a fresh recompute"
        cancels += report.cancels
    assert cancels > 500
