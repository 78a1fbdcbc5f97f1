"""Troubles: what goes wrong between the care and us, line by line.

Lines that arrive twice, that are taken back and told anew, that contradict each other, that name another day, that
take back what nobody told, with an act code nobody knows. Each is a small share of the lines (see `CareMix`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.care.messages import INSURED, negated
from avenant.core.generating.care.mix import CareMix
from avenant.core.generating.days import happens
from avenant.core.money import PPM, round_half_up_div

COPIED, REISSUED, CONTRADICTED, LOST = 1, 2, 3, 4
"""The part of its document (`MESSAGE`) that each trouble adds."""
CONTRADICTS, MISDATED, DOUBTFUL, GOODWILL = 1, 2, 3, 4
"""What a person is asked (`puzzle`): which of two bills holds, whether a bill is about that act, whether a line may
be trusted, how much we pay."""
DOUBT = "contradicts_itself"
RETURN, BILL = pl.col("kind") == "secu_return", pl.col("kind") == "member_invoice"


def troubled(dice: np.random.Generator, told: pl.DataFrame, mix: CareMix) -> pl.DataFrame:
    """`told` (columns MESSAGE) with the troubles of `mix`: some lines changed, and lines more."""
    told = _strange(dice, _puzzling(dice, told, mix), mix)
    calm = told.filter((pl.col("puzzle") == 0) & (pl.col("quantity") > 0))
    usual = calm.filter(RETURN & INSURED & pl.col("exemption").is_null())
    reissued = _picked(dice, usual, mix.reissued_share)
    contradicted = _picked(dice, calm.filter(BILL), mix.contradicted_share)
    first = contradicted.select("act", "kind").with_columns(pl.lit(CONTRADICTS, pl.Int8).alias("first"))
    told = told.join(first, on=["act", "kind"], how="left", maintain_order="left")
    told = told.with_columns(pl.coalesce("first", "puzzle").alias("puzzle")).drop("first")
    more = [
        _later(dice, _picked(dice, calm, mix.copied_share), (1, 60)).with_columns(
            part=pl.lit(COPIED, pl.Int8)
        ),
        *_reissued(dice, reissued),
        _second_bills(dice, contradicted),
        _lost(dice, _picked(dice, usual, mix.lost_share)),
    ]
    return pl.concat([told, *(rows.select(told.columns) for rows in more)])


def _picked(dice: np.random.Generator, rows: pl.DataFrame, share: float) -> pl.DataFrame:
    return rows.filter(_fate(dice, rows, share))


def _fate(dice: np.random.Generator, rows: pl.DataFrame, share: float) -> pl.Series:
    return pl.Series(happens(dice, share, rows.height))


def _later(dice: np.random.Generator, rows: pl.DataFrame, days: tuple[int, int]) -> pl.DataFrame:
    lag = pl.Series(dice.integers(days[0], days[1] + 1, rows.height).astype(np.int32))
    return rows.with_columns(pl.col("received") + lag)


def _puzzling(dice: np.random.Generator, told: pl.DataFrame, mix: CareMix) -> pl.DataFrame:
    """What a person will be asked: bills that name another day, and neither code nor provider; lines that are not
    trusted; acts that are paid out of goodwill."""
    shift = pl.Series(dice.choice([-1, 1], told.height).astype(np.int32))
    one_day = (pl.col("day") == pl.col("last_day")) & (pl.col("last_day") < pl.col("received"))
    misdated = BILL & one_day & _fate(dice, told, mix.misdated_share)
    doubtful = (pl.col("kind") == "provider_request") & _fate(dice, told, mix.doubtful_share)
    paid = BILL & _fate(dice, told, mix.goodwill_share)
    puzzles = {MISDATED: misdated, DOUBTFUL: doubtful, GOODWILL: paid}
    puzzle = pl.coalesce(*(pl.when(asked).then(number) for number, asked in puzzles.items()), 0)
    moved = pl.when(misdated).then(shift).otherwise(0)
    return told.with_columns(
        puzzle.cast(pl.Int8).alias("puzzle"),
        pl.col("day") + moved,
        pl.col("last_day") + moved,
        pl.when(~misdated).then("provider").alias("provider"),
        coded=pl.col("coded") & ~misdated,
        hold=pl.when(doubtful).then(pl.lit(DOUBT)),
    )


def _strange(dice: np.random.Generator, told: pl.DataFrame, mix: CareMix) -> pl.DataFrame:
    return told.with_columns(strange=_fate(dice, told, mix.strange_share) & pl.col("coded"))


def _reissued(dice: np.random.Generator, returns: pl.DataFrame) -> list[pl.DataFrame]:
    """Returns that the Sécu takes back, two in three of them told anew with less than was charged before."""
    again = _later(dice, returns, (5, 40)).with_columns(
        part=pl.lit(REISSUED, pl.Int8), named=pl.Series(happens(dice, 0.5, returns.height))
    )
    less = pl.max_horizontal(pl.col("charged_cents") * 9 // 10, 1)
    base = pl.min_horizontal("base_cents", less)
    gross = round_half_up_div(base * pl.col("rate_ppm").cast(pl.Int64), PPM)
    withheld = pl.min_horizontal("retention_cents", gross)
    anew = _picked(dice, again, 2 / 3).with_columns(
        charged_cents=less,
        base_cents=base,
        secu_cents=gross - withheld,
        retention_cents=withheld,
        named=pl.lit(False),
    )
    return [negated(again), anew]


def _second_bills(dice: np.random.Generator, bills: pl.DataFrame) -> pl.DataFrame:
    more = pl.Series(dice.integers(2, 31, bills.height) * 50)
    return _later(dice, bills, (3, 20)).with_columns(
        pl.col("charged_cents") + more,
        part=pl.lit(CONTRADICTED, pl.Int8),
        puzzle=pl.lit(CONTRADICTS, pl.Int8),
    )


def _lost(dice: np.random.Generator, returns: pl.DataFrame) -> pl.DataFrame:
    """Cancellations of what was never told: the amounts are another act's."""
    other = returns.with_columns(charged_cents=pl.col("charged_cents") + 101, named=pl.lit(False))
    return negated(_later(dice, other, (10, 90))).with_columns(part=pl.lit(LOST, pl.Int8))
