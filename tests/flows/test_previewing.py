"""A preview of news equals, row for row, what learning it and the nightly run then write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from time import sleep

import polars as pl
import pytest

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book
from avenant.core.book.restating import restated
from avenant.core.cases.model import Case, Step
from avenant.core.cases.told import news_of, with_told
from avenant.core.frames.news import News
from avenant.core.periods import month_end
from avenant.flows import cases as playing
from avenant.flows import invoicing, learn, nightly, previewing, publishing
from avenant.flows.generating import Wanted, story_of
from avenant.flows.nightly_chunk import NOBODY, Computed, RunContext, Task, compute, nothing_to_write
from avenant.flows.previewing import FactsPreview, previewed
from avenant.flows.telling import departure
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.changes import change
from avenant.store.database import PARIS, Database
from avenant.store.frames import read_frame
from avenant.store.readers.facts import EVERYBODY
from avenant.store.readers.naming import with_refs
from avenant.store.readers.news import standing_for
from avenant.store.readers.open_months import contracts_of_families, open_months
from avenant.store.readers.present import present
from avenant.store.readers.resting import at_rest
from avenant.store.readers.rulebooks import published_version_name
from avenant.store.readers.runs import parked_families
from avenant.store.setup import Server
from avenant.store.writers.facts import new_versions
from avenant.store.writers.runs import OpenRun
from tests.cases.sampling import sampled
from tests.flows.checked_books import FEBRUARY, JANUARY, people, rulebook

ROOT = Path(__file__).parent.parent.parent
FILES = [str(path.relative_to(ROOT)) for path in case_paths([ROOT / "cases"])]
IDS = ["contract_id", "member_id", "slot_id", "act_id", "payee_id", "family_id", "line_id"]


def everything(book: Database, day: date) -> Computed:
    """What a nightly run would write now about everybody."""
    with book.connect() as connection:
        version = published_version_name(connection)
    run = OpenRun(0, "test", "test", version)
    horizon = day.replace(day=1)
    if horizon < book.settings().opens:
        return Computed(0, 0, nothing_to_write(), NOBODY)
    return compute(
        RunContext(book, run, version, book.settings(), day, horizon, day.day % 28),
        Task(0, EVERYBODY, None, None, 0),
    )


def in_words(book: Database, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with refs: what is new has other ids in a preview than once it is learnt."""
    if "member_id" not in rows.columns:
        rows = rows.with_columns(member_id=pl.coalesce("after_member_id", "before_member_id"))
    with book.connect() as connection:
        return with_refs(connection, rows)


def as_set(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    """Rows in an order of their own, without our own ids."""
    ids = [*IDS, "before_member_id", "after_member_id"]  # a row of reimbursements tells its member as a value
    kept = rows.drop(ids, strict=False)
    names = sorted(kept.columns)
    return sorted(kept.select(names).iter_rows(), key=repr)


def written_rows(book: Database, run_id: int) -> dict[str, pl.DataFrame]:
    """What a run wrote to either book."""
    with book.connect() as connection:
        return {
            each.table: read_frame(
                connection,
                f"""SELECT {", ".join(each.entry)} FROM {each.table} JOIN change USING (change_id)
                    WHERE run_id = {run_id:d}""",
                {name: each.columns[name] for name in each.entry},
            )
            for each in (PREMIUMS, REIMBURSEMENTS)
        }


def told_by(seen: FactsPreview, book: Book) -> pl.DataFrame:
    """The rows of a preview that a run writes, as `restated` tells them."""
    rows = {"premium": seen.premiums, "reimbursement": seen.reimbursements}[book.table]
    return rows.filter("written").drop("written", "because", "anyway_amount_cents")


def compare(book: Database, seen: FactsPreview, others: Computed, found: dict[str, pl.DataFrame]) -> None:
    """What the preview tells, with what is due to families that it does not concern, is what a run writes."""
    families = set(seen.families)
    for each in (PREMIUMS, REIMBURSEMENTS):
        with book.connect() as connection:
            heads = with_refs(connection, others.member_families.unique())
        apart = heads.filter(~pl.col("family_ref").is_in(families))["member_id"]
        rest = others.tables[each.table].filter(pl.col("member_id").is_in(apart.implode()))
        expected = in_words(book, restated(each, found[each.table]))
        told = [*as_set(told_by(seen, each)), *as_set(in_words(book, restated(each, rest)))]
        assert sorted(told, key=repr) == as_set(expected), each.table


def counted(book: Database) -> dict[str, int]:
    """How many rows each table has, and the latest revision."""
    with book.connect() as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore[index,call-overload]
            for name in tables
        }
    return counts | {"head": book.head()}


def nightly_day(step: Step) -> date:
    """The business date of the step's first nightly run, else its own day."""
    assert step.at is not None
    days = [run.settings.get("business_date") for run in step.runs if run.kind == "nightly"]
    return days[0] if days and days[0] else step.at.date()  # type: ignore[return-value]


def compared_steps(case: Case, book: Database) -> Iterator[Step]:
    """Play ``case``; before each step that tells news, preview it, and compare with what then is computed."""
    play = playing.Play(book, {})
    playing._publish(play, case.plans)
    for step in case.steps:
        if step.asks:
            continue
        if step.facts:
            assert step.at is not None
            book.simulate(step.at)
            compare_step(play, step)
            yield step
        playing._done(play, step)


