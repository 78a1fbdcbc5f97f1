"""What was known of lines of care at each revision that may have changed it.

A bill of nobody we know, told at revision 3; at revision 7 the member of its number is told. Two moments: in the
first the line is nobody's and left out, in the second it is theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import then, versions


@dataclass(frozen=True, slots=True)
class Moment:
    """Some lines as they were known from revision ``since`` until before ``until`` (None: still).

    lines: (place among all versions of lines, member_id) of each that was told of somebody we knew and not withdrawn.
    answers: places of the answers about them that counted.
    """

    since: int
    until: int | None
    lines: tuple[tuple[int, int], ...]
    answers: tuple[int, ...]


class Past:
    """All that ``rows`` tell of lines, of their documents and members, and of answers, version by version."""

    def __init__(self, rows: GraphRows) -> None:
        lines, answers = rows.lines.with_row_index("place"), rows.answers.with_row_index("place")
        self._lines = versions(lines, "line_id", "place", "ref", "member_id", "document_id", "withdrawn")
        self._answers = versions(answers, "answer_id", "place", "line_ref", "other_ref", "withdrawn")
        self._documents = versions(rows.documents, "document_id", "member_ref")
        self._members = versions(rows.members, "member_id", "withdrawn")
        self._numbers: dict[str, int] = dict(rows.members.select("ref", "member_id").iter_rows())

    def moments(self, lines: Collection[int], starts: Collection[int]) -> Iterator[Moment]:
        """Every moment of ``lines`` (line_ids) from the first of ``starts`` on; each of these begins one."""
        first = min(starts)
        revs = sorted({*starts, *(rev for rev in self._changing(lines) if rev > first)})
        for since, until in zip(revs, [*revs[1:], None], strict=True):
            known = [one for line in lines for one in self._known(line, since)]
            spoken = self._spoken({ref for ref, _, _ in known}, since)
            yield Moment(since, until, tuple((place, member) for _, place, member in known), tuple(spoken))

    def _changing(self, lines: Collection[int]) -> Iterator[int]:
        """Revisions that told anything of ``lines``, of their documents and members, or answered about them."""
        refs = set()
        for line in lines:
            for rev, (_, ref, member, document, _) in self._lines[line]:
                refs.add(ref)
                named = self._documents.get(document, [])
                whose = {member, *(self._numbers.get(number) for _, (number,) in named)}
                yield rev
                yield from (since for since, _ in named)
                yield from (since for one in whose for since, _ in self._members.get(one, []))
        for told in self._answers.values():
            if any(line in refs or other in refs for _, (_, line, other, _) in told):
                yield from (rev for rev, _ in told)

    def _known(self, line: int, rev: int) -> Iterator[tuple[str, int, int]]:
        """(ref, place, member_id) of a line; one that says no member is theirs whose number its document says."""
        told = then(self._lines, line, rev)
        if not told:
            return
        place, ref, member, document, withdrawn = told
        if member is None:
            member = next(
                (self._numbers.get(number) for number in then(self._documents, document, rev)), None
            )
        gone = then(self._members, member, rev)
        if not withdrawn and gone == (False,):
            yield ref, place, member

    def _spoken(self, refs: Collection[str], rev: int) -> Iterator[int]:
        for answer in self._answers:
            told = then(self._answers, answer, rev)
            if told and not told[3] and (told[1] in refs or told[2] in refs):
                yield told[0]
