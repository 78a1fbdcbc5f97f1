"""Import messages on care: read files of any format, judge every row, learn the good ones, tell the rest.

report = import_documents(db, [Path("inbox"), Path("bundle.json")])        good documents, and inbox/rejects.csv

A damaged file stops no other and a bad document no other: care goes on arriving every day. What was read but could
not be mapped, and documents that contradict themselves, are findings of the report.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from avenant.core.importing.judging import Judgement, judged
from avenant.flows.importing import REJECT_COLUMNS, REJECTS_FILE, learn_judged, world_for
from avenant.flows.learn import LearnReport
from avenant.gateways.csv_files import csv_written
from avenant.gateways.document_folder import read_documents
from avenant.gateways.document_rows import Arrived
from avenant.store.database import Database

Progress = Callable[[str, int, int], None]
FINDINGS_FILE = "findings.csv"
COMPULSORY_PAYERS = ("CMS",)
"""FHIR insurers whose statements are those of the compulsory scheme: CMS is Medicare's."""


@dataclass(frozen=True, slots=True)
class DocumentsReport:
    """What an import of documents found and did.

    files: rows or resources read, by file (0: it could not be read); loaded and refused: rows, by table; written: new
    versions, by table; held: lines that wait because their document contradicts itself; reasons: refused places by
    reason; rejects: `REJECT_COLUMNS`, one row per reason; findings: `FINDING_SCHEMA`; rejects_file, findings_file:
    where they were written; rev: the revision of what was written (None: nothing was).
    """

    files: Mapping[str, int]
    loaded: Mapping[str, int]
    refused: Mapping[str, int]
    written: Mapping[str, int]
    held: int
    reasons: Mapping[str, int]
    rejects: pl.DataFrame
    findings: pl.DataFrame
    rejects_file: Path | None = None
    findings_file: Path | None = None
    rev: int | None = None
    dry_run: bool = False


def import_documents(
    db: Database,
    paths: Sequence[Path],
    mapping: Path | None = None,
    *,
    dry_run: bool = False,
    rejects_file: Path | None = None,
    findings_file: Path | None = None,
    payers: Sequence[str] = COMPULSORY_PAYERS,
    progress: Progress | None = None,
    actor: str = "import",
) -> DocumentsReport:
    """Load the documents in the files and folders `paths` (as `mapping` says, else by their names and content).

    Refused rows are written to `rejects_file`, by default rejects.csv beside the first path, and an older file of
    that name is emptied if there are none; findings to `findings_file`, if it is given. With `dry_run` nothing is
    learnt and no file written. The same files imported twice write nothing new.

    Errors: FileRefused for a path that is not there, FactsMoved.
    """
    say = progress or (lambda stage, done, total: None)
    arrived = read_documents(paths, say, payers, mapping)
    rows = sum(frame.height for frame in arrived.told.tables.values())
    say("checking", 0, rows)
    judgement = judged(arrived.told, world_for(db, arrived.told))
    rejects = None if dry_run else _rejects_target(paths, rejects_file, judgement)
    findings = None if dry_run else findings_file
    learnt = LearnReport()
    with ExitStack() as files:
        if rejects is not None:
            files.enter_context(csv_written(rejects, judgement.rejects.select(REJECT_COLUMNS)))
        if findings is not None:
            files.enter_context(csv_written(findings, arrived.findings))
        if not dry_run:
            say("writing", 0, judgement.news.rows())
            learnt = learn_judged(db, judgement.news, actor, _reason(paths))
    return _report(arrived, judgement, learnt, rejects, findings, dry_run)


def _rejects_target(paths: Sequence[Path], chosen: Path | None, judgement: Judgement) -> Path | None:
    beside = paths[0] if paths[0].is_dir() else paths[0].parent
    target = chosen or beside / REJECTS_FILE
    return target if judgement.rejects.height or target.exists() else None


def _reason(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"import of documents from {paths[0].resolve().name}{more}"


def _report(
    arrived: Arrived,
    judgement: Judgement,
    learnt: LearnReport,
    rejects_file: Path | None,
    findings_file: Path | None,
    dry_run: bool,
) -> DocumentsReport:
    told = {table: frame.height for table, frame in arrived.told.tables.items()}
    loaded = {table: getattr(judgement.news, table).height for table in told}
    places = judgement.rejects.unique(["file", "line", "column", "reason"])
    reasons = places.group_by("reason").len().sort(-pl.col("len").cast(int), "reason")
    return DocumentsReport(
        files=arrived.files,
        loaded=loaded,
        refused={table: count - loaded[table] for table, count in told.items() if count > loaded[table]},
        written=learnt.written,
        held=judgement.news.care_lines["hold"].count(),
        reasons=dict(reasons.iter_rows()),
        rejects=judgement.rejects.select(REJECT_COLUMNS),
        findings=arrived.findings,
        rejects_file=rejects_file,
        findings_file=findings_file,
        rev=learnt.rev,
        dry_run=dry_run,
    )
