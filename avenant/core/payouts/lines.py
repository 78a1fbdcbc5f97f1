"""The lines of a payout statement: its entries, net of what cancels out, one line per act.

Example, a visit paid with 20.00 € in March for which another insurer's 12.00 € were learnt in April:

    entries   v2 cancel −20.00   v3 charge 8.00
    line      20.00 → 8.00, net −12.00, a correction

An act that moved to another contract is one line too. A charge and its cancel on one payout vanish; so does a pair
that changes only the explanation. An act that brings nothing is shown once, with its reason.
"""

from __future__ import annotations

import polars as pl

from avenant.core.book.chains import chains
from avenant.core.frames.checked import checked
from avenant.core.frames.payouts import ACT, EXPLANATION, KEY, LINE_COLUMNS, PayoutEntries
from avenant.core.payouts.header import PayoutHeader

ONE_ACT = ("member_id", "act_id")
PAID = ("paid_with", "paid_on")


class PayoutDoesNotAddUp(ValueError):
    """The entries of a payout and its header disagree; such a statement is never shown."""


def payout_entries(entries: pl.DataFrame) -> pl.DataFrame:
    """`entries` as `PayoutEntries`, types aligned, rules checked.

    Raises `dataframely.exc.ValidationError` or `SchemaError` where a column is missing or impossible.
    """
    return checked(PayoutEntries, entries)


def payout_lines(header: PayoutHeader, entries: pl.DataFrame) -> pl.DataFrame:
    """What `header`'s payout shows, one row per act, ordered by member and day of care (`LINE_COLUMNS`).

    In: the entries of the payout (`PayoutEntries`), in any order. Out: per member what was not paid before, then
    corrections; their amounts sum to the payout. Raises `PayoutDoesNotAddUp` when the entries do not.
    """
    told = payout_entries(entries)
    _refuse_if_unequal(header, told)
    lines = _of_one_act(chains(told, KEY, ["amount_cents"], EXPLANATION))
    section = pl.when(pl.col("before_lines").is_null()).then(pl.lit("care")).otherwise(pl.lit("correction"))
    shown = lines.with_columns(section=section).filter(_is_shown())
    return _in_reading_order(_recognised(shown, told))


def _refuse_if_unequal(header: PayoutHeader, entries: pl.DataFrame) -> None:
    seen = int(entries["amount_cents"].sum())
    if seen != header.total_cents:
        raise PayoutDoesNotAddUp(
            f"payout {header.number or 'without number'} to {header.payee_ref}: its entries sum to {seen} in "
            f"amount_cents, its header says {header.total_cents}. Nothing was printed. "
            "Run `avenant check` to find the entries that are missing or too many."
        )


def _of_one_act(lines: pl.DataFrame) -> pl.DataFrame:
    """Chains of one act under several contracts as one row, where at most one was paid before and one is due now."""
    one_each = (_stands("before").sum().over(ONE_ACT) <= 1) & (_stands("after").sum().over(ONE_ACT) <= 1)
    part = pl.when(one_each).then(pl.lit("")).otherwise("contract_ref")
    sides = [
        pl.col(f"{side}_{name}").filter(_stands(side)).first()
        for side in ("before", "after")
        for name in EXPLANATION
    ]
    grouped = lines.with_columns(part.alias("part")).group_by(*ONE_ACT, "part", maintain_order=True)
    return grouped.agg(pl.sum("amount_cents"), *sides).drop("part")


def _stands(side: str) -> pl.Expr:
    """Whether there is anything on this side: messages behind the act, or an amount."""
    told = pl.col(f"{side}_lines").fill_null(0) > 0
    return told | (pl.col(f"{side}_amount_cents").fill_null(0) != 0)


def _is_shown() -> pl.Expr:
    """Whatever moves money, and each act on the first payout that settles it."""
    return (pl.col("amount_cents") != 0) | (
        (pl.col("section") == "care") & pl.col("after_lines").is_not_null()
    )


def _recognised(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """With what a person knows the act by, as its latest entry tells it, and the payout that is corrected."""
    latest = entries.sort("version", "entry_id").group_by(ONE_ACT, maintain_order=True)
    told = latest.agg(*(pl.last(name) for name in ACT), *(pl.col(name).drop_nulls().last() for name in PAID))
    return lines.join(told, on=ONE_ACT, how="left", maintain_order="left")


def _in_reading_order(lines: pl.DataFrame) -> pl.DataFrame:
    """Members by name, accents and capitals aside; what is new first, then corrections, each by day of care."""
    spoken = pl.col("member_name").str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    place = (
        pl.col("section") != "care",
        "care_date",
        "act_code",
        "act_id",
        "before_amount_cents",
        "after_amount_cents",
    )
    ordered = lines.sort(spoken, "member_ref", *place, nulls_last=True)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("line")
    return ordered.with_columns(number).select(pl.col(name).cast(kind) for name, kind in LINE_COLUMNS.items())
