"""Envelopes read act by act: the reference for ``core.claims.adjudication.envelopes``.

Example: one pair of glasses in two years. A pair paid on 15 March 2024 bars all others until 14 March 2026; a pair
refused in between bars nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from benchmarks.reference_claims_model import Envelope, Rules, for_age, on
from benchmarks.reference_model import month_after, round_half_up

MILLION = 1_000_000
AMOUNT, COUNT, RENEWAL = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all other rules grant for an act."""

    act_id: int
    member_id: int
    plan: str
    level: str
    family: str
    basket: str | None
    location: str | None
    care_from: date
    age: int
    wanted_cents: int
    quantity: int | None
    excepted: bool = False


class Allowed(NamedTuple):
    """What the envelopes leave of it; limit_kind as in ``LIMITS``: 2 amount, 3 count, 4 renewal."""

    act_id: int
    allowed_cents: int
    limit_kind: int = 0
    limit_left_cents: int = -1
    envelope_line_id: int = 0
    renewal_until: date | None = None


class Draw(NamedTuple):
    """What one paid act took from one envelope; ``opens``: it started the window."""

    day: date
    cents: int
    units: int
    opens: bool


Drawn = dict[tuple[int, str, str, str | None], list[Draw]]
"""All that was drawn so far from each envelope, in the order of care."""


def consumed(wanted: Iterable[Wanted], rules: Rules) -> list[Allowed]:
    """What each act is allowed, in the order of care dates, then of act_id."""
    drawn: Drawn = defaultdict(list)
    return [allowed(act, rules, drawn) for act in sorted(wanted, key=lambda act: (act.care_from, act.act_id))]


def known_envelopes(act: Wanted, rules: Rules) -> None:
    """An act under a share of a monthly ceiling that is not known on its day waits: nobody knows what is left."""
    for line in envelope_lines(act, rules):
        list(sums(line, act.care_from, rules))


def allowed(act: Wanted, rules: Rules, drawn: Drawn) -> Allowed:
    """The lowest of all envelopes the act falls under wins, and all of them are drawn on."""
    lines = envelope_lines(act, rules)
    before = {line.line_id: in_period(act, line, drawn) for line in lines}
    best = Allowed(act.act_id, act.wanted_cents)
    units = quantity = act.quantity or 1
    if not act.excepted:
        bounds = [bound for line in lines for bound in bounds_of(act, line, before[line.line_id], rules)]
        lower = [bound for bound in bounds if bound.allowed_cents < act.wanted_cents]
        # of equally low ones a bar by count comes first, for it tells when it ends
        best = min(lower, key=lambda bound: (bound.allowed_cents, -bound.limit_kind), default=best)
        units = min([quantity, *(free_units(line, before[line.line_id]) for line in lines if line.max_count)])
    if best.allowed_cents > 0:
        for line in lines:
            opens = not before[line.line_id]
            drawn[pot(act, line)].append(Draw(act.care_from, best.allowed_cents, units, opens))
    return best


def envelope_lines(act: Wanted, rules: Rules) -> list[Envelope]:
    """The envelope lines that hold for the act on its day, at that age; in the order of their names."""
    families = rules.draws.get((act.plan, act.level, act.family), [])
    names = sorted(draw.envelope for draw in families if draw.basket in (None, act.basket))
    found: list[Envelope] = []
    for name in names:
        lines = rules.envelopes.get((act.plan, act.level, name), [])
        found += for_age(act.age, on(act.care_from, lines))
    return found


def pot(act: Wanted, line: Envelope) -> tuple[int, str, str, str | None]:
    """Whose envelope: what is used stays used whatever the level and the version of the line."""
    return (act.member_id, act.plan, line.envelope, act.location if line.scope == "location" else None)


def in_period(act: Wanted, line: Envelope, drawn: Drawn) -> list[Draw]:
    """What was drawn in the calendar year of the act, or since the paid act that opened its window.

    A window is over so many months after the act that opened it, as the line for the present act says.
    """
    before = drawn[pot(act, line)]
    if line.period == "calendar_year":
        return [draw for draw in before if draw.day.year == act.care_from.year]
    opening = max((place for place, draw in enumerate(before) if draw.opens), default=None)
    if opening is None or window_end(before[opening].day, line) <= act.care_from:
        return []
    return before[opening:]


def window_end(opened: date, line: Envelope) -> date:
    """The first day after the window."""
    return month_after(opened, line.months or 0)


def free_units(line: Envelope, before: list[Draw]) -> int:
    """How many more of the count may be paid."""
    return max(0, (line.max_count or 0) - sum(draw.units for draw in before))


def bounds_of(act: Wanted, line: Envelope, before: list[Draw], rules: Rules) -> Iterator[Allowed]:
    """What each limit of the line would leave of the act."""
    quantity = act.quantity or 1
    if line.max_count is not None:
        share = act.wanted_cents * min(quantity, free_units(line, before))
        kind = COUNT if line.period == "calendar_year" else RENEWAL
        until = date(act.care_from.year + 1, 1, 1)
        if kind == RENEWAL:
            until = window_end(before[0].day if before else act.care_from, line)
        yield Allowed(act.act_id, round_half_up(share, quantity), kind, -1, line.line_id, until)
    for limit in sums(line, act.care_from, rules):
        left = max(0, limit - sum(draw.cents for draw in before))
        yield Allowed(act.act_id, min(left, act.wanted_cents), AMOUNT, left, line.line_id)


def sums(line: Envelope, day: date, rules: Rules) -> Iterator[int]:
    """The sums that a line allows per period: a fixed one, a share of the monthly ceiling, or both."""
    if line.max_cents is not None:
        yield line.max_cents
    if line.pmss_ppm is not None:
        yield round_half_up(rules.needed("pmss_cents", day) * line.pmss_ppm, MILLION)
