"""Promise 6, first part: revisions have no gap and their instants strictly increase, up to the head.

revision 11 at 09:12:03, revision 13 at 09:12:04       revision 12 is gone: as-of answers have changed
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from avenant.core.checks.finding import ERROR, Finding, Row, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "revisions"
SENTENCE: Final = "Revisions have no gap, and their instants strictly increase, up to the head."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

RESTORE: Final = "past answers are no longer repeatable; restore the rows from a backup"


@dataclass(frozen=True, slots=True)
class Head:
    """The head row: its revision, instant (µs since 1970) and digest (hex)."""

    rev: int
    at_us: int
    digest: str


def findings(revisions: pl.DataFrame, heads: list[Head]) -> list[Finding]:
    """``revisions``: rev, change_id, at_us (µs since 1970), digest (hex); ``heads``: the rows of table head."""
    rows = revisions.sort("rev")
    before = pl.col("rev").shift(1).fill_null(0)
    gaps = rows.with_columns(before=before).filter(pl.col("rev").ne_missing(pl.col("before") + 1))
    still = rows.with_columns(at_before=pl.col("at_us").shift(1)).filter(
        pl.col("at_us") <= pl.col("at_before")
    )
    shared = rows.filter(pl.col("change_id").is_not_null() & pl.col("change_id").is_duplicated())
    return [
        *listed(NAME, gaps.select("rev", "before"), _gap),
        *listed(
            NAME, still.select("rev", "at_us", "at_before"), lambda row: "is not later than the one before"
        ),
        *listed(
            NAME, shared.select("rev", "change_id"), lambda row: "seals a change that another one seals too"
        ),
        *_head(rows, heads),
    ]


def _gap(row: Row) -> str:
    missing = row["rev"] - row["before"] - 1
    return f"stands right after revision {row['before']}: {missing} between them are gone; {RESTORE}"


def _head(rows: pl.DataFrame, heads: list[Head]) -> list[Finding]:
    if len(heads) != 1:
        return [Finding(NAME, ERROR, "table head", f"has {len(heads)} rows instead of one")]
    head = heads[0]
    if rows.is_empty():
        said = f"says revision {head.rev}, but there is none; {RESTORE}"
        return [Finding(NAME, ERROR, "table head", said, {"rev": head.rev})] if head.rev else []
    last = rows.row(-1, named=True)
    if (last["rev"], last["at_us"], last["digest"]) == (head.rev, head.at_us, head.digest):
        return []
    said = f"says revision {head.rev}, but the last one is {last['rev']}, or its instant or digest differs; {RESTORE}"
    return [Finding(NAME, ERROR, "table head", said, {"rev": head.rev, "last_rev": last["rev"]})]
