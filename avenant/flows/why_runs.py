"""What moved the book in a run, by cause: of the largest changes each is explained, alike ones are counted together.

moved = run_causes(db, 17)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from avenant.core.why.model import Cause
from avenant.flows.why_acts import act_causes
from avenant.flows.why_premiums import premium_causes
from avenant.store.database import Database
from avenant.store.readers.why import Replaced, replaced_in_run

MOST = 100
BOOKS = ("premium", "reimbursement")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class MovedBy:
    """Changes of one kind of cause: kinds of news (``enrolment``, ``rulebook``, ``code``), euros up and down.

    example: the sentence of the largest of them; member, month (of premiums) and act say where it stands.
    """

    book: str
    news: tuple[str, ...]
    changes: int
    up_cents: int
    down_cents: int
    currency: str
    example: str
    member: str | None = None
    month: date | None = None
    act: int | None = None


@dataclass(frozen=True, slots=True)
class RunCauses:
    """moved: the largest first. left_out: changes that were not looked at, and what they move together."""

    run_id: int
    moved: tuple[MovedBy, ...]
    left_out: int
    left_out_cents: int


def run_causes(
    db: Database,
    run_id: int,
    most: int = MOST,
    language: str = "en",
    progress: Progress = lambda what, done, total: None,
) -> RunCauses:
    """Why the amounts that a run replaced are what they are: the ``most`` that moved most money are explained.

    Reads each book once to find what the run wrote. Errors: ValueError for another language.
    """
    with db.snapshot() as connection:
        replaced = [one for book in BOOKS for one in replaced_in_run(connection, book, run_id)]
    replaced.sort(key=lambda one: (-abs(one.moved_cents), one.book, one.named, one.version))
    groups: dict[tuple[str, tuple[str, ...], str], list[tuple[Replaced, Cause]]] = {}
    for done, one in enumerate(replaced[:most], start=1):
        for cause in _causes(db, one, language):
            groups.setdefault((one.book, _news(cause), cause.currency), []).append((one, cause))
        progress("explaining changes", done, min(most, len(replaced)))
    moved = sorted((_moved_by(*key, rows) for key, rows in groups.items()), key=_weight)
    rest = replaced[most:]
    return RunCauses(run_id, tuple(moved), len(rest), sum(one.moved_cents for one in rest))


def _causes(db: Database, one: Replaced, language: str) -> Iterator[Cause]:
    """The cause of just this version, by key."""
    if one.book == "premium":
        assert one.month is not None
        for slot in premium_causes(db, one.named, one.month, version=one.version, language=language):
            if (slot.contract, slot.slot.slot_id) == (one.contract, one.part):
                yield from slot.causes
    else:
        for payee in act_causes(db, one.named, version=one.version, language=language):
            if (payee.contract, payee.payee_id) == (one.contract, one.part):
                yield from payee.causes


def _news(cause: Cause) -> tuple[str, ...]:
    """Which kinds of news made the change."""
    program = ("code",) if cause.found in ("code", "news_and_code") else ()
    return (*sorted({told.kind for told in cause.arrived}), *program)


def _moved_by(book: str, news: tuple[str, ...], currency: str, rows: list[tuple[Replaced, Cause]]) -> MovedBy:
    largest, cause = rows[0]
    moved = [one.moved_cents for one, _ in rows]
    act = int(largest.named) if book == "reimbursement" else None
    return MovedBy(
        book=book,
        news=news,
        changes=len(rows),
        up_cents=sum(cents for cents in moved if cents > 0),
        down_cents=sum(cents for cents in moved if cents < 0),
        currency=currency,
        example=cause.sentence,
        member=largest.named if act is None else None,
        month=largest.month,
        act=act,
    )


def _weight(moved: MovedBy) -> tuple[int, str, tuple[str, ...]]:
    return moved.down_cents - moved.up_cents, moved.book, moved.news
