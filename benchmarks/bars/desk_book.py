"""The book that the desk is measured on: premiums and care of the same people, grown quarter by quarter.

Each quarter its care is told, a nightly run books it, and its months are invoiced and paid; then 1 family in 40 turns
out to have left three months ago. So rows of one person lie as far apart as in a real book, and there is a past.
"""

from __future__ import annotations

import math
import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.generating.names import people_of
from avenant.core.generating.portfolio import snapshot
from avenant.core.periods import add_months, month_end
from avenant.flows import invoicing, nightly, payouts
from avenant.flows.code_version import code_version
from avenant.flows.generating import offers_through
from avenant.flows.learn import learn
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.changes import change_on
from avenant.store.database import PARIS, Database
from avenant.store.frames import read_frame
from avenant.store.setup import create_book, migrate
from avenant.store.writers.care import care_versions
from avenant.store.writers.people import keep_people
from benchmarks.bars.books import PREFIX, SEED, Bench, tidy
from benchmarks.bars.care_books import MEMBERS_PER_CONTRACT, NOBODY_NEW, drawn_care, tell_month
from benchmarks.bars.desk_past import leave_traces
from benchmarks.bars.figures import Wanted

PREMIUMS_PER_CONTRACT = 2.13
"""In a month, on average over the months of a book."""
QUARTER = 3
ONE_IN = 40
"""Of so many families, one turns out to have left."""
KINDS = ("individual", "company")


def contracts_with(wanted: Wanted) -> int:
    """So many contracts have about the wanted premiums in the months of the book."""
    return max(QUARTER, math.ceil(wanted.premiums / (PREMIUMS_PER_CONTRACT * wanted.months)))


def acts_yearly(wanted: Wanted) -> float:
    """So many acts a year and member make about the wanted acts."""
    return wanted.acts / (contracts_with(wanted) * MEMBERS_PER_CONTRACT * wanted.months / 12)


def desk_book(bench: Bench) -> str:
    """The name of the database; one that is kept from a run before is only brought up to this code's tables."""
    return bench.once("desk book", lambda: _kept(bench) or _grown(bench))


def _kept(bench: Bench) -> str:
    """The book that is kept, if its growth came to an end; '' where it must be made.

    As in the morning after a release: its tables are migrated, and the night was run by this code.
    """
    name = bench.wanted.keep
    if not name or name not in bench.server.list_databases():
        return ""
    migrate(bench.server.admin_url(name))
    db = Database(bench.server.app_url(name))
    with db.connect() as connection:
        done = connection.execute("SELECT 1 FROM check_run LIMIT 1").fetchone()
        last = connection.execute(
            "SELECT code_version FROM run WHERE kind = 'nightly' ORDER BY run_id DESC LIMIT 1"
        )
        by_this_code = last.fetchone() == (code_version(),)
    if done and not by_this_code:
        nightly.run(db, bench.wanted.business_date, workers=bench.wanted.workers, progress=bench.progress)
    return name if done else ""


def _grown(bench: Bench) -> str:
    wanted, name = bench.wanted, bench.wanted.keep or f"{PREFIX}_desk"
    contracts, rulebook = contracts_with(wanted), shipped_rulebook()
    stage = f"growing a book of about {wanted.premiums:,} premiums and {wanted.acts:,} acts"
    folder = bench.folder / name
    months = drawn_care(bench, contracts, acts_yearly(wanted), folder)
    bench.progress(stage, 0, wanted.months)
    db = create_book(
        bench.server,
        name,
        clock="simulated",
        opens=wanted.opens,
        replace=True,
        starts_at=_evening(wanted.opens),
    )
    publish(db, rulebook)
    facts = snapshot(
        SEED, contracts, wanted.opens, wanted.months, offers_through(rulebook, wanted.business_date)
    )
    learn(db, _born(facts, date.min, wanted.opens), "bench", "generated portfolio")
    for number in range(0, wanted.months, QUARTER):
        bench.progress(stage, number, wanted.months)
        quarter = [add_months(wanted.opens, number + more) for more in range(QUARTER)]
        _play(bench, db, facts, [month for month in quarter if month <= wanted.horizon], months)
        tidy(bench, name)
    _name_everybody(db, facts)
    _many_have_left(bench, db, facts)
    leave_traces(db, wanted.premiums)
    tidy(bench, name)
    bench.progress(stage, wanted.months, wanted.months)
    shutil.rmtree(folder)
    return name


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(19), PARIS)


