"""The independent count: covered days, one by one, from the enrolments alone.

An enrolment from 19 June 2026 on, counted to the end of July, covers the days 19, 20, … 30 June and 1 … 31 July:
June 12 days, the last of them the 30th; July 31 days. Slow and obvious on purpose: it shares no code with the
rules that make the premiums.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from avenant.core.book.entries import PREMIUMS

Numbers = NDArray[np.int64]

STRETCH: Final = ("contract_id", "member_id", "plan", "level")


def counted_days(enrolments: pl.DataFrame, first_month: date, last_month: date) -> pl.DataFrame:
    """Covered days per member, contract, plan, level and month.

    enrolments: contract_id, member_id, plan, level, valid_from, valid_to (null: open). Returns STRETCH, month,
    ``covered`` (days), ``on_first`` (the 1st is covered), ``last_day`` (the latest covered day of the month),
    ``member_last_day`` (the same over everything the member has in the contract), ``month_days``.
    """
    calendar = np.arange(np.datetime64(first_month, "D"), np.datetime64(_month_after(last_month), "D"))
    begin, end = calendar[0], calendar[-1] + 1
    until = enrolments["valid_to"].fill_null(_month_after(last_month))
    starts = np.clip(enrolments["valid_from"].to_numpy().astype("datetime64[D]"), begin, end) - begin
    ends = np.clip(until.to_numpy().astype("datetime64[D]"), begin, end) - begin
    lengths = np.maximum(ends - starts, 0).astype(np.int64)
    enrolment = np.repeat(np.arange(len(lengths)), lengths)
    first_of_each = np.cumsum(lengths) - lengths
    day = np.arange(len(enrolment)) + (starts.astype(np.int64) - first_of_each)[enrolment]
    return _by_month(enrolments.select(STRETCH), _cells(enrolment, day, calendar))


def _cells(enrolment: Numbers, day: Numbers, calendar: NDArray[np.datetime64]) -> pl.DataFrame:
    """Days per enrolment and month: ``enrolment`` (its place), month, covered, on_first, last_day.

    One covered day is one pair of ``enrolment`` and ``day`` (0 is the first of ``calendar``), in order.
    """
    month_of = calendar.astype("datetime64[M]")
    months = np.unique(month_of)
    day_in_month = (calendar - month_of.astype("datetime64[D]")).astype(np.int64) + 1
    cell = enrolment * len(months) + np.searchsorted(months, month_of)[day]
    size = (int(enrolment[-1]) + 1) * len(months) if len(enrolment) else 0
    covered = np.bincount(cell, minlength=size)
    firsts = np.bincount(cell[day_in_month[day] == 1], minlength=size)
    last_day = np.zeros(size, dtype=np.int64)
    last_day[cell] = day_in_month[day]  # days come in order: the last one stays
    seen = np.flatnonzero(covered)
    return pl.DataFrame(
        {
            "enrolment": seen // max(len(months), 1),
            "month": months.astype("datetime64[D]")[seen % max(len(months), 1)],
            "covered": covered[seen],
            "on_first": firsts[seen] > 0,
            "last_day": last_day[seen],
        },
        schema_overrides={"month": pl.Date},
    )


def _by_month(stretches: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Cells of the same member, contract, plan and level added up."""
    months = (
        cells.hstack(stretches[cells["enrolment"]])
        .group_by(*STRETCH, "month")
        .agg(pl.col("covered").sum(), pl.col("on_first").any(), pl.col("last_day").max())
    )
    member = pl.col("last_day").max().over("contract_id", "member_id", "month")
    return months.with_columns(
        member_last_day=member, month_days=pl.col("month").dt.month_end().dt.day().cast(pl.Int64)
    )


def _month_after(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def latest_rows(entries: pl.DataFrame) -> pl.DataFrame:
    """The last version of each key of ``entries`` (columns PREMIUMS.key, version, and others, which are kept)."""
    return entries.sort(*PREMIUMS.key, "version").unique(PREMIUMS.key, keep="last", maintain_order=True)


def accounted_days(latest: pl.DataFrame, slots: pl.DataFrame) -> pl.DataFrame:
    """Days the book accounts for, per STRETCH, component and month: ``covered_booked``, ``billed_booked``.

    latest: the last row of each key. slots: slot_id, plan, level, component. An unknown slot has no plan.
    """
    where = slots.select("slot_id", "plan", "level", "component")
    return (
        latest.join(where, on="slot_id", how="left")
        .group_by(*STRETCH, "component", "month")
        .agg(
            covered_booked=pl.col("covered_days").cast(pl.Int64).sum(),
            billed_booked=pl.col("billed_days").cast(pl.Int64).sum(),
        )
    )


def compared(counted: pl.DataFrame, accounted: pl.DataFrame, components: pl.DataFrame) -> pl.DataFrame:
    """Both counts side by side, for every component of the plan's level; nothing counted or booked is 0.

    components: plan, level, component, and further columns of the plan, which are kept.
    """
    key = [*STRETCH, "component", "month"]
    due = counted.join(components.select("plan", "level", "component"), on=["plan", "level"], how="left")
    both = due.join(accounted, on=key, how="full", coalesce=True, nulls_equal=True)
    both = both.join(components, on=["plan", "level", "component"], how="left")
    return both.with_columns(
        pl.col("covered", "covered_booked", "billed_booked").fill_null(0), pl.col("on_first").fill_null(False)
    )


def without_explained(rows: pl.DataFrame, members: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """``rows`` (contract_id, member_id, month) without what is explained.

    members: member_id, of families parked or with news no run has seen. held: contract_id, member_id,
    first_month, last_month of changes that wait for an approval.
    """
    rows = rows.join(members.select("member_id"), on="member_id", how="anti").with_row_index("place")
    waiting = (
        rows.join(held, on=["contract_id", "member_id"])
        .filter(pl.col("month").is_between("first_month", "last_month"))
        .select("place")
    )
    return rows.join(waiting, on="place", how="anti").drop("place")
