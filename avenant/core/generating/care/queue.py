"""What people decide about what has waited for a month, so that nothing waits for ever: the queue, worked.

Example: two bills of one visit contradict each other since 4 March; on 30 April the later one is declared right. A
cancellation of nothing goes back to its sender. A request without a tariff is paid on account.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from avenant.core.frames.news import News, empty_table

PATIENCE, GIVE_UP = timedelta(days=30), timedelta(days=60)
"""How long something waits before somebody looks at it; after how long its document goes back to the sender."""
ON_ACCOUNT_CENTS = 500
JOINED = ("perhaps_same_act", "several_acts_fit")
CHOSEN = ("messages_contradict",)
TRUSTED = ("contradicts_itself",)
PAID = ("tariff_unknown", "provider_status_unknown", "basket_unknown", "parameter_unknown", "act_unknown")


def decided_queue(waiting: pl.DataFrame, today: date) -> News:
    """Answers and withdrawals for what waits too long.

    waiting: line_ref, reason, candidates (refs of lines, separated by spaces), since (ISO day of arrival).
    """
    since = pl.col("since").str.to_date()
    old = waiting.filter(since <= today - PATIENCE)
    given_up = pl.col("since").str.to_date() <= today - GIVE_UP
    reason = pl.col("reason")
    answered = old.filter(~given_up & reason.is_in([*JOINED, *CHOSEN, *TRUSTED, *PAID]))
    return News(
        answers=_answers(answered), documents=_sent_back(old.join(answered, on="line_ref", how="anti"))
    )


def _answers(waiting: pl.DataFrame) -> pl.DataFrame:
    reason = pl.col("reason")
    candidates = pl.col("candidates").str.split(" ")
    joined, chosen = reason.is_in(JOINED), reason.is_in(CHOSEN)
    line = pl.when(chosen).then(candidates.list.last()).otherwise("line_ref")
    rows = waiting.select(
        line.alias("line_ref"),
        pl.when(joined).then(candidates.list.first()).alias("other_ref"),
        pl.when(joined).then(pl.lit("same")).otherwise(pl.lit("exception")).alias("kind"),
        pl.when(reason.is_in(PAID)).then(ON_ACCOUNT_CENTS).cast(pl.Int64).alias("amount_cents"),
        pl.format("nobody knew better after a month: {}", reason).alias("reason"),
    ).unique("line_ref", keep="first", maintain_order=True)
    named = rows.with_columns(
        ref=pl.lit("Q-") + pl.col("line_ref").str.replace("#", ".", literal=True), withdrawn=pl.lit(False)
    )
    return named.select(empty_table("answers").columns)


def _sent_back(waiting: pl.DataFrame) -> pl.DataFrame:
    """Withdrawals of the documents of some lines."""
    refs = waiting.select(ref=pl.col("line_ref").str.extract(r"^([^#]*)#")).unique().sort("ref")
    documents = refs.with_columns(withdrawn=pl.lit(True))
    return pl.concat([empty_table("documents"), documents], how="diagonal")
