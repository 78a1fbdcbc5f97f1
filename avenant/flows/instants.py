"""The time travel bar: a typed moment resolved to a revision, and the changes of a subject to step between.

then = moment(db, "2026-03-14 09:12")
changes = changes_about(db, "member", "M-0001")
around(changes, then.rev).previous
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby

from avenant.core.wording.changed import changed_text
from avenant.flows.acts import act_view
from avenant.store.database import PARIS, Connection, Database, FutureInstant, aware
from avenant.store.readers.acts import act_called
from avenant.store.readers.changes_about import (
    Source,
    about_act,
    about_contract,
    about_family,
    about_invoice,
    about_member,
    about_payout,
    written_about,
)
from avenant.store.readers.invoices import invoice_called
from avenant.store.readers.moments import Ends, ends, instant_of, last_revision
from avenant.store.readers.payouts import payout_called

SUBJECTS = ("member", "family", "contract", "invoice", "payout", "act")
LONGEST = 40
REVISION = re.compile(r"r(\d{1,18})")
DAY_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}")
ZONE_AFTER_BLANK = re.compile(r" (\d{2}:\d{2})$")
"""A plus sign that was not encoded in an address arrives as a blank."""

REFUSALS: dict[str, tuple[str, str]] = {
    "unreadable": (
        "« {text} » n'est pas un instant : écrivez 2026-03-14 ou 2026-03-14 09:12.",
        "“{text}” is not an instant: write 2026-03-14 or 2026-03-14 09:12.",
    ),
    "before_the_first_fact": (
        "Au {text}, rien n'était encore connu : le premier fait date du {limit}.",
        "Nothing was known yet as of {text}: the first fact is of {limit}.",
    ),
    "in_the_future": (
        "Le {text} n'est pas encore passé : il est {limit} à Paris. Choisissez un instant antérieur.",
        "{text} is not over yet: it is {limit} in Paris. Choose an earlier instant.",
    ),
}


class MomentRefused(ValueError):
    """No state can be shown for what was typed. ``code``: a key of REFUSALS; ``limit``: the bound it lies beyond."""

    def __init__(self, code: str, text: str, limit: datetime | None = None) -> None:
        """``text``: what was typed."""
        self.code, self.text, self.limit = code, text[:LONGEST], limit
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """The refusal as a sentence (``fr``, ``en``)."""
        limit = f"{self.limit.astimezone(PARIS):%Y-%m-%d %H:%M}" if self.limit else "—"
        return REFUSALS[self.code][language != "fr"].format(text=self.text, limit=limit)


@dataclass(frozen=True, slots=True)
class Moment:
    """A state to look at. rev, instant: None for now. head, head_at: the latest revision; now: the book's clock."""

    rev: int | None
    instant: datetime | None
    head: int
    head_at: datetime | None
    now: datetime
    simulated: bool

    @property
    def is_past(self) -> bool:
        """Whether a past state is shown, which a page must mark."""
        return self.rev is not None


def moment(db: Database, text: str | None = None) -> Moment:
    """What to show for ``text``: nothing or ``now``, a day (its end), an instant (Paris unless it says), ``r1234``.

    The day that is today means now. Errors: MomentRefused.
    """
    with db.snapshot() as connection:
        known = ends(connection)
        typed = (text or "").strip()
        if typed in ("", "now"):
            return _at(known, None, None)
        if (named := REVISION.fullmatch(typed)) is not None:
            return _at(known, *_revision(connection, known, int(named[1]), typed))
        instant = _instant(typed)
        today = known.now.astimezone(PARIS).date()
        if DAY_ALONE.fullmatch(typed) and instant.astimezone(PARIS).date() == today:
            return _at(known, None, None)
        rev = _closed(connection, known, instant)
    return _at(known, _resolved(db, known, instant, typed) if rev is None else rev, instant)


def _at(known: Ends, rev: int | None, instant: datetime | None) -> Moment:
    return Moment(rev, instant, known.head, known.head_at, known.now, known.simulated)


def _revision(connection: Connection, known: Ends, rev: int, typed: str) -> tuple[int, datetime]:
    if rev > known.head:
        raise MomentRefused("in_the_future", typed, known.now)
    instant = instant_of(connection, rev)
    if instant is None:
        raise MomentRefused("before_the_first_fact", typed, known.first_at)
    return rev, instant


