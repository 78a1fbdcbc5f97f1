"""The care side of a nightly chunk: read the families' messages, adjudicate all their acts.

Lines lie in the order in which they arrived, so that a chunk's lines are everywhere. A large run therefore reads the
whole table once, in stretches, and sorts it into one file per chunk; a chunk alone reads its lines by the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from avenant.core.claims.adjudication.joining import beside
from avenant.core.claims.expected import expected_reimbursements, nothing_expected
from avenant.core.claims.model import Care, CareTerms
from avenant.core.claims.model import ExpectedCare as Found
from avenant.core.frames.care import CARE_LINE
from avenant.core.premiums import Facts
from avenant.store.database import Connection, Database
from avenant.store.readers.care import adopted_lines, answers_for, lines_in_blocks, lines_of, statuses_of

BLOCKS_AT_ONCE = 8_192
FEW_BLOCKS = 2_048
BEFORE_OPENING = "before_opening"


@dataclass(frozen=True, slots=True)
class ExpectedCare:
    """rows, waiting: as in `core.claims.model.ExpectedCare`. moved: acts that may have been another member's.

    standing: acts of which what is booked stands until a person decides; also the acts that others of their lines
    may have been before.
    """

    rows: pl.DataFrame
    waiting: pl.DataFrame
    moved: pl.Series
    standing: pl.Series


def expected_care(
    connection: Connection,
    files: Sequence[str] | None,
    facts: Facts,
    terms: CareTerms,
    opens: date,
    rev: int | None = None,
) -> ExpectedCare:
    """What the rules say of all acts of the members of ``facts``, from the opening of the book on."""
    care = care_of(connection, files, facts, rev)
    if care.lines.is_empty():
        nothing, no_acts = nothing_expected(), pl.Series([], dtype=pl.Int64)
        return ExpectedCare(nothing.rows, nothing.waiting, no_acts, no_acts)
    return as_booked(expected_reimbursements(care, terms), care, opens)


def as_booked(found: Found, care: Care, opens: date) -> ExpectedCare:
    """What of the rules' answer a book that opens at ``opens`` can hold, and which acts it must look at."""
    early = found.rows.filter(pl.col("care_date") < opens)
    rows = found.rows.filter(pl.col("care_date") >= opens) if len(early) else found.rows
    links = found.links.join(care.lines.filter(pl.col("version") > 1), on="line_id", how="semi")
    waiting = pl.concat([found.waiting, _too_early(early)])
    return ExpectedCare(rows, waiting, links["act_id"].unique(), _standing(found))


def _standing(found: Found) -> pl.Series:
    """Acts that wait with what was booked for them, by every number that they may have had."""
    waiting = found.waiting.filter("keeps_booked").select(act_id="line_id")
    lines = found.links.join(waiting, on="act_id", how="semi")["line_id"]
    return pl.concat([waiting["act_id"], lines]).unique()


def _too_early(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique("act_id").select(
        line_id="act_id",
        member_id="member_id",
        reason=pl.lit(BEFORE_OPENING),
        candidates=pl.lit(None, pl.String),
        keeps_booked=pl.lit(False),
    )


def care_of(
    connection: Connection, files: Sequence[str] | None, facts: Facts, rev: int | None = None
) -> Care:
    """The facts of care of the members of ``facts``; their lines from ``files``, or by the index."""
    lines = live_lines(connection, facts.members["member_id"], rev, files)
    return Care(
        lines=lines,
        answers=answers_for(connection, lines["ref"], rev),
        statuses=statuses_of(connection, lines["provider_id"], rev),
        members=facts.members.select("member_id", "family_id", "birth_date"),
        enrolments=facts.enrolments.select(
            *("enrolment_id", "contract_id", "member_id", "plan", "level", "basis", "valid_from", "valid_to")
        ),
    )


def live_lines(
    connection: Connection, members: pl.Series, rev: int | None = None, files: Sequence[str] | None = None
) -> pl.DataFrame:
    """The lines of ``members`` (CARE_LINE), from ``files`` or by the index, with those that became theirs since."""
    lines = lines_of(connection, members, rev) if files is None else _from_files(files, members)
    adopted = adopted_lines(connection, members, rev) if len(members) else lines.clear()
    return pl.concat([lines, adopted]) if len(adopted) else lines


def _from_files(files: Sequence[str], members: pl.Series) -> pl.DataFrame:
    parts = [pl.read_ipc_stream(file) for file in files]
    lines = pl.concat([pl.DataFrame(schema=CARE_LINE), *parts])
    return lines.filter(pl.col("member_id").is_in(members.implode()))


@dataclass(frozen=True, slots=True)
class Sorting:
    """One stretch of the table of lines to sort into files. ``chunks``: member_id, number of its chunk."""

    first: int
    after: int
    folder: str


def sort_lines(
    db: Database, snapshot: str, sorting: Sorting, chunks: pl.DataFrame, corrected: pl.DataFrame
) -> list[tuple[int, str]]:
    """Write the live lines of one stretch into one file per chunk: (number of the chunk, file).

    ``corrected``: line_id, latest; older versions of those lines no longer count.
    """
    with db.snapshot(snapshot) as connection:
        lines = lines_in_blocks(connection, sorting.first, sorting.after)
    if len(corrected):
        told = lines.join(corrected, on="line_id", how="left")
        lines = told.filter(pl.col("version") == pl.col("latest").fill_null(1)).drop("latest")
    lines = lines.filter(~pl.col("withdrawn"))
    number = beside(lines.select("member_id"), chunks, "member_id")["number"]
    rows = lines.with_columns(number).sort("number", maintain_order=True)
    files, begin = [], 0
    for count, chunk in rows["number"].rle().struct.unnest().iter_rows():
        path = str(Path(sorting.folder) / f"{chunk}-{sorting.first}.arrow")
        part = rows.slice(begin, count).drop("number")
        # As it is: compressing costs more. Plain texts: a view takes the texts of all chunks along, in each file.
        part.write_ipc_stream(path, compat_level=pl.CompatLevel.oldest())
        files.append((chunk, path))
        begin += count
    return files
