"""The one loop of adjudication: acts draw from their envelopes one after the other.

Every other rule sees an act alone; here each act changes what is left for the next one. Example: 200.00 € a year
and four sessions. Sessions of 60.00, 90.00 and 80.00 € get 60.00, 90.00 and 50.00 €; a fourth gets nothing and
consumes no session.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from avenant.core.claims.adjudication.envelope_draws import AMOUNT, NEVER
from avenant.core.money import round_half_up_div

Draw = tuple[int, int, int | None, int | None, int]
"""One envelope line that binds an act: its pot, ``over_by``, ``max_cents``, ``max_count``, ``count_kind``."""

ALLOWANCE: Final = {
    "allowed_cents": pl.Int64,
    "units": pl.Int64,  # of the act's quantity, how many are paid
    "limit_kind": pl.Int16,
    "limit_left_cents": pl.Int64,
    "place": pl.Int32,  # which of the act's draws bound it; -1: none did
    "opened": pl.Int32,  # since when that draw's pot was open
}
Allowance = tuple[int, int, int, int, int, int]
"""What one act gets: the values of ``ALLOWANCE``. Plain tuples, for there is one per act."""


def allowances(drawn: pl.DataFrame) -> pl.DataFrame:
    """Walk the acts of ``drawn`` (columns of ``draws``, at least one row) by care date, then act_id.

    Out, one row per act: act_id, allowed_cents, limit_kind, limit_left_cents; line_id and months of the line
    that bound it (0 and null: none did) and ``opened``, the day number on which that line's pot was opened.
    """
    rows = drawn.sort("care_from", "act_id", "envelope").with_row_index("row")
    acts = rows.group_by("act_id", maintain_order=True).agg(
        pl.first("row", "wanted_cents", "quantity", "excepted"),
        day=pl.first("care_from").to_physical(),
        size=pl.len(),
    )
    columns = ("pot", "over_by", "max_cents", "max_count", "count_kind")
    draws: list[Draw] = list(zip(*(rows[name].to_list() for name in columns), strict=True))
    size = 1 + max(draw[0] for draw in draws)
    walked = _walk(acts, draws, _Pots([NEVER] * size, [0] * size, [0] * size))
    found = pl.DataFrame(list(zip(*walked, strict=True)), schema=ALLOWANCE)
    binding = pl.when(pl.col("place") >= 0).then(pl.col("row") + pl.col("place")).cast(pl.UInt32)
    return (
        acts.select("act_id", "row")
        .hstack(found)
        .with_columns(row=binding)
        .join(rows.select("row", "line_id", "months"), on="row", how="left")
        .with_columns(pl.col("line_id").fill_null(0))
        .drop("row", "units", "place")
    )


@dataclass(frozen=True, slots=True)
class _Pots:
    """For each pot the day of its first paid act, and what was drawn since: plain numbers, for there are many."""

    opened: list[int]
    cents: list[int]
    count: list[int]

    def allowance(self, draws: list[Draw], wanted: int, quantity: int, day: int) -> Allowance:
        """The lowest of all limits wins; of equal ones a bar by count, for it tells when it ends.

        A count that has room for some of the units only allows their share of the amount.
        """
        allowed, units, kind, left_cents, bound, opened = wanted, quantity, 0, -1, -1, -1
        for place, (pot, over_by, max_cents, max_count, count_kind) in enumerate(draws):
            since, cents, count = self.opened[pot], self.cents[pot], self.count[pot]
            if since <= over_by:
                since, cents, count = day, 0, 0
            if max_count is not None and count + quantity > max_count:
                free = max(0, max_count - count)
                share = round_half_up_div(wanted * free, quantity)
                if share < allowed or (share == allowed < wanted and count_kind > kind):
                    allowed, kind, left_cents, bound, opened = share, count_kind, -1, place, since
                units = min(units, free)
            if max_cents is not None and (rest := max(0, max_cents - cents)) < allowed:
                allowed, kind, left_cents, bound, opened = rest, AMOUNT, rest, place, since
        return allowed, units, kind, left_cents, bound, opened

    def draw(self, draws: list[Draw], cents: int, units: int, day: int) -> None:
        """Take what was allowed from all pots; the first paid act after the end of a window opens the next."""
        for pot, over_by, *_ in draws:
            if self.opened[pot] <= over_by:
                self.opened[pot], self.cents[pot], self.count[pot] = day, 0, 0
            self.cents[pot] += cents
            self.count[pot] += units


def _walk(acts: pl.DataFrame, draws: list[Draw], pots: _Pots) -> list[Allowance]:
    columns = (
        acts[name].to_list() for name in ("row", "size", "wanted_cents", "quantity", "day", "excepted")
    )
    found = []
    for row, size, wanted, quantity, day, excepted in zip(*columns, strict=True):
        mine = draws[row : row + size]
        allowance = pots.allowance([] if excepted else mine, wanted, quantity, day)
        if allowance[0] > 0:
            pots.draw(mine, allowance[0], allowance[1], day)
        found.append(allowance)
    return found
