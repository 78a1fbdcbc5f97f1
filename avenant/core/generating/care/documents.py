"""Documents: messages get the refs of the outside world and become news.

The lines of one event that one sender tells on one day are one document, `SM0000017-4`: the fourth document of member
M0000017, from the Sécu. Its lines are `SM0000017-4#1`, `SM0000017-4#2`.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.frames.news import CARE_LINES, DOCUMENTS
from avenant.core.generating.care.prices import ITEMS, Prices
from avenant.core.generating.days import Numbers

LETTERS = {
    "secu_return": "S",
    "provider_request": "P",
    "member_invoice": "B",
    "other_insurer": "I",
    "quote": "Q",
}
"""The first letter of a document's ref, by kind."""
SENDERS = tuple(LETTERS)
STRANGE = "ZZZQ999"
"""An act code that no rulebook knows."""
CURRENCY = "EUR"
FAMILIES = pl.Series([item.family for item in ITEMS], dtype=pl.String)
BASKETS = pl.Series([item.basket for item in ITEMS], dtype=pl.String)
LOCATIONS = pl.Series([item.location for item in ITEMS], dtype=pl.String)


def numbered(messages: pl.DataFrame) -> pl.DataFrame:
    """`messages` (columns MESSAGE) sorted by document, with document (number) and line (1, 2, 3 … within it)."""
    order = np.argsort(_document_keys(messages), kind="stable")
    rows = messages[order.astype(np.uint32)]
    keys = _document_keys(rows)
    first = np.ones(keys.size, dtype=np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    document = np.cumsum(first) - 1
    line = np.arange(keys.size) - np.flatnonzero(first)[document] + 1 if keys.size else document
    return rows.with_columns(pl.Series("document", document, pl.Int32), pl.Series("line", line, pl.Int32))


def _document_keys(messages: pl.DataFrame) -> Numbers:
    """One number per event, day, kind, payer and part: equal for the lines of one document, in order of events."""
    payer = pl.col("payer").rank("dense").fill_null(0).cast(pl.Int64) % 16
    kind = pl.col("kind").replace_strict({name: n for n, name in enumerate(SENDERS)}, return_dtype=pl.Int64)
    received = pl.col("received").cast(pl.Int64) % (1 << 17)
    key = (
        pl.col("row").cast(pl.Int64) * (1 << 31) + received * (1 << 14) + kind * (1 << 11) + payer * (1 << 7)
    )
    return messages.select(key + pl.col("part")).to_series().to_numpy()


def told_documents(lines: pl.DataFrame, member_refs: pl.Series, provider_refs: pl.Series) -> pl.DataFrame:
    """Document news with known_on and document (number), of lines from `numbered`, in their order.

    member_refs, provider_refs: the ref of each member and provider number.
    """
    heads = lines.filter(pl.col("line") == 1)
    member = heads["member"]
    within = pl.int_range(pl.len()).over("member") + 1
    refs = member_refs.gather(member).alias("member_ref")
    request = pl.col("kind") == "provider_request"
    provider = provider_refs.gather(heads["provider"]).alias("provider_ref")
    told = heads.with_columns(refs, provider).with_columns(
        ref=pl.concat_str(_letter(), "member_ref", pl.lit("-"), within.cast(pl.String)),
        payer=pl.when(request).then("provider_ref").otherwise("payer"),
        received_on=pl.col("received").cast(pl.Date),
        paid_on=pl.col("paid").cast(pl.Date),
        currency=pl.lit(CURRENCY),
        withdrawn=pl.lit(False),
    )
    return told.select("document", pl.col("received_on").alias("known_on"), *DOCUMENTS)


def _letter() -> pl.Expr:
    return pl.col("kind").replace_strict(LETTERS, return_dtype=pl.String)


def told_lines(
    lines: pl.DataFrame, documents: pl.DataFrame, provider_refs: pl.Series, prices: Prices
) -> pl.DataFrame:
    """Line news of `documents` with known_on and document (number), in the order of `lines`."""
    item, place = lines["item"], lines["document"]
    by_number = documents.sort("document")
    told = lines.with_columns(
        by_number["ref"].gather(place).alias("document_ref"),
        by_number["known_on"].gather(place),
        prices.codes.gather(item).alias("item_code"),
        FAMILIES.gather(item).alias("family"),
        BASKETS.gather(item).alias("basket"),
        LOCATIONS.gather(item).alias("item_location"),
        provider_refs.gather(lines["provider"]).alias("provider_ref"),
        care_from=pl.col("day").cast(pl.Date),
        care_last_day=pl.when(pl.col("last_day") > pl.col("day")).then("last_day").cast(pl.Date),
    )
    tooth = pl.when(pl.col("tooth") > 0).then(pl.col("tooth").cast(pl.String))
    told = told.with_columns(
        act_code=pl.when("strange").then(pl.lit(STRANGE)).when("coded").then("item_code"),
        family=pl.when(~pl.col("strange")).then("family"),
        basket=pl.when("coded").then("basket"),
        location=pl.when("placed").then(pl.coalesce("item_location", tooth)),
    )
    wanted = [
        name if name in told.columns else pl.lit(None, kind).alias(name) for name, kind in CARE_LINES.items()
    ]
    return told.select("document", "known_on", *wanted)


def with_targets(lines: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """`told` (line news, in the order of `lines`) with cancels: the ref of the return that a cancellation names."""
    ref = told.select(pl.concat_str("document_ref", pl.lit("#"), "line")).to_series()
    with_ref = lines.select("act", "kind", "part", "named", "quantity", "received").with_columns(
        ref.alias("ref"), pl.Series("place", np.arange(lines.height), pl.Int32)
    )
    naming = with_ref.filter("named").select("act", "place", before="received")
    if naming.is_empty():
        return told
    returns = with_ref.filter((pl.col("kind") == "secu_return") & (pl.col("quantity") > 0))
    targets = naming.join(returns, on="act").filter(pl.col("received") <= pl.col("before")).sort("received")
    first = targets.unique("place", keep="first", maintain_order=True).select("place", cancels="ref")
    placed = with_ref.select("place").join(first, on="place", how="left", maintain_order="left")
    return told.with_columns(placed["cancels"])
