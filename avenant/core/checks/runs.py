"""Promise 8: every entry names its run; every run its code, rulebook, business date and horizon; every chunk the
revision it read.

    revision 12 wrote premiums, named run 3, chunk 0, which read revision 11; run 3: code 0.1.0+ab12, rulebook
    9f3c, business date 2026-06-30, horizon 2026-06
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "runs"
SENTENCE: Final = "Every entry names its run, every run what it ran with, every chunk the revision it read."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

IN_CHUNKS: Final = ["premium", "reimbursement", "held", "parking", "waiting"]
BY_A_RUN: Final = [*IN_CHUNKS, "invoice", "invoice_entry", "payout", "payout_entry"]


def findings(
    written: pl.DataFrame,
    changes: pl.DataFrame,
    runs: pl.DataFrame,
    chunks: pl.DataFrame,
    rulebooks: pl.Series,
) -> list[Finding]:
    """Entries without a run, runs that do not say what they ran with, chunks that do not say what they read.

    written: table_name, change_id. changes: change_id, run_id, rev. runs: run_id, code_version,
    rulebook_version, business_date, horizon. chunks: run_id, chunk, read_rev, change_id. rulebooks: the
    versions that were published.
    """
    return [
        *_without_run(written, changes, runs),
        *_silent_runs(runs, rulebooks),
        *_chunks(written, changes, chunks),
    ]


def _without_run(written: pl.DataFrame, changes: pl.DataFrame, runs: pl.DataFrame) -> list[Finding]:
    entries = written.filter(pl.col("table_name").is_in(BY_A_RUN)).select("table_name", "change_id")
    named = entries.join(changes, on="change_id").join(
        runs.select("run_id", opened=True), on="run_id", how="left"
    )
    lost = named.filter(pl.col("opened").is_null()).sort("change_id", "table_name")
    return listed(NAME, lost.select("table_name", "change_id", "run_id"), _no_run)


def _no_run(row: Row) -> str:
    return (
        "its rows name no run"
        if row["run_id"] is None
        else f"its rows name run {row['run_id']}, which does not exist"
    )


def _silent_runs(runs: pl.DataFrame, rulebooks: pl.Series) -> list[Finding]:
    unnamed = pl.col("code_version").fill_null("") == ""
    undated = pl.col("business_date").is_null() | pl.col("horizon").is_null()
    problem = (
        pl.when(unnamed)
        .then(pl.lit("does not say which code ran"))
        .when(~pl.col("rulebook_version").is_in(rulebooks.implode()).fill_null(False))
        .then(pl.lit("names a rulebook that was never published"))
        .when(undated | (pl.col("horizon").dt.day() != 1))
        .then(pl.lit("does not say its business date, or a horizon that is a month"))
    )
    wrong = runs.with_columns(problem=problem).filter(pl.col("problem").is_not_null()).sort("run_id")
    return listed(NAME, wrong, lambda row: str(row["problem"]), lambda row: f"run {row['run_id']}")


def _chunks(written: pl.DataFrame, changes: pl.DataFrame, chunks: pl.DataFrame) -> list[Finding]:
    of_change = changes.select("change_id", "rev", opened_by="run_id")
    told = chunks.join(of_change, on="change_id", how="left")
    read_before_written = pl.col("read_rev").is_between(0, pl.col("rev") - 1)
    impossible = pl.col("rev").is_not_null() & ~read_before_written.fill_null(False)
    wrong = told.filter(impossible | pl.col("run_id").ne_missing(pl.col("opened_by"))).sort("run_id", "chunk")
    entries = written.filter(pl.col("table_name").is_in(IN_CHUNKS)).select("change_id").unique()
    silent = entries.join(chunks, on="change_id", how="anti", nulls_equal=True).sort("change_id")
    return [
        *listed(
            NAME,
            wrong.select("run_id", "chunk", "read_rev", "rev", "opened_by"),
            lambda row: f"says it read revision {row['read_rev']} and was written as {row['rev']}",
            lambda row: f"run {row['run_id']}, chunk {row['chunk']}",
        ),
        *listed(NAME, silent, lambda row: "wrote entries, and no chunk says which revision it read"),
    ]