def compare_step(play: playing.Play, step: Step) -> None:
    book, day = play.database, nightly_day(step)
    told = with_told(step.facts, play.known)
    news = news_of(step.facts, told)
    head, others = book.head(), everything(book, day)
    seen = previewed(book, news, day)
    assert seen.rev == book.head() == head
    try:
        report = learn.learn(book, news, "test", "told")
    except learn.NewsRefused as refused:
        assert list(seen.problems) == refused.problems
        return
    assert not seen.problems
    play.known = told
    assert seen.facts == report.written
    compare(book, seen, others, dict(everything(book, day).tables))


@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 2))
def test_preview_of_each_step_of_a_case(file: str, server: Server, template: str) -> None:
    case = read_case_file(ROOT / file, name=file)
    with playing.scratch_book(case, server) as book:
        list(compared_steps(case, book))


SMALL = Wanted(contracts=12, months=3, seed=3, acts_yearly=6.0)


def open_after(book: Database, seen: FactsPreview) -> dict[tuple[str, str, date], int]:
    """What waits for the next invoice of the families that a preview concerns: by contract, family and month."""
    with book.connect() as connection:
        heads = [
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT member_id FROM member WHERE ref = ANY(%s)", [list(seen.families)]
            )
        ]
        parked = parked_families(connection)["family_id"].to_list()
        contracts = contracts_of_families(connection, heads)
        rows = with_refs(connection, open_months(connection, heads, contracts))
    kept = rows.filter(~pl.col("family_id").is_in(parked) & (pl.col("open_cents") != 0))
    return {(r["contract_ref"], r["family_ref"], r["month"]): r["open_cents"] for r in kept.to_dicts()}


def without_shortcut(book: Database, news: News, day: date, monkeypatch: pytest.MonkeyPatch) -> FactsPreview:
    """The same preview, with what the run would do anyway recomputed although the book is at rest."""
    with monkeypatch.context() as patched:
        patched.setattr(previewing, "at_rest", lambda *_: False)
        return previewed(book, news, day)


def test_previews_of_a_generated_story(new_book: Callable[..., Database]) -> None:
    rulebook = shipped_rulebook()
    story = story_of(rulebook, SMALL)
    book = new_book(opens=story.first_month, starts_at=datetime(2023, 6, 1, 8, tzinfo=PARIS))
    publishing.publish(book, rulebook)
    for day, news in story.news(every_days=31):
        book.simulate(datetime(day.year, day.month, day.day, 20, tzinfo=PARIS))
        others, seen = everything(book, day), previewed(book, news, day)
        assert not seen.problems
        assert learn.learn(book, news, "test", "told").written == seen.facts
        run = nightly.run(book, day)
        compare(book, seen, others, written_rows(book, run.run_id))
        told = seen.adjustments.filter(pl.col("after_cents") != 0).to_dicts()
        after = {(row["contract_ref"], row["family_ref"], row["month"]): row["after_cents"] for row in told}
        assert after == open_after(book, seen)
        for kind in ("individual", "company"):
            invoicing.run(book, kind, day.replace(day=1), month_end(day))


def test_what_would_change_anyway_is_told_apart(new_book: Callable[..., Database]) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, JANUARY)
    learn.learn(book, departure(book, "E1", date(2026, 1, 20)), "operations", "Tom left")
    before = counted(book)
    seen = previewed(book, departure(book, "E2", date(2026, 1, 20)), JANUARY)
    assert counted(book) == before
    rows = seen.premiums.select("member_ref", "written", "because").rows()
    assert ("Tom", True, False) in rows
    assert ("Lea", False, True) in rows  # Tom's end alone would have made her the paying child


def test_a_preview_that_meets_a_writer_waits_and_sees_what_was_written(
    new_book: Callable[..., Database],
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, JANUARY)
    theirs, mine = departure(book, "E7", date(2026, 1, 20)), departure(book, "E7", date(2026, 1, 25))
    with book.snapshot() as connection:
        tables = new_versions(connection, theirs, standing_for(connection, theirs)).tables
    with ThreadPoolExecutor(1) as pool, change(book, "somebody", "left") as writer:
        writer.write("enrolment", tables["enrolment"])
        waiting = pool.submit(previewed, book, mine, JANUARY)
        sleep(0.5)
        assert not waiting.done()
    seen = waiting.result(60)
    assert seen.rev == book.head()
    with book.connect() as connection:
        assert present(connection, "enrolment", "E7")["valid_to"] == date(2026, 1, 21)  # type: ignore[index]


def test_a_book_at_rest_needs_no_second_computation(
    new_book: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = new_book(opens=date(2026, 1, 1))
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    nightly.run(book, JANUARY)
    resting = []
    monkeypatch.setattr(previewing, "at_rest", lambda *asked: resting.append(at_rest(*asked)) or resting[-1])
    news = departure(book, "E2", date(2026, 1, 20))
    seen = previewed(book, news, JANUARY)
    slowly = without_shortcut(book, news, JANUARY, monkeypatch)
    for told in ("premiums", "reimbursements", "adjustments", "waiting", "parking", "held"):
        assert as_set(getattr(seen, told)) == as_set(getattr(slowly, told)), told
    learn.learn(book, departure(book, "E7", date(2026, 1, 20)), "operations", "Zoe left")
    previewed(book, news, JANUARY)  # of another family, which is still at rest
    learn.learn(book, departure(book, "E1", date(2026, 1, 20)), "operations", "Tom left")
    previewed(book, news, JANUARY)
    previewed(book, departure(book, "E8", date(2026, 1, 20)), FEBRUARY)
    assert resting == [True, True, False, False]
