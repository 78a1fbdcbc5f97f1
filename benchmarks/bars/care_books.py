"""The books of care that are measured: generated messages about many acts, on the facts of a portfolio.

Messages are written month by month as they arrived, in one change each, straight into the tables: row judging is what
`avenant import` is for, and 5 million acts are about 7.5 million lines. So a member's lines lie as far apart as they
do in a real book.
"""

from __future__ import annotations

import math
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from avenant.core.frames.news import News
from avenant.core.generating.care import bulk_care, covered_members
from avenant.core.generating.portfolio import snapshot
from avenant.flows.generating import offers_through
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.changes import change_on
from avenant.store.database import Database
from avenant.store.writers.care import care_versions
from benchmarks.bars.books import PREFIX, SEED, Bench, facts, tidy
from benchmarks.bars.figures import Wanted

ACTS_YEARLY = 20.0
"""Per member. France counts about 18 care forms a year and head."""
MEMBERS_PER_CONTRACT = 2.04
"""Covered ones, on average over the months of the book."""
MEMBERS_AT_ONCE = 3_000
"""About 210,000 acts: half a gigabyte while they are drawn."""
TOLD = ("documents", "care_lines", "provider_statuses")
NOBODY_NEW = pl.DataFrame(schema={"ref": pl.String, "member_id": pl.Int32})


def contracts_for(wanted: Wanted, acts: int) -> int:
    """So many contracts have about ``acts`` acts in the months of the book."""
    per_contract = MEMBERS_PER_CONTRACT * ACTS_YEARLY * wanted.months / 12
    return max(2, math.ceil(acts / per_contract))


def told(bench: Bench, acts: int) -> str:
    """The name of a database with the facts of a portfolio and about ``acts`` acts told, and nothing booked."""
    return bench.once(f"told {acts}", lambda: _told(bench, acts))


def _told(bench: Bench, acts: int) -> str:
    name, contracts = f"{PREFIX}_told_{acts}", contracts_for(bench.wanted, acts)
    bench.server.create_database(name, template=facts(bench, contracts), drop_first=True)
    months = drawn_care(bench, contracts, ACTS_YEARLY, bench.folder / name)
    stage = f"telling about {acts:,} acts, month after month"
    db = Database(bench.server.app_url(name))
    for number, month in enumerate(sorted(months)):
        bench.progress(stage, number, len(months))
        tell_month(db, month, months[month])
    bench.progress(stage, len(months), len(months))
    shutil.rmtree(bench.folder / name)
    tidy(bench, name)
    return name


def drawn_care(
    bench: Bench, contracts: int, yearly: float, folder: Path
) -> dict[date, dict[str, list[Path]]]:
    """Care of all members, some after the other, in files by month of arrival and table.

    yearly: acts of a member and year, on average.
    """
    wanted, rulebook = bench.wanted, shipped_rulebook()
    offers = offers_through(rulebook, wanted.business_date)
    members = covered_members(snapshot(SEED, contracts, wanted.opens, wanted.months, offers))
    folder.mkdir()
    files: dict[date, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    stage = f"drawing care for {len(members):,} members"
    for begin in range(0, len(members), MEMBERS_AT_ONCE):
        bench.progress(stage, begin, len(members))
        some = members.slice(begin, MEMBERS_AT_ONCE)
        news = bulk_care(some, rulebook, SEED, wanted.opens, wanted.months, yearly)
        for month, table, rows in _by_arrival(news, wanted.opens):
            files[month][table].append(folder / f"{month}-{table}-{begin}.arrow")
            rows.write_ipc(files[month][table][-1], compression="lz4")
    bench.progress(stage, len(members), len(members))
    return files


def _by_arrival(news: News, opens: date) -> Iterator[tuple[date, str, pl.DataFrame]]:
    """month, table, rows; the providers' statuses are known from the first month on."""
    month = pl.col("received_on").dt.truncate("1mo").clip(lower_bound=opens)
    documents = news.documents.with_columns(month=month)
    months = documents.select("month", document_ref="ref")
    lines = news.care_lines.join(months, on="document_ref", maintain_order="left")
    for table, rows in (("documents", documents), ("care_lines", lines)):
        for part in rows.partition_by("month"):
            yield part["month"][0], table, part.drop("month")
    yield opens, "provider_statuses", news.provider_statuses


def _read(files: dict[str, list[Path]]) -> News:
    tables = {table: pl.concat(pl.read_ipc(path) for path in files[table]) for table in TOLD if files[table]}
    if "provider_statuses" in tables:
        tables["provider_statuses"] = tables["provider_statuses"].unique(maintain_order=True)
    return News(**tables)


def tell_month(db: Database, month: date, files: dict[str, list[Path]]) -> None:
    """Write the messages of one month, as one change."""
    news, reason = _read(files), f"care told in {month:%Y-%m}"
    with db.connect() as connection, change_on(connection, "bench", reason) as writer:
        for table, rows in care_versions(connection, news, NOBODY_NEW).items():
            writer.write(table, rows)
