"""Checking the limits over time of responsible contracts: renewals that the law sets, limits that it forbids.

One pair of glasses in two years (one year under 16, six months under 6), one hearing aid per ear in four years
(CSS R871-2 3° and 4°). On all other care whose share must be paid, a limit over time would end that duty early.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from avenant.core.rulebook.care_compiling import with_ends
from avenant.core.rulebook.care_contents import EnvelopeLine, EnvelopeTable, GuaranteeTable
from avenant.core.rulebook.contents import Contents
from avenant.core.rulebook.findings import Finding


@dataclass(frozen=True, slots=True)
class Renewal:
    """How many pieces in how many months: ``months`` by the age from which they hold."""

    pieces: int
    scope: str
    months: dict[int, int]

    def months_at(self, age: int) -> int:
        """The months at ``age``."""
        return self.months[max(first for first in self.months if first <= age)]

    def allows(self, line: EnvelopeLine) -> bool:
        """Whether an envelope gives no more pieces, and none sooner, than the law."""
        longest = max(self.months_at(age) for age in (line.age_from, line.age_to - 1))
        pieces = line.max_count is not None and line.max_count <= self.pieces
        return pieces and line.months is not None and line.months >= longest


GLASSES = {0: 6, 6: 12, 16: 24}
RENEWALS = {
    "optics_frame": Renewal(1, "member", GLASSES),
    "optics_lens": Renewal(2, "member", GLASSES),
    "hearing_aid": Renewal(1, "location", {0: 48}),
}


def renewal_findings(contents: Contents, responsible: set[str], severity: str) -> Iterator[Finding]:
    """Where a responsible contract renews sooner than the law, or limits what it must always pay."""
    for envelope in contents.care.envelopes:
        if envelope.plan in responsible:
            yield from _limits_a_duty(contents, envelope, severity)
    for table in contents.care.guarantees:
        if table.plan in responsible and table.lines and table.family in RENEWALS:
            yield from _renews_too_soon(contents, table, severity)


def _limits_a_duty(contents: Contents, envelope: EnvelopeTable, severity: str) -> Iterator[Finding]:
    due = {family.family for family in contents.care.families if family.responsible_tm} - RENEWALS.keys()
    for family in sorted(due & {family for family, _ in envelope.families}):
        message = f"{envelope.words} limits {family}, whose patient's share must always be paid"
        remedy = "take the family out of the envelope (R871-2 1°)"
        yield Finding(envelope.dates.file, envelope.dates.line, message, remedy, severity)


def _renews_too_soon(contents: Contents, table: GuaranteeTable, severity: str) -> Iterator[Finding]:
    renewal = RENEWALS[table.family]
    for day in _days_of_change(contents, table):
        limits = [line for line in _limits_on(contents, table, day) if renewal.allows(line)]
        for age in renewal.months:
            if not any(line.age_from <= age < line.age_to for line in limits):
                message = f"{table.words}: at {age} nothing keeps to the renewal period of the law on {day}"
                remedy = (
                    f"add an envelope with months: {renewal.months_at(age)}, count: {renewal.pieces}, "
                    f"scope: {renewal.scope} (R871-2 3° and 4°)"
                )
                yield Finding(table.dates.file, table.dates.line, message, remedy, severity)


def _days_of_change(contents: Contents, table: GuaranteeTable) -> list[date]:
    """The first day of ``table`` and those on which an envelope of its family begins while it counts."""
    begins = table.dates.valid_from
    end = next(end for other, end in with_ends(contents.care.guarantees) if other is table)
    days = {envelope.dates.valid_from for envelope, _ in _envelopes_of(contents, table)}
    return sorted({begins} | {day for day in days if begins <= day and (end is None or day < end)})


def _limits_on(contents: Contents, table: GuaranteeTable, day: date) -> Iterator[EnvelopeLine]:
    """The envelope lines that limit the table's family on ``day``, per person or piece as the law does."""
    for envelope, end in _envelopes_of(contents, table):
        begun = envelope.dates.valid_from <= day and (end is None or day < end)
        if begun and envelope.scope == RENEWALS[table.family].scope:
            yield from envelope.lines


def _envelopes_of(contents: Contents, table: GuaranteeTable) -> Iterator[tuple[EnvelopeTable, date | None]]:
    """Every envelope, with its end, that names the table's family, and what follows it in its series."""
    named = {
        envelope.series
        for envelope in contents.care.envelopes
        if table.family in {family for family, _ in envelope.families}
    }
    for envelope, end in with_ends(contents.care.envelopes):
        if envelope.series in named and envelope.series[:2] == (table.plan, table.level):
            yield envelope, end
