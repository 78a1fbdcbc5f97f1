"""Learn news inside a transaction that is always rolled back, for as long as a preview looks at it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from avenant.core.frames.news import News
from avenant.core.importing.checking import problems
from avenant.core.importing.judging import Judgement, judged
from avenant.core.rulebook.model import Rulebook
from avenant.flows.importing import world_for
from avenant.flows.learn import NewsRefused
from avenant.gateways.import_folder import read_folder
from avenant.store.database import Connection, Database
from avenant.store.readers.news import standing_for
from avenant.store.readers.touched import families_touched
from avenant.store.trying import undone_change
from avenant.store.writers.facts import new_versions

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """facts: rows written for now, per table; families: ids of those that they concern."""

    facts: Mapping[str, int]
    families: list[int]


@contextmanager
def tried(connection: Connection, news: News, rulebook: Rulebook, opens: date) -> Iterator[Trial]:
    """``news`` as learnt on ``connection`` (of `store.trying.never_committed`) until the block ends.

    Errors: NewsRefused, by the judgement of `flows.learn`; psycopg errors when others write the same facts.
    """
    standing = standing_for(connection, news)
    found = problems(news, standing.facts(), rulebook, _today(connection), opens)
    if found:
        raise NewsRefused(found)
    with undone_change(connection) as writer:
        for table, rows in new_versions(connection, news, standing).tables.items():
            writer.write(table, rows)
        written = {table: pl.concat(frames) for table, frames in writer.written.items()}
        yield Trial(writer.rows_written(), families_touched(connection, written))


def _today(connection: Connection) -> date:
    row = connection.execute("SELECT (book_now() AT TIME ZONE 'Europe/Paris')::date").fetchone()
    assert row is not None
    return row[0]


def news_judged(db: Database, folder: Path, mapping: Path | None = None) -> Judgement:
    """What the CSV files of ``folder`` would tell, and what of it an import would refuse.

    Errors: FileRefused; NothingPublished.
    """
    told = read_folder(folder, mapping).told
    return judged(told, world_for(db, told))


def news_in(db: Database, folder: Path, mapping: Path | None = None) -> News:
    """What the CSV files of ``folder`` would tell, judged as an import judges them.

    Errors: FileRefused; ValueError with the first rows that cannot be right; NothingPublished.
    """
    judgement = news_judged(db, folder, mapping)
    rejects = judgement.rejects
    if rejects.is_empty():
        return judgement.news
    first = [
        f"{row['file']}, line {row['line']}, {row['column']}: {row['message'] or row['reason']} "
        f"(seen: {row['seen'] or 'nothing'})"
        for row in rejects.head(SHOWN).iter_rows(named=True)
    ]
    raise ValueError(
        f"{len(rejects):,} rows of {folder} cannot be right, and nothing was previewed:\n"
        + "\n".join(first)
        + "\nCorrect them, or see all with `avenant import`."
    )