def _instant(typed: str) -> datetime:
    if len(typed) > LONGEST:
        raise MomentRefused("unreadable", typed)
    try:
        instant = datetime.fromisoformat(ZONE_AFTER_BLANK.sub(r"+\1", typed) if "T" in typed else typed)
        if DAY_ALONE.fullmatch(typed):
            instant = datetime.combine(instant, time.max)
        aware(instant).astimezone(PARIS)
    except (ValueError, OverflowError):
        raise MomentRefused("unreadable", typed) from None
    return aware(instant)


def _closed(connection: Connection, known: Ends, instant: datetime) -> int | None:
    """The revision known at an instant between the first fact and the head, which stays so; None for any other."""
    if known.first_at is None or known.head_at is None or not known.first_at <= instant <= known.head_at:
        return None
    return last_revision(connection, instant)


def _resolved(db: Database, known: Ends, instant: datetime, typed: str) -> int:
    if instant > known.now:
        raise MomentRefused("in_the_future", typed, known.now)
    if known.first_at is None or instant < known.first_at:
        raise MomentRefused("before_the_first_fact", typed, known.first_at)
    try:
        return db.revision_at(instant)
    except FutureInstant:
        raise MomentRefused("in_the_future", typed, known.now) from None


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """One revision in which something about a subject changed. at: in Paris. what: (kind of rows, how many)."""

    rev: int
    at: datetime
    actor: str
    reason: str
    run_id: int | None
    what: tuple[tuple[str, int], ...]

    def said(self, language: str) -> str:
        """What changed: "2 enrolments, 24 premium entries"."""
        return changed_text(self.what, language)


def changes_about(
    db: Database, subject: str, ref: str, lines: Iterable[int] | None = None
) -> list[SubjectChange]:
    """Every revision, oldest first, that changed something about the ``subject`` (SUBJECTS) called ``ref``.

    Always all that is known now, so that a bar in the past can step forward. lines: for an act, the ids of its
    lines where the caller has them; else they are matched. Errors: UnknownRef, UnknownInvoice, UnknownPayout,
    ValueError for a subject that is none.
    """
    if subject not in SUBJECTS:
        raise ValueError(f"changes are told of {', '.join(SUBJECTS)}; seen {subject!r}")
    matched = _lines_of(db, ref) if subject == "act" and lines is None else list(lines or ())
    with db.snapshot() as connection:
        found = written_about(connection, _sources(connection, subject, ref, matched))
    return [
        SubjectChange(
            rev,
            one[0].at.astimezone(PARIS),
            one[0].actor,
            one[0].reason,
            one[0].run_id,
            tuple((row.what, row.rows) for row in one),
        )
        for rev, one in ((rev, list(rows)) for rev, rows in groupby(found, lambda row: row.rev))
    ]


def _lines_of(db: Database, ref: str) -> list[int]:
    return [int(message["line_id"]) for message in act_view(db, ref).messages]


def _sources(connection: Connection, subject: str, ref: str, lines: list[int]) -> list[Source]:
    match subject:
        case "member":
            return about_member(connection, ref)
        case "family":
            return about_family(connection, ref)
        case "contract":
            return about_contract(connection, ref)
        case "invoice":
            return about_invoice(invoice_called(connection, ref))
        case "payout":
            return about_payout(payout_called(connection, ref))
    named = act_called(connection, ref)
    return about_act(min([named, *lines]), [named, *lines])


@dataclass(frozen=True, slots=True)
class Around:
    """Where a state stands among the changes of a subject: the last one it contains, the one before, the next."""

    current: SubjectChange | None
    previous: SubjectChange | None
    next: SubjectChange | None


def around(changes: Sequence[SubjectChange], rev: int | None) -> Around:
    """The changes (oldest first) that the state as of ``rev`` (None: now) stands between."""
    known = [change for change in changes if rev is None or change.rev <= rev]
    after = changes[len(known)] if len(known) < len(changes) else None
    return Around(known[-1] if known else None, known[-2] if len(known) > 1 else None, after)
