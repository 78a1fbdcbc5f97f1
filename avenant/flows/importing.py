"""Import a folder of CSV files: read it, judge every row, learn all of them or, if wanted, the good ones.

report = import_files(db, Path("portfolio"))                       all or nothing
report = import_files(db, Path("portfolio"), keep_going=True)      good rows, and portfolio/rejects.csv
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from avenant.core.frames.news import TABLES, News, empty_table
from avenant.core.importing.checking import World
from avenant.core.importing.judging import Judgement, judged
from avenant.core.importing.told import Told
from avenant.core.rulebook.model import Rulebook, empty_rulebook
from avenant.flows.learn import LearnReport, NewsRefused, learn
from avenant.gateways.csv_files import csv_written
from avenant.gateways.import_folder import Folder, read_folder
from avenant.store.database import Connection, Database
from avenant.store.readers.news import standing_for
from avenant.store.readers.rulebooks import NothingPublished, published

Progress = Callable[[str, int, int], None]
REJECTS_FILE = "rejects.csv"
REJECT_COLUMNS = ["file", "line", "column", "reason", "seen", "message", "remedy"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did.

    files: rows read, by file; loaded: good rows, by table; written: new versions, by table (a row that tells
    nothing new writes none); rejected: refused lines; reasons: refused lines by reason (a line may have
    several); rejects: `REJECT_COLUMNS`, one row per reason; rejects_file: where they were written; rev: the
    revision of what was written (None: nothing was).
    """

    folder: Path
    files: Mapping[str, int]
    loaded: Mapping[str, int]
    written: Mapping[str, int]
    rejected: int
    reasons: Mapping[str, int]
    rejects: pl.DataFrame
    rejects_file: Path | None = None
    rev: int | None = None


class ImportRefused(ValueError):
    """Some rows cannot be right, so nothing was loaded; `report` says which, and how many could be."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__(f"{report.rejected} rows cannot be right; nothing was loaded")
        self.report = report


class FactsMoved(RuntimeError):
    """While the files were judged somebody else told something that contradicts them; nothing was loaded."""


def import_files(
    db: Database,
    folder: Path,
    mapping: Path | None = None,
    *,
    keep_going: bool = False,
    rejects_file: Path | None = None,
    progress: Progress | None = None,
    actor: str = "import",
) -> ImportReport:
    """Load the files in `folder` (as `mapping` says, else the documented set) and report what came of it.

    Without `keep_going` nothing is loaded unless every row can be right. With it the good rows are loaded.
    Refused rows are written to `rejects_file` (with `keep_going` by default rejects.csv in `folder`), and an
    older file of that name is emptied if there are none. The same files imported twice write nothing.

    Errors: FileRefused, NothingPublished, ImportRefused, FactsMoved.
    """
    say = progress or (lambda stage, done, total: None)
    say("reading", 0, 0)
    read = read_folder(folder, mapping)
    say("checking", 0, sum(read.files.values()))
    judgement = judged(read.told, world_for(db, read.told))
    target = rejects_file or (folder / REJECTS_FILE if keep_going else None)
    if target and not judgement.rejects.height and not target.exists():
        target = None
    learnt = LearnReport()
    with csv_written(target, judgement.rejects.select(REJECT_COLUMNS)) if target else nullcontext():
        if keep_going or not judgement.rejects.height:
            say("writing", 0, judgement.news.rows())
            learnt = learn_judged(db, judgement.news, actor, f"import of {folder.resolve().name}")
    report = _report(folder, read, judgement, learnt, target)
    if report.rejected and not keep_going:
        raise ImportRefused(report)
    return report


def world_for(db: Database, told: Told) -> World:
    """What the told rows are judged against, as of now. Errors: NothingPublished, if plans are needed."""
    with db.connect() as connection:
        facts = standing_for(connection, _named(told)).facts()
        rulebook = _rulebook(connection, needed="enrolments" in told.tables)
    return World(facts, rulebook, db.today(), db.settings().opens)


def _named(told: Told) -> News:
    """The told rows, for their refs alone: whatever they name is looked up."""
    return News(**{table: told.tables.get(table, empty_table(table)) for table in TABLES})


def _rulebook(connection: Connection, needed: bool) -> Rulebook:
    try:
        return published(connection).rulebook
    except NothingPublished:
        if needed:
            raise
        return empty_rulebook()


def learn_judged(db: Database, news: News, actor: str, reason: str) -> LearnReport:
    """Learn news that was judged good. Errors: FactsMoved, if it is no longer."""
    try:
        return learn(db, news, actor, reason)
    except NewsRefused as refused:
        raise FactsMoved(
            "while the files were checked, somebody else told something that contradicts them "
            f"({refused.problems[0]}). Nothing was loaded: import again"
        ) from refused


def _report(
    folder: Path, read: Folder, judgement: Judgement, learnt: LearnReport, target: Path | None
) -> ImportReport:
    rejects = judgement.rejects
    lines = rejects.unique(["file", "line", "reason"])
    return ImportReport(
        folder=folder,
        files=read.files,
        loaded={table: getattr(judgement.news, table).height for table in read.told.tables},
        written=learnt.written,
        rejected=rejects.select("file", "line").n_unique(),
        reasons=dict(lines.group_by("reason").len().sort(-pl.col("len").cast(int), "reason").iter_rows()),
        rejects=rejects.select(REJECT_COLUMNS),
        rejects_file=target,
        rev=learnt.rev,
    )