def _born(facts: News, after: date, until: date) -> News:
    """The facts about those born after one day and until another; contracts are told with the first ones."""
    born = facts.members.filter(pl.col("birth_date") > after, pl.col("birth_date") <= until)
    theirs = facts.enrolments.filter(pl.col("member_ref").is_in(born["ref"].implode()))
    first = {"contracts": facts.contracts} if after == date.min else {}
    return News(members=born, enrolments=theirs, **first)


def _play(
    bench: Bench, db: Database, facts: News, quarter: list[date], care: dict[date, dict[str, list[Path]]]
) -> None:
    """Tell, book, invoice and pay one quarter; of the last one the last month stays open, and its care unpaid."""
    known_until = quarter[0] if quarter[0] == bench.wanted.opens else quarter[0] - timedelta(days=1)
    for month in quarter:
        db.simulate(_evening(month_end(month)))
        learn(db, _born(facts, known_until, month_end(month)), "bench", f"births of {month:%Y-%m}")
        known_until = month_end(month)
        if month in care:
            tell_month(db, month, care[month])
            _answer_some(db, month, care[month]["care_lines"])
    end = month_end(quarter[-1])
    nightly.run(db, end, workers=bench.wanted.workers)
    is_last = quarter[-1] == bench.wanted.horizon
    for month in quarter[:-1] if is_last else quarter:
        for kind in KINDS:
            invoicing.run(db, kind, month, end)
    if not is_last:
        payouts.run(db, end)


def _answer_some(db: Database, month: date, files: list[Path]) -> None:
    """What people decided in a month: of 1 line in 300, that it is not the act of another one of its document."""
    lines = pl.concat(pl.read_ipc(path, columns=["document_ref", "line"]) for path in files)
    ref = pl.concat_str("document_ref", pl.lit("#"), "line")
    pairs = lines.filter(pl.col("line") == 1).gather_every(300).with_columns(line_ref=ref)
    said = pairs.with_columns(
        ref=pl.concat_str(pl.lit("B-"), "document_ref"),
        kind=pl.lit("different"),
        other_ref=pl.concat_str("document_ref", pl.lit("#2")),
        amount_cents=pl.lit(None, pl.Int64),
        reason=pl.lit("two visits"),
        withdrawn=pl.lit(False),
    )
    news = News(answers=said.select(*TABLES["answers"]))
    with db.connect() as connection, change_on(connection, "bench", f"answers of {month:%Y-%m}") as writer:
        for table, rows in care_versions(connection, news, NOBODY_NEW).items():
            writer.write(table, rows)


def _many_have_left(bench: Bench, db: Database, facts: News) -> None:
    """One family in so many left three months before the end, as we hear now; the night books it."""
    last_day = month_end(add_months(bench.wanted.horizon, -QUARTER))
    primaries = facts.members["primary_ref"].fill_null("")
    chosen = facts.members.filter(primaries.hash(SEED) % ONE_IN == 0)["ref"]
    left = facts.enrolments.filter(
        pl.col("member_ref").is_in(chosen.implode()),
        pl.col("valid_from") <= last_day,
        pl.col("last_day").is_null() | (pl.col("last_day") > last_day),
    )
    learn(db, News(enrolments=left.with_columns(last_day=pl.lit(last_day))), "bench", "late departures")
    nightly.run(db, bench.wanted.business_date, workers=bench.wanted.workers)


def _name_everybody(db: Database, facts: News) -> None:
    """Names and addresses of all members, findable."""
    head = pl.col("primary_ref").fill_null(pl.col("ref"))
    family = head.rank("dense").cast(pl.Int64) - 1
    people = people_of(SEED, facts.members.with_columns(family=family))
    query, columns = (
        "SELECT ref, member_id FROM member WHERE version = 1",
        {"ref": pl.String, "member_id": pl.Int32},
    )
    with db.connect() as connection, connection.transaction():
        keep_people(connection, people, read_frame(connection, query, columns))
