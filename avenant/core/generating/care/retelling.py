"""Retelling: whole documents that are told again as they were, corrected, withdrawn, or about somebody unknown.

Example: bill BM0000017-4 of 4 March is told again on 20 March, under the same ref, with 25.00 € instead of 30.00 €.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.care.mix import CareMix
from avenant.core.generating.days import happens

BILLS = ("member_invoice", "provider_request")


def retold(
    dice: np.random.Generator, documents: pl.DataFrame, lines: pl.DataFrame, mix: CareMix, ends: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`documents` and `lines` (news columns, known_on, document) with what is told of them again before `ends`."""
    documents = _of_strangers(dice, documents, mix)
    fate = dice.random(documents.height)
    lag = pl.lit(pl.Series(dice.integers(1, 31, documents.height)))
    later = documents.with_columns(
        fate=pl.Series(fate),
        known_on=pl.col("known_on") + pl.duration(days=lag),
    ).filter(pl.col("known_on").to_physical() < ends)
    first, second = mix.retold_share, mix.retold_share + mix.corrected_share
    again = later.filter(pl.col("fate") < first)
    corrected = later.filter((pl.col("fate") >= first) & (pl.col("fate") < second))
    corrected = corrected.filter(pl.col("kind").is_in(BILLS)).with_columns(received_on="known_on")
    withdrawn = later.filter((pl.col("fate") >= second) & (pl.col("fate") < second + mix.withdrawn_share))
    told = [again, corrected, withdrawn.with_columns(withdrawn=pl.lit(True))]
    return (
        pl.concat([documents, *(rows.select(documents.columns) for rows in told)]),
        pl.concat([lines, _lines_of(again, lines), _with_other_charges(_lines_of(corrected, lines))]),
    )


def _lines_of(documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    days = documents.select("document", "known_on")
    return lines.drop("known_on").join(days, on="document", maintain_order="left").select(lines.columns)


def _with_other_charges(lines: pl.DataFrame) -> pl.DataFrame:
    """Each charge three euros more, or what is asked for, and the first line's alone."""
    more = pl.when(pl.col("line") == 1).then(300).otherwise(0)
    return lines.with_columns(pl.col("charged_cents") + more, pl.col("asked_cents") + more)


def _of_strangers(dice: np.random.Generator, documents: pl.DataFrame, mix: CareMix) -> pl.DataFrame:
    """Some documents name somebody whom nobody ever tells us of."""
    strangers = pl.Series(happens(dice, mix.unknown_share, documents.height))
    ref = pl.when(strangers).then(pl.lit("X-") + pl.col("member_ref")).otherwise("member_ref")
    return documents.with_columns(ref.alias("member_ref"))
