"""The matching of lines to acts as it was at each revision at which it may have changed.

The links are never stored: matching is repeated on what was known then, with the rulebook that was published then.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from avenant.core.claims.matching import matched
from avenant.core.claims.model import Matched
from avenant.core.frames.care import ANSWER, CARE_LINE
from avenant.core.graph.neighbourhood import Groups
from avenant.core.graph.rows import GraphRows


@dataclass(frozen=True, slots=True)
class MatchedAt:
    """What matching said from revision ``since`` until before ``until`` (None: still)."""

    since: int
    until: int | None
    found: Matched


def matchings(rows: GraphRows) -> list[MatchedAt]:
    """Every matching of all lines of ``rows``, oldest first; before a rulebook is published there is none."""
    if rows.act_codes.is_empty():
        return []
    first = rows.act_codes["rev"].min()
    changing = (rows.lines, rows.answers, rows.members, rows.documents, rows.act_codes)
    revs = pl.concat([frame["rev"] for frame in changing]).unique().sort()
    known = [rev for rev in revs if rev >= first]
    found = [
        (rev, until, _matched_at(rows, rev)) for rev, until in zip(known, [*known[1:], None], strict=True)
    ]
    return [MatchedAt(rev, until, result) for rev, until, result in found if result is not None]


def _matched_at(rows: GraphRows, rev: int) -> Matched | None:
    lines = _lines_at(rows, rev)
    if lines.is_empty():
        return None
    answers = _latest(rows.answers, "answer_id", rev).filter(~pl.col("withdrawn"))
    told = pl.col("line_ref").is_in(lines["ref"].implode()) | pl.col("other_ref").is_in(
        lines["ref"].implode()
    )
    published = rows.act_codes.filter(pl.col("rev") <= rev)
    codes = published.filter(pl.col("rev") == pl.col("rev").max()).drop("rev")
    return matched(lines, answers.filter(told.fill_null(False)).select(list(ANSWER)), codes)


def _lines_at(rows: GraphRows, rev: int) -> pl.DataFrame:
    """Live lines of known members; a line told of nobody we knew belongs to whom its document's number names now."""
    members = _latest(rows.members, "member_id", rev).filter(~pl.col("withdrawn"))
    documents = _latest(rows.documents, "document_id", rev).select("document_id", "member_ref")
    named = documents.join(
        members.select(member_ref="ref", named_id="member_id"), on="member_ref", how="inner"
    ).select("document_id", "named_id")
    lines = _latest(rows.lines, "line_id", rev).filter(~pl.col("withdrawn"))
    known = lines.join(named, on="document_id", how="left").with_columns(
        member_id=pl.coalesce("member_id", "named_id")
    )
    return known.join(members, on="member_id", how="semi").select(list(CARE_LINE))


def _latest(rows: pl.DataFrame, key: str, rev: int) -> pl.DataFrame:
    known = rows.filter(pl.col("rev") <= rev)
    return known.sort(key, "version").unique(key, keep="last", maintain_order=True)


def hanging_together(
    found: list[MatchedAt], waiting: pl.DataFrame, refs: dict[str, int], lines: set[int]
) -> set[int]:
    """``lines`` and every line that ever was in an act with one of them, or waited for one of them."""
    groups = Groups()
    for moment in found:
        for act_id, line_id in moment.found.links.select("act_id", "line_id").iter_rows():
            groups.unite(act_id, line_id)
    for line_id, candidates in waiting.select("line_id", "candidates").iter_rows():
        for ref in (candidates or "").split():
            if ref in refs:
                groups.unite(line_id, refs[ref])
    return {number for line in lines for number in groups.together(line)}
