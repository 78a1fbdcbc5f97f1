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
    """Every matching of all lines of ``rows``, oldest first; before a rulebook is published there is none.

    A call of the matching costs much, a line hardly anything: what was known at several revisions under one rulebook
    is matched in one call, as if each revision had lines and people of its own. What waits is not told.
    """
    if rows.act_codes.is_empty():
        return []
    published = rows.act_codes["rev"].unique().sort().to_list()
    changing = (rows.lines, rows.answers, rows.members, rows.documents, rows.act_codes)
    revs = pl.concat([frame["rev"] for frame in changing]).unique().sort()
    moments = pl.DataFrame({"moment": revs.filter(revs >= published[0])})
    lines, answers = _lines_at(rows, moments), _latest(rows.answers, "answer_id", moments)
    found: dict[int, Matched] = {}
    for since, until in zip(published, [*published[1:], None], strict=True):
        then = pl.col("moment").is_between(since, revs.max() if until is None else until - 1)
        codes = rows.act_codes.filter(pl.col("rev") == since).drop("rev")
        found |= _matched_apart(lines.filter(then), answers.filter(then & ~pl.col("withdrawn")), codes)
    known = moments["moment"].to_list()
    stretches = zip(known, [*known[1:], None], strict=True)
    return [MatchedAt(rev, until, found[rev]) for rev, until in stretches if rev in found]


def _lines_at(rows: GraphRows, moments: pl.DataFrame) -> pl.DataFrame:
    """``moment`` and live lines of known members, by line_id; one told of nobody we knew belongs to whom its
    document's number names then.
    """
    members = _latest(rows.members, "member_id", moments).filter(~pl.col("withdrawn"))
    documents = _latest(rows.documents, "document_id", moments).select("moment", "document_id", "member_ref")
    called = members.select("moment", member_ref="ref", named_id="member_id")
    named = documents.join(called, on=["moment", "member_ref"]).select("moment", "document_id", "named_id")
    lines = _latest(rows.lines, "line_id", moments).filter(~pl.col("withdrawn"))
    known = lines.join(named, on=["moment", "document_id"], how="left").with_columns(
        member_id=pl.coalesce("member_id", "named_id")
    )
    theirs = known.join(members, on=["moment", "member_id"], how="semi")
    return theirs.select("moment", *CARE_LINE).sort("moment", "line_id")


def _latest(rows: pl.DataFrame, key: str, moments: pl.DataFrame) -> pl.DataFrame:
    """The latest version of each ``key`` at each moment."""
    known = moments.join(rows, how="cross").filter(pl.col("rev") <= pl.col("moment"))
    return known.sort("moment", key, "version").unique(["moment", key], keep="last", maintain_order=True)


def _matched_apart(lines: pl.DataFrame, answers: pl.DataFrame, codes: pl.DataFrame) -> dict[int, Matched]:
    """Moment -> its matching. lines (by moment and line_id), answers: as they were at each ``moment``."""
    if lines.is_empty():
        return {}
    told = lines.with_columns(
        *(_called(name) for name in ("ref", "cancels")),
        *(_numbered(name) for name in ("document_id", "member_id")),
        line_id=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    spoken = answers.with_columns(_called("line_ref"), _called("other_ref"))
    about = [pl.col(name).is_in(told["ref"].implode()).fill_null(False) for name in ("line_ref", "other_ref")]
    spoken = spoken.filter(pl.any_horizontal(about))
    found = matched(told.select(list(CARE_LINE)), spoken.select(list(ANSWER)), codes)
    acts = _of_moments(_meant(found.acts, lines, act_id="line_id", member_id="member_id"))
    links = _of_moments(_meant(found.links, lines, act_id="line_id", line_id="line_id"))
    return {
        moment: Matched(
            acts.get(moment, found.acts.clear()),
            links.get(moment, found.links.clear()),
            found.waiting.clear(),
        )
        for moment in lines["moment"].unique()
    }


def _called(name: str) -> pl.Expr:
    """The name of a line of one moment; names of one moment stand in the same order as without."""
    return pl.concat_str(pl.col("moment").cast(pl.String).str.zfill(19), pl.lit("|"), name).alias(name)


def _numbered(name: str) -> pl.Expr:
    """A number for each moment's own document or member, in the same order."""
    return pl.struct("moment", name).rank("dense").cast(pl.Int32).alias(name)


def _meant(found: pl.DataFrame, lines: pl.DataFrame, **meaning: str) -> pl.DataFrame:
    """``found`` with its ``moment``; its numbers, rows of ``lines``, replaced by what stands there."""
    acts = found["act_id"]
    numbers = {name: found[name] if name == "line_id" else acts for name in meaning}
    told = [lines[column].gather(numbers[name]).alias(name) for name, column in meaning.items()]
    return found.with_columns(lines["moment"].gather(acts), *told)


def _of_moments(found: pl.DataFrame) -> dict[int, pl.DataFrame]:
    parts = found.partition_by("moment", as_dict=True, include_key=False, maintain_order=True)
    return {moment: part for (moment,), part in parts.items()}


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
