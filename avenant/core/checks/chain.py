"""Promise 6, third part: the digest chain verifies, from the rows as they stand up to a given revision.

Each revision's digest covers the one before it, its number, instant, actor and run, and the digest of the rows
it wrote to each table. A row edited by hand is found here and nowhere else:

    revision 12, table enrolment: its 3 rows are not those that were written; restore them from a backup
"""

import hashlib
from typing import Any, Final

import polars as pl

from avenant.core.checks.finding import ERROR, Finding, Row, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "chain"
SENTENCE: Final = "The digest chain, recomputed from the rows, verifies up to the head."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

ORIGIN: Final = "00"
"""The digest of revision 0, in hex: a book without any revision."""
RESTORE: Final = "restore the rows of this revision from a backup and verify again"


def findings(
    revisions: pl.DataFrame,
    recorded: pl.DataFrame,
    recomputed: pl.DataFrame,
    through: int,
    expect: str | None = None,
) -> list[Finding]:
    """What breaks the chain, the first break first.

    revisions: rev, change_id, at_us (µs since 1970), digest (hex), actor, run_id, up to revision ``through``.
    recorded: change_id, table_name, row_count, digest as noted before commit; recomputed: the same from the
    rows as they stand. expect: the digest (hex) that was kept elsewhere for ``through``.
    """
    rows = revisions.sort("rev")
    found = [*_changed_rows(rows, recorded, recomputed), *_broken_links(rows, recorded, through)]
    found.sort(key=lambda finding: finding.row.get("rev") or 0)
    return [*found, *_unexpected(rows, through, expect)]


def _changed_rows(revisions: pl.DataFrame, recorded: pl.DataFrame, recomputed: pl.DataFrame) -> list[Finding]:
    sealed = revisions.select("rev", "change_id").drop_nulls()
    both = recorded.join(
        recomputed, on=["change_id", "table_name"], how="full", coalesce=True, suffix="_now"
    ).join(sealed, on="change_id")
    differing = pl.col("digest").ne_missing(pl.col("digest_now")) | pl.col("row_count").ne_missing(
        pl.col("row_count_now")
    )
    wrong = both.filter(differing).sort("rev", "table_name")
    return listed(NAME, wrong.select("rev", "table_name", "row_count", "row_count_now"), _not_those)


def _not_those(row: Row) -> str:
    written, now = row["row_count"] or 0, row["row_count_now"] or 0
    if written != now:
        return f"{written} rows were written, {now} are there; {RESTORE}"
    return f"its {now} rows are not those that were written; {RESTORE}"


def _broken_links(revisions: pl.DataFrame, recorded: pl.DataFrame, through: int) -> list[Finding]:
    """Revisions whose digest does not follow from the one before them, and gaps in their numbers."""
    tables = _tables_by_change(recorded)
    broken: list[dict[str, Any]] = []
    previous, expected_rev = ORIGIN, 1
    for row in revisions.iter_rows(named=True):
        if row["rev"] != expected_rev:
            broken.append({"rev": row["rev"], "why": f"revision {expected_rev} is missing before it"})
        elif revision_digest(previous, row, tables.get(row["change_id"], [])) != row["digest"]:
            broken.append({"rev": row["rev"], "why": "its digest does not follow from what it says it wrote"})
        previous, expected_rev = row["digest"], row["rev"] + 1
    if expected_rev != through + 1:
        broken.append({"rev": through, "why": f"revision {expected_rev} is missing"})
    rows = pl.DataFrame(broken, schema={"rev": pl.Int64, "why": pl.String})
    return listed(NAME, rows, lambda row: f"{row['why']}: who, when or what was changed; {RESTORE}")


def _tables_by_change(recorded: pl.DataFrame) -> dict[int, list[tuple[str, int, str]]]:
    tables: dict[int, list[tuple[str, int, str]]] = {}
    ordered = recorded.select("change_id", "table_name", "row_count", "digest").sort(
        "change_id", "table_name"
    )
    for change, table, count, digest in ordered.iter_rows():
        tables.setdefault(change, []).append((table, count, digest))
    return tables


def revision_digest(previous: str, revision: Row, tables: list[tuple[str, int, str]]) -> str:
    """The digest (hex) of a revision after ``previous``; ``tables``: name, count, digest, in the order of names."""
    said = [revision["rev"], revision["at_us"], revision["actor"], revision["run_id"]]
    text = "|".join(str(value) for value in said if value is not None)
    covered = bytes.fromhex(previous) + text.encode()
    for table, count, digest in tables:
        covered += f"|{table}|{count}|".encode() + bytes.fromhex(digest)
    return hashlib.sha256(covered).hexdigest()


def _unexpected(revisions: pl.DataFrame, through: int, expect: str | None) -> list[Finding]:
    if expect is None:
        return []
    digests = dict(revisions.select("rev", "digest").iter_rows())
    there = ORIGIN if through == 0 else digests.get(through)
    if there == expect.strip().lower():
        return []
    said = f"its digest is {there or 'unknown'}, expected was {expect}; {RESTORE}"
    row = {"rev": through, "digest": there, "expected": expect}
    return [Finding(NAME, ERROR, f"revision {through}", said, row)]
