"""The preview over the whole book equals, to the row, what the nightly run then books."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book
from avenant.core.rulebook.model import Rulebook, content_key
from avenant.flows import cases as playing
from avenant.flows import learn, nightly, publishing
from avenant.flows.demo import played_demo
from avenant.flows.generating import Wanted, story_of
from avenant.flows.previewing_book import BookPreview, previewed_book
from avenant.flows.telling import corrected_birth_date, departure
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.gateways.rulebook_files import rulebook_in, shipped_folder, shipped_rulebook
from avenant.store.database import PARIS, Connection, Database
from avenant.store.frames import read_frame
from avenant.store.readers.books import latest_entries
from avenant.store.setup import Server
from avenant.store.tables import TABLES
from tests.cases.sampling import sampled
from tests.flows.checked_books import FEBRUARY, JANUARY, people, rulebook

ROOT = Path(__file__).parent.parent.parent
FILES = [str(path.relative_to(ROOT)) for path in case_paths([ROOT / "cases"])]
WRITTEN = ("premium", "reimbursement", "held", "parking", "waiting")
SMALL_DEMO = Wanted(contracts=40, months=4, seed=5, acts_yearly=6.0)
CHANGES = {
    "a price": ("fr-individual.yaml", "30-34: 49.90", "30-34: 51.90"),
    "who pays": ("fr-individual.yaml", "children: first", "children: all"),
    "a guarantee": (
        "fr-individual.yaml",
        "{optam: 150 % BR, non_optam: 130 % BR}",
        "{optam: 180 % BR, non_optam: 130 % BR}",
    ),
    "an amount per session": ("fr-individual.yaml", "soft_medicine: 35 EUR", "soft_medicine: 20 EUR"),
    "a price in dollars": ("us-marketplace.yaml", "gold: {everyone: 418.90}", "gold: {everyone: 431.10}"),
}


def drafts(folder: Path) -> list[tuple[str, Rulebook]]:
    """The shipped rulebook with one change after the other."""
    shutil.copytree(shipped_folder(), folder)
    made = []
    for name, (file, before, after) in CHANGES.items():
        text = (folder / file).read_text(encoding="utf-8")
        assert before in text, f"{file} no longer says {before}"
        (folder / file).write_text(text.replace(before, after), encoding="utf-8")
        made.append((name, rulebook_in(folder)))
    return made


def kept(folder: Path) -> dict[str, pl.DataFrame]:
    """The rows that a preview kept."""
    return {
        table: pl.concat([pl.read_ipc(file) for file in folder.glob(f"{table}-*.arrow")], how="diagonal")
        for table in WRITTEN
        if list(folder.glob(f"{table}-*.arrow"))
    }


def written_by(book: Database, run_id: int) -> dict[str, pl.DataFrame]:
    """What a run wrote."""
    with book.connect() as connection:
        return {
            table: read_frame(
                connection,
                f"SELECT {', '.join(TABLES[table])} FROM {table} "
                f"WHERE change_id IN (SELECT change_id FROM change WHERE run_id = {run_id:d})",
                TABLES[table],
            )
            for table in WRITTEN
        }


def equal(seen: dict[str, pl.DataFrame], written: dict[str, pl.DataFrame]) -> None:
    """The same rows in every table."""
    for table, rows in written.items():
        columns = list(TABLES[table])
        told = seen[table].select(columns) if table in seen else rows.clear()
        assert sorted(told.iter_rows(), key=repr) == sorted(rows.iter_rows(), key=repr), table


def sums(seen: BookPreview, written: dict[str, pl.DataFrame]) -> None:
    """What the preview adds up is what the rows add up to."""
    for book in (PREMIUMS, REIMBURSEMENTS):
        moved = written[book.table]["amount_cents"].sum()
        for frame in (seen.totals, seen.plans, seen.months, seen.reasons, seen.steps):
            mine = frame.filter(book=book.table)
            assert mine["up_cents"].sum() + mine["down_cents"].sum() == moved
    assert seen.tally.charges + seen.tally.cancels == sum(
        len(written[book.table]) for book in (PREMIUMS, REIMBURSEMENTS)
    )


@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 0))
def test_preview_before_each_nightly_run_of_a_case(
    file: str, server: Server, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, runs = nightly.run, iter(range(1_000))

    def previewed_first(db: Database, day: date, **options: object) -> object:
        folder = tmp_path / str(next(runs))
        folder.mkdir()
        seen = previewed_book(db, day, keep=folder)
        report = run(db, day, **options)  # type: ignore[arg-type]
        written = written_by(db, report.run_id)
        equal(kept(folder), written)
        sums(seen, written)
        assert len(seen.failing) <= len(report.parked)
        return report

    monkeypatch.setattr(nightly, "run", previewed_first)
    case = read_case_file(ROOT / file, name=file)
    with playing.scratch_book(case, server) as book:
        assert playing.played_case(case, book).passed


def test_five_rule_changes_on_a_small_portfolio(new_book: Callable[..., Database], tmp_path: Path) -> None:
    shipped = shipped_rulebook()
    story = story_of(shipped, Wanted(contracts=20, months=8, seed=4, acts_yearly=8.0))
    book = new_book(opens=story.first_month, starts_at=datetime(2023, 6, 1, 8, tzinfo=PARIS))
    publishing.publish(book, shipped)
    day = date(2024, 2, 29)
    book.simulate(datetime(2024, 2, 29, 20, tzinfo=PARIS))
    learn.learn(book, story.known_at_the_end(), "test", "all at once")
    nightly.run(book, day)
    previewed_and_booked(book, day, tmp_path, chunk_families=7)


@pytest.mark.soak
@pytest.mark.parametrize("wanted", sampled([SMALL_DEMO, Wanted()]), ids=lambda wanted: f"{wanted.contracts}")
def test_five_rule_changes_on_the_demo_portfolio(wanted: Wanted, server: Server, tmp_path: Path) -> None:
    """Played to its end, with all that was restated, invoiced and paid on the way."""
    name = f"demo_{uuid.uuid4().hex[:12]}"
    try:
        played_demo(server, shipped_rulebook(), wanted, name, 0, lambda stage, done, total: None)
        previewed_and_booked(Database(server.app_url(name)), wanted.last_day, tmp_path)
    finally:
        server.drop_database(name)


def previewed_and_booked(book: Database, day: date, tmp_path: Path, **options: Any) -> None:
    """Five drafts one after the other: each is previewed, published and booked, and both are the same rows."""
    moved: set[str] = set()
    for number, (name, draft) in enumerate(drafts(tmp_path / "plans")):
        folder = tmp_path / str(number)
        folder.mkdir()
        head = book.head()
        seen = previewed_book(book, day, rulebook=draft, keep=folder, **options)
        assert book.head() == head
        publishing.publish(book, draft)
        written = written_by(book, nightly.run(book, day, override_breaker=True).run_id)
        equal(kept(folder), written)
        sums(seen, written)
        assert seen.plans["plan"].null_count() == 0
        moved.update({name} if seen.moves else ())
    assert len(moved) >= 4, f"changes that moved something: {moved}"


def test_what_was_never_restated_is_not_fetched_to_preview_a_draft(
    new_book: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, JANUARY)
    learn.learn(book, departure(book, "E7", date(2026, 1, 20)), "operations", "left")
    nightly.run(book, JANUARY)
    fetched: set[int] = set()

    def counted(connection: Connection, book: Book, *more: Any) -> pl.DataFrame:
        rows = latest_entries(connection, book, *more)
        fetched.update(rows["member_id"])
        return rows

    monkeypatch.setattr("avenant.flows.nightly_comparing.latest_entries", counted)
    dearer, day = rulebook(), date(2026, 1, 28)  # nobody's turn to be compared exactly, but member 28's
    prices = dearer.price_lines.with_columns(pl.col("amount_cents") + 100).with_columns(content_key())
    dearer = replace(dearer, price_lines=prices)
    seen = previewed_book(book, day, dearer, keep=tmp_path)
    with book.connect() as connection:
        zoe = connection.execute("SELECT member_id FROM member WHERE ref = 'Zoe'").fetchone()
    assert zoe is not None and fetched == {zoe[0]}, "alone her premium was restated"
    assert len(seen.largest) == 4, "Anna and the one child who pays, Max, Zoe"
    publishing.publish(book, dearer)
    written = written_by(book, nightly.run(book, day).run_id)
    equal(kept(tmp_path), written)
    sums(seen, written)


def test_facts_over_the_whole_book_are_tried_with_a_draft(
    new_book: Callable[..., Database], tmp_path: Path
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, JANUARY)
    book.simulate(datetime(2026, 2, 20, tzinfo=PARIS))
    news, draft = departure(book, "E1", date(2026, 1, 20)), rulebook(retroactivity_months=0)
    seen = previewed_book(book, FEBRUARY, draft, news, keep=tmp_path)
    publishing.publish(book, draft)
    learn.learn(book, news, "operations", "left")
    written = written_by(book, nightly.run(book, FEBRUARY).run_id)
    equal(kept(tmp_path), written)
    sums(seen, written)
    assert sorted(seen.tally.held["member_ref"]) == ["Lea", "Tom"]


def test_facts_that_cannot_be_right_are_refused(new_book: Callable[..., Database]) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    with pytest.raises(learn.NewsRefused):
        previewed_book(
            book, JANUARY, news=corrected_birth_date(book, "Tom", date(1980, 1, 1).replace(year=2090))
        )
