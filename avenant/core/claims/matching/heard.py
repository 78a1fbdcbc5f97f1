"""Which lines speak: quotes do not, held lines wait, cancellations look for the line that they take back.

A quote of 600.00 € for a crown takes no part. A line with amounts of −30.00 € is a cancellation; one that names
its line by ``cancels``, or of which a person said which line it means, speaks about the act of that line, however
poor it is itself: a statement of another insurer then meets a session that still stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from avenant.core.claims.matching.columns import AUTHORITY, KEY, MONEY, SPEAKER
from avenant.core.claims.matching.verdicts import Verdicts, verdicts


@dataclass(frozen=True, slots=True)
class Heard:
    """speaking: lines that take part. held: those that wait. lost: cancellations of a line nobody told.

    All with the columns of CARE_LINE and authority, insurer (other insurers' payer), act (code or family),
    takes_back, target (ref of the line that it cancels, by itself or by an answer) and party (of Verdicts, or null).
    """

    speaking: pl.DataFrame
    held: pl.DataFrame
    lost: pl.DataFrame
    verdicts: Verdicts


def heard(lines: pl.DataFrame, answers: pl.DataFrame) -> Heard:
    """Sorts ``lines`` (CARE_LINE) into those that speak, are held, or cancel what nobody told; reads ``answers``."""
    told = _told(lines)
    answered = verdicts(told, answers)
    told = _with_answers(told, answered)
    if _nobody(told["hold"]) and _nobody(told["target"]):
        return Heard(told, told.clear(), told.clear(), answered)
    holding = pl.col("hold").is_not_null() & ~pl.col("ref").is_in(list(answered.excepted))
    naming = ~holding & pl.col("target").is_not_null()
    standing = told.select(*SPEAKER, *KEY, "ref", standing=~holding & ~pl.col("takes_back"))
    aimed, lost = _aimed(told.filter(naming), standing)
    speaking = pl.concat([told.filter(~holding & ~naming), aimed])
    return Heard(speaking, told.filter(holding), lost, answered)


def _nobody(words: pl.Series) -> bool:
    return words.null_count() == len(words)


def _told(lines: pl.DataFrame) -> pl.DataFrame:
    """Estimates are never paid; everything else with who speaks, about which act."""
    negative = pl.min_horizontal("quantity", "base_cents", *MONEY) < 0
    return lines.filter(pl.col("kind") != "quote").with_columns(
        authority=pl.col("kind").replace_strict(AUTHORITY, return_dtype=pl.Int8),
        insurer=pl.when(pl.col("kind") == "other_insurer").then("payer"),
        act=pl.when(pl.col("act_code").is_null()).then("family " + pl.col("family")).otherwise("act_code"),
        care_last_day=pl.coalesce("care_last_day", "care_from"),
        takes_back=pl.col("cancels").is_not_null() | negative.fill_null(False),
        target=pl.col("cancels"),
    )


def _with_answers(told: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    if answered.targets:
        named = pl.col("ref").replace_strict(answered.targets, default=None, return_dtype=pl.String)
        told = told.with_columns(target=pl.coalesce("target", named))
    if answered.parties.is_empty():
        return told.with_columns(party=pl.lit(None, pl.String))
    return told.join(answered.parties, on="ref", how="left")


def _aimed(naming: pl.DataFrame, told: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cancellations that name a line of their speaker, themselves or by an answer, with its key; and those whose
    line is not there.
    """
    if naming.is_empty():
        return naming, naming
    known = told.filter(pl.col("standing") & pl.col("ref").is_in(naming["target"].implode()))
    known = known.select(*SPEAKER, *KEY, target="ref").unique("target")
    on = ["target", "member_id", *SPEAKER]
    own = [name for name in naming.columns if name not in KEY or name == "member_id"]
    aimed = naming.select(own).join(known, on=on, nulls_equal=True)
    return aimed.select(naming.columns), naming.join(known, on=on, how="anti", nulls_equal=True)
