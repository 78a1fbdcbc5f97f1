"""Chains: what the entries of one key, settled together, change: their net, what was before, what is right now.

entries   v2 cancel −54.60   v3 charge 21.84        net −32.76, before 54.60, after 21.84
entries   v1 charge 54.60                           net 54.60, before nothing, after 54.60
entries   v1 charge, v2 cancel, v3 charge 21.84     net 21.84, before nothing, after 21.84
"""

from collections.abc import Sequence

import polars as pl


def chains(
    entries: pl.DataFrame,
    key: Sequence[str],
    money: Sequence[str],
    explained: Sequence[str],
    constant: Sequence[str] = (),
) -> pl.DataFrame:
    """One row per key, in its order: the sums of ``money``, ``constant`` columns, and both sides of ``explained``.

    In: entries of one settlement in any order, with version and kind (charge, cancel). Out: the first entry tells
    what was settled until now: nothing if it is a charge (``before_…`` null), the mirror of a cancel if not. The
    last tells what is right now: nothing if it is a cancel (``after_…`` null).
    """
    grouped = entries.sort(*key, "version").group_by(*key, maintain_order=True)
    net = grouped.agg(*(pl.first(name) for name in constant), *(pl.sum(name) for name in money))
    values = [name for name in explained if name not in key]
    first = grouped.agg(pl.first("kind"), *(pl.first(name) for name in values))
    last = grouped.agg(pl.last("kind"), *(pl.last(name) for name in values))
    mirrored = first.filter(pl.col("kind") == "cancel").with_columns(-pl.col(name) for name in money)
    before = _one_side(mirrored, key, explained, "before")
    after = _one_side(last.filter(pl.col("kind") == "charge"), key, explained, "after")
    joined = net.join(before, on=key, how="left", maintain_order="left")
    return joined.join(after, on=key, how="left", maintain_order="left")


def _one_side(rows: pl.DataFrame, key: Sequence[str], explained: Sequence[str], side: str) -> pl.DataFrame:
    """The explanation under the names of one side, still with the key."""
    return rows.select(*key, *(pl.col(name).alias(f"{side}_{name}") for name in explained))
