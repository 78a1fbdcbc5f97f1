"""The acts that a timeline is cut from, whether they are decided, wait, or only stand in the book any more.

Example: an act was booked under its first message, number 7. Later an older message, number 3, joins it: now the
act is called 3, and what was booked under 7 goes to 0. Both rows of the book are at home with act 3.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from avenant.core.frames.care import Columns
from avenant.core.timeline.history import History

NOT_DECIDED_YET: Final = "not_decided_yet"
"""Known since the last nightly run: the next one decides it."""
BEFORE_OPENING: Final = "before_opening"

PIECE: Final[Columns] = {
    "act_id": pl.Int64,
    "member_id": pl.Int32,
    "act_code": pl.String,
    "family": pl.String,
    "care_from": pl.Date,
    "care_last_day": pl.Date,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "secu_cents": pl.Int64,  # after retention, as told
    "retention_cents": pl.Int64,
    "others_cents": pl.Int64,
    "provider_id": pl.Int32,
    "location": pl.String,
    "basket": pl.String,
}


def homes(history: History) -> pl.DataFrame:
    """Where each number that was ever booked or told belongs now: number, act_id. Each number once."""
    told = history.links.select(number="line_id", act_id="act_id")
    booked = history.decisions.select(number="act_id").unique()
    gone = booked.join(told, on="number", how="anti").with_columns(act_id="number")
    return pl.concat([told, gone])


def pieces(history: History, home: pl.DataFrame) -> pl.DataFrame:
    """One row per act (PIECE), with its ``document_id``, ``label``, and ``waits``, ``candidates`` (else null).

    home: the ``homes`` of the history.

    live: messages still tell of it. early: its day lies before the book's first. Waiting lines that are no act
    yet are rows too.
    """
    told = pl.concat([history.acts.select(list(PIECE)), _untold(history, home)])
    named = told.join(history.codes.rename({"family": "usual"}), on="act_code", how="left")
    documents = _first_documents(history, home)
    reasons = history.waiting.unique("line_id", keep="first", maintain_order=True)
    reasons = reasons.select(act_id="line_id", waits="reason", candidates="candidates")
    return (
        named.with_columns(family=pl.coalesce("family", "usual"))
        .drop("usual")
        .join(documents, on="act_id", how="left")
        .join(reasons, on="act_id", how="left")
        .with_columns(
            live=pl.col("act_id").is_in(history.acts["act_id"].implode()),
            early=pl.col("care_from") < history.opens,
        )
        .sort("care_from", "act_id")
    )


def _untold(history: History, home: pl.DataFrame) -> pl.DataFrame:
    """Numbers that are no act of matching: lines that wait, and what only the book still knows."""
    here = home.join(history.acts, on="act_id", how="anti")
    wanted = here.filter(pl.col("number") == pl.col("act_id")).select("act_id")
    lines = history.lines.select(pl.col("line_id").alias("act_id"), *list(PIECE)[1:])
    booked = history.decisions.sort("rev").unique("act_id", keep="last", maintain_order=True)
    last = booked.select(
        "act_id",
        booked_for="member_id",
        booked_on="care_date",
        booked_charged="charged_cents",
        booked_quantity="quantity",
    )
    rows = wanted.join(lines, on="act_id", how="left").join(last, on="act_id", how="left")
    return rows.with_columns(
        member_id=pl.coalesce("booked_for", "member_id"),
        care_from=pl.coalesce("care_from", "booked_on"),
        care_last_day=pl.coalesce("care_last_day", "care_from", "booked_on"),
        quantity=pl.coalesce("quantity", "booked_quantity"),
        charged_cents=pl.coalesce("charged_cents", pl.col("booked_charged").abs()),
    ).select(pl.col(name).cast(dtype) for name, dtype in PIECE.items())


def _first_documents(history: History, home: pl.DataFrame) -> pl.DataFrame:
    """act_id and the document that spoke of it first."""
    lines = history.lines.select("line_id", "document_id", "received_on")
    told = home.join(lines, left_on="number", right_on="line_id")
    ordered = told.sort("received_on", "document_id", "number")
    return ordered.unique("act_id", keep="first", maintain_order=True).select("act_id", "document_id")
