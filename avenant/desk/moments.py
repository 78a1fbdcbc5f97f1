"""The instant of knowledge a page shows: now, or what was known at ``?known_at=``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from avenant.store.database import PARIS, Database, FutureInstant, aware

END_OF_DAY = {"hour": 23, "minute": 59, "second": 59, "microsecond": 999_999}


class BadMoment(ValueError):
    """``known_at`` is no instant, or none that can be answered. key: the words that say so."""

    def __init__(self, key: str, seen: str) -> None:
        """``seen``: what was typed."""
        super().__init__(f"known_at: {key}: {seen!r}")
        self.key, self.seen = key, seen


@dataclass(frozen=True, slots=True)
class Moment:
    """What a page shows: ``rev`` and ``at`` of the past, or None and None for now. text: as links carry it."""

    rev: int | None = None
    at: datetime | None = None

    @property
    def is_past(self) -> bool:
        """Whether an instant was asked for."""
        return self.at is not None

    @property
    def text(self) -> str:
        """The instant as links carry it, exact to the microsecond; '' for now."""
        return "" if self.at is None else self.at.astimezone(PARIS).replace(tzinfo=None).isoformat()


NOW = Moment()


def moment_typed(db: Database, typed: str) -> Moment:
    """The moment of ``known_at``: '' is now; a day means its end, without a zone Paris. Errors: BadMoment."""
    typed = typed.strip()
    if not typed:
        return NOW
    try:
        at = aware(datetime.fromisoformat(typed.replace(" ", "T") if "T" not in typed else typed))
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMoment("moment.malformed", typed[:40]) from None
    if len(typed) == 10:
        at = at.replace(hour=23, minute=59, second=59, microsecond=999_999)
    now = db.now()
    if at > now:
        if at.astimezone(PARIS).date() == now.astimezone(PARIS).date() and len(typed) == 10:
            return NOW
        raise BadMoment("moment.future", typed[:40])
    try:
        rev = db.revision_at(at)
    except FutureInstant:
        raise BadMoment("moment.future", typed[:40]) from None
    if rev == 0:
        raise BadMoment("moment.before_everything", typed[:40])
    return Moment(rev, at)
