"""The matching of lines to acts as it was at each revision at which it may have changed.

The links are never stored: matching is repeated on what was known then, with the rulebook that was published then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import polars as pl

from avenant.core.claims.matching import matched
from avenant.core.frames.care import ANSWER, CARE_LINE
from avenant.core.graph.neighbourhood import Groups, neighbourhoods
from avenant.core.graph.past import Moment, Past
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row

Codes = tuple[tuple[str, str, str | None], ...]
"""act_code, family and basket of the codes that matter, as one publication has them."""


@dataclass(frozen=True, slots=True)
class MatchedAt:
    """What matching said of lines that hang together, from revision ``since`` until before ``until`` (None: still).

    acts: rows of ACT. links: act_id, line_id and role of each line.
    """

    since: int
    until: int | None
    acts: tuple[Row, ...]
    links: tuple[Row, ...]


def matchings(rows: GraphRows) -> list[MatchedAt]:
    """Every matching of all lines of ``rows``; before a rulebook is published there is none.

    A call of the matching costs much, a line hardly anything: all moments for which a rulebook says the same are
    matched in one call, as if each had lines and people of its own. What waits is not told.
    """
    past, published = Past(rows), _codes(rows)
    moments: dict[Codes, list[Moment]] = {}
    for lines in neighbourhoods(rows) if published else []:
        for moment in past.moments(lines, published):
            if moment.lines:
                known = published[max(rev for rev in published if rev <= moment.since)]
                moments.setdefault(known, []).append(moment)
    return [one for codes, some in moments.items() for one in _matched_apart(some, rows, codes)]


def _codes(rows: GraphRows) -> dict[int, Codes]:
    """Revision of each publication that said something new of the codes of the lines -> what it said."""
    used = set(rows.lines["act_code"].to_list())
    said: dict[int, list[tuple[str, str, str | None]]] = {}
    for rev, *code in rows.act_codes.select("rev", "act_code", "family", "basket").iter_rows():
        told = said.setdefault(rev, [])
        if code[0] in used:
            told.append((code[0], code[1], code[2]))
    news: dict[int, Codes] = {}
    last: Codes | None = None
    for rev in sorted(said):
        codes = tuple(sorted(said[rev], key=lambda code: code[0]))
        if codes != last:
            last = news[rev] = codes
    return news


def _matched_apart(moments: list[Moment], rows: GraphRows, codes: Codes) -> Iterator[MatchedAt]:
    """The matching of each moment; lines, documents and people of one are never those of another."""
    lines = [(number, place, member) for number, one in enumerate(moments) for place, member in one.lines]
    numbers, places, members = zip(*lines, strict=True)
    told = rows.lines.select(list(CARE_LINE))[list(places)]
    apart = told.with_columns(
        *(_called(numbers, told[name]) for name in ("ref", "cancels")),
        _numbered(numbers, told["document_id"]),
        _numbered(numbers, pl.Series("member_id", members)),
        line_id=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    families = pl.DataFrame(
        codes, schema=dict.fromkeys(("act_code", "family", "basket"), pl.String), orient="row"
    )
    found = matched(apart, _answers(moments, rows), families)
    ids = told["line_id"].to_list()
    acts: list[list[Row]] = [[] for _ in moments]
    links: list[list[Row]] = [[] for _ in moments]
    for act in found.acts.iter_rows(named=True):
        place = act["act_id"]
        acts[numbers[place]].append(act | {"act_id": ids[place], "member_id": members[place]})
    for link in found.links.select("act_id", "line_id", "role").iter_rows(named=True):
        place = link["line_id"]
        links[numbers[place]].append(link | {"act_id": ids[link["act_id"]], "line_id": ids[place]})
    for one, mine, theirs in zip(moments, acts, links, strict=True):
        yield MatchedAt(one.since, one.until, tuple(mine), tuple(theirs))


def _answers(moments: list[Moment], rows: GraphRows) -> pl.DataFrame:
    spoken = [(number, place) for number, one in enumerate(moments) for place in one.answers]
    if not spoken:
        return rows.answers.select(list(ANSWER)).clear()
    numbers, places = zip(*spoken, strict=True)
    told = rows.answers.select(list(ANSWER))[list(places)]
    return told.with_columns(*(_called(numbers, told[name]) for name in ("line_ref", "other_ref")))


def _called(numbers: Sequence[int], names: pl.Series) -> pl.Series:
    """The names of lines, each of its moment; those of one moment stand in the same order as without."""
    called = [
        None if name is None else f"{n:09d}|{name}" for n, name in zip(numbers, names.to_list(), strict=True)
    ]
    return pl.Series(names.name, called, pl.String)


def _numbered(numbers: Sequence[int], ids: pl.Series) -> pl.Series:
    """A number for each moment's own document or member, in the same order."""
    pairs = list(zip(numbers, ids.to_list(), strict=True))
    order = {pair: place for place, pair in enumerate(sorted(set(pairs)))}
    return pl.Series(ids.name, [order[pair] for pair in pairs], pl.Int32)


def hanging_together(
    found: list[MatchedAt], waiting: pl.DataFrame, refs: dict[str, int], lines: set[int]
) -> set[int]:
    """``lines`` and every line that ever was in an act with one of them, or waited for one of them."""
    groups = Groups()
    for link in chain.from_iterable(moment.links for moment in found):
        groups.unite(link["act_id"], link["line_id"])
    for line_id, candidates in waiting.select("line_id", "candidates").iter_rows():
        for ref in (candidates or "").split():
            if ref in refs:
                groups.unite(line_id, refs[ref])
    return {number for line in lines for number in groups.together(line)}
