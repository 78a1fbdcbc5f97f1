"""Which pieces may be about one act although their keys differ: poorer lines say less, but nothing else.

A bill without a provider fits the Sécu's return of that day and charge; a bill of another provider does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from avenant.core.claims.matching.columns import FIELDS, KEY, SAID
from avenant.core.claims.matching.verdicts import Verdicts

NODE = ("member_id", "care_from", "act_code", "family", "provider_id", "location", "charged_cents")


def mixed(lines: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The lines of all pieces that share ``by`` with a piece that leaves out other fields: few of many.

    Pieces that say the same fields have the same key or are about different acts. A piece says what its lines say
    together: one that a poorer line has joined may say more than each of them.
    """
    said = lines.select(pattern=_pattern())["pattern"]
    if said.n_unique() < 2:
        return lines.clear()
    fields = lines[["piece", "counts", *by]].with_columns(said).filter("counts")
    usual = pl.col("pattern").mode().min()
    odd = fields.filter(pl.col("pattern") != usual).select("piece").unique()
    if odd.is_empty():
        return lines.clear()
    groups = fields.join(odd, on="piece", how="semi").select(by).unique()
    met = fields.join(groups, on=list(by), how="semi", nulls_equal=True)
    met = met.with_columns(pattern=pl.col("pattern").bitwise_or().over("piece"))
    met = met.filter(pl.col("pattern").n_unique().over(by) > 1)
    return lines.join(met.select("piece").unique(), on="piece", how="semi")


def nodes(lines: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """One row per piece of ``lines`` of which something counts.

    Columns: piece, those of NODE as the highest authority says them, authority (of who speaks highest), head (ref of
    its line: by it persons name the piece), words (what it says), speakers, parties, pattern (which FIELDS are said).
    """
    known = families.select("act_code", known="family")
    speaker = pl.concat_str("authority", pl.col("insurer").fill_null(""))
    counting = lines.filter("counts").join(known, on="act_code", how="left")
    counting = counting.with_columns(family=pl.coalesce("family", "known"), speaker=speaker, head="ref")
    alone = counting.with_columns(words=pl.struct(SAID)).filter(~pl.col("piece").is_duplicated())
    several = counting.filter(pl.col("piece").is_duplicated()).sort(
        "authority", "insurer", "received_on", *SAID, *KEY, "ref"
    )
    told = several.group_by("piece", maintain_order=True).agg(
        *(pl.col(name).first(ignore_nulls=True) for name in NODE),
        pl.col("authority").first(),
        pl.col("head").first(),
        words=pl.struct(SAID).first(),
        speakers=pl.col("speaker").unique(),
    )
    rows = pl.concat([told, alone.with_columns(speakers=pl.concat_list("speaker")).select(told.columns)])
    named = (
        lines.select("piece", "party")
        .drop_nulls()
        .group_by("piece")
        .agg(parties=pl.col("party").unique().sort())
    )
    return rows.join(named, on="piece", how="left").with_columns(
        pl.col("parties").fill_null([]), pattern=_pattern()
    )


@cache
def _pattern() -> pl.Expr:
    """Which of FIELDS are said, one bit each; an act code weighs most."""
    bits = [pl.col(name).is_not_null().cast(pl.Int32) * (4 >> index) for index, name in enumerate(FIELDS)]
    return pl.sum_horizontal(bits)


@cache
def said() -> pl.Expr:
    """How many of FIELDS a node says."""
    return pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in FIELDS)


@cache
def compatible() -> pl.Expr:
    """Whether two joined nodes (the second with suffix ``_other``) are equal or silent in all FIELDS.

    Where one of them says no act code the families are compared.
    """
    codes = pl.col("act_code").is_not_null() & pl.col("act_code_other").is_not_null()
    act = pl.when(codes).then(pl.col("act_code") == pl.col("act_code_other")).otherwise(_agree("family"))
    return act & _agree("provider_id") & _agree("location")


def _agree(name: str) -> pl.Expr:
    """Equal or missing in at least one of two joined nodes."""
    return (pl.col(name) == pl.col(f"{name}_other")).fill_null(True)


@cache
def charges_agree() -> pl.Expr:
    """Whether two joined nodes say the same charge, or one says none."""
    return _agree("charged_cents")


def not_apart(pairs: pl.DataFrame, answered: Verdicts) -> pl.DataFrame:
    """``pairs`` (parties, parties_other) without those that an answer keeps apart."""
    if not answered.apart:
        return pairs
    apart = [
        any(answered.keep_apart(one, other) for one in ours for other in theirs)
        for ours, theirs in pairs.select("parties", "parties_other").rows()
    ]
    return pairs.filter(~pl.Series(apart, dtype=pl.Boolean))
