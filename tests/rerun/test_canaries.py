"""Canaries in names, notes and bank details: in no stored byte under a mask that may not show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avenant.flows.reruns.asking import rerun
from avenant.flows.reruns.carrying_out import Asked, Rerun
from avenant.rerun.guard import Limits, Program
from avenant.rerun.masks import READS_ALL, VISIBLE
from avenant.rerun.spool import Spool
from tests.rerun.conftest import CANARY, Book
from tests.rerun.leaking import CODED, shown

PATIENT = Limits(seconds=240)
PERSONS = [*map(shown, CODED)]
SUBJECTS = ("M1", "family:K1", "C1", "D1#1", "O1#1", "D1", "AV-2025-000002", "AVP-2025-000001")


def leaked(book: Book, spool: Spool, role: str, stage: str) -> Rerun:
    asked = Asked(
        "M1",
        "ana",
        role,
        "canaries",
        stages=(stage,),
        trace="lines",
        modules=("__main__",),
        lines_of=("__main__.leak", "__main__.refused"),
    )
    program = Program("leaking", (Path(__file__).parent,))
    answer = rerun(book.database, book.server, asked, spool, limits=PATIENT, program=program)
    assert answer.outcome is not None
    return answer


def stored(spool: Spool) -> bytes:
    return b"".join(path.read_bytes() for path in spool.folder.iterdir() if path.suffix != ".key")


def found_in(content: bytes) -> list[str]:
    """Which words of the canaries stand in ``content``, as they are or as JSON writes them."""
    words = {word for text in [CANARY, *PERSONS] for word in text.split() if len(word) > 4}
    words |= {"Canari", "Lefèvre", "30006000011234567890189"}
    ways = {word: (word.encode(), json.dumps(word)[1:-1].encode()) for word in words}
    return sorted(word for word, written in ways.items() if any(each in content for each in written))


def test_the_canaries_of_the_code_are_those_of_the_book() -> None:
    assert CANARY.split() == [*PERSONS[0].split(), PERSONS[1]]


@pytest.mark.parametrize("role", list(VISIBLE))
def test_code_that_shows_a_person_everywhere_leaves_no_trace_of_them(
    role: str, book: Book, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "reruns")
    everywhere = leaked(book, spool, role, "leak.everywhere")
    assert everywhere.outcome is not None and everywhere.outcome.is_done, everywhere.outcome
    assert everywhere.verdicts["leak.everywhere"]["count"] == 1
    failing = leaked(book, spool, role, "leak.failing")
    assert failing.errors and failing.outcome is not None and failing.outcome.chatter > 0
    kinds = {event[0] for event in spool.read(everywhere.number)[1:]}
    assert {"call", "return", "log", "lines", "verdict", "result", "source"} <= kinds
    assert found_in(stored(spool)) == []


def test_who_may_read_everything_sees_them_so_that_the_search_for_them_is_sound(
    book: Book, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "reruns")
    leaked(book, spool, READS_ALL, "leak.everywhere")
    assert {"Canari-Lefèvre", "FR7630006000011234567890189", "upset"} <= set(found_in(stored(spool)))


@pytest.mark.parametrize("role", list(VISIBLE))
def test_no_stage_of_the_engine_tells_them_of_whatever_subject(role: str, book: Book, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "reruns")
    for name in SUBJECTS:
        asked = Asked(name, "ana", role, "canaries", own=True, trace="calls")
        answer = rerun(book.database, book.server, asked, spool, limits=PATIENT)
        assert answer.outcome is not None and answer.outcome.is_done, (name, answer.outcome)
    assert found_in(stored(spool)) == []
