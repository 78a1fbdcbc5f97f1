"""The lines of an invoice: its entries, net of what cancels out, per member.

Example, the June invoice of a member whose departure on 12 April was learnt in May:

    entries   April v2 cancel -54.60   April v3 charge 21.84   May v2 cancel -54.60   May v3 charge 0.00
    lines     April 54.60 → 21.84, net −32.76     May 54.60 → 0.00, net −54.60

A charge and its cancel on one invoice vanish; so does a pair that changes only the explanation.
"""

from __future__ import annotations

import polars as pl

from avenant.core.book.chains import chains
from avenant.core.frames.checked import checked
from avenant.core.frames.invoices import EXPLANATION, KEY, LINE_COLUMNS, NET, OPTIONAL, ROLES, InvoiceEntries
from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.switches import joined_switches

MONEY = ("amount_cents", "employer_cents", "tax_cents")
PERSON = ("member_id", "family_ref", "member_ref", "member_name", "role", "birth_date")


class InvoiceDoesNotAddUp(ValueError):
    """The entries of an invoice and its header disagree; such an invoice is never shown."""


def invoice_entries(entries: pl.DataFrame) -> pl.DataFrame:
    """`entries` as `InvoiceEntries`: optional columns added where missing, types aligned, rules checked.

    Raises `dataframely.exc.ValidationError` or `SchemaError` where a column is missing or impossible.
    """
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in OPTIONAL.items() if name not in entries.columns
    ]
    return checked(InvoiceEntries, entries.with_columns(absent) if absent else entries)


def invoice_lines(header: InvoiceHeader, entries: pl.DataFrame) -> pl.DataFrame:
    """What `header`'s invoice shows, one row per line, ordered by family and member (`LINE_COLUMNS`).

    In: the entries of the invoice (`InvoiceEntries`), in any order. Out: per member the lines of the
    invoice's month, then the adjustments by month. Amounts, employer parts and taxes of the lines sum to
    those of the header, to the cent. Raises `InvoiceDoesNotAddUp` when the entries do not sum to the header.
    """
    told = invoice_entries(entries)
    _refuse_if_unequal(header, told)
    lines = joined_switches(slot_lines(told))
    shown = _with_sections(lines, header).filter(_is_shown())
    people = told.select(PERSON).unique("member_id", keep="first", maintain_order=True)
    return _in_reading_order(shown.join(people, on="member_id", how="left", maintain_order="left"))


def slot_lines(entries: pl.DataFrame) -> pl.DataFrame:
    """One row per slot and month: the net of its entries, what explained it before and what does after."""
    lines = chains(entries, KEY, MONEY, EXPLANATION, constant=["days_in_month"])
    employee = (pl.col("amount_cents") - pl.col("employer_cents")).alias("employee_cents")
    return lines.with_columns(employee).drop("plan", "level", "tier", "status")


def _refuse_if_unequal(header: InvoiceHeader, entries: pl.DataFrame) -> None:
    wanted = {"amount_cents": header.total_cents} | {
        "employer_cents": header.employer_cents,
        "tax_cents": header.tax_cents,
    }
    for name, expected in wanted.items():
        seen = int(entries[name].sum())
        if seen != expected:
            raise InvoiceDoesNotAddUp(
                f"invoice {header.number or 'without number'} of contract {header.contract_ref}: its entries "
                f"sum to {seen} in {name}, its header says {expected}. Nothing was printed. "
                "Run `avenant check` to find the entries that are missing or too many."
            )


def _with_sections(lines: pl.DataFrame, header: InvoiceHeader) -> pl.DataFrame:
    """Current: the invoice's own month, invoiced for the first time. All else corrects or catches up."""
    nothing_before = pl.col("before_covered_days").fill_null(0) == 0
    current = (pl.col("month") == header.month) & nothing_before
    section = pl.when(current).then(pl.lit("current")).otherwise(pl.lit("adjustment"))
    return lines.with_columns(section.alias("section"))


def _is_shown() -> pl.Expr:
    """Whatever moves money; and in the current month also the covered days that cost nothing."""
    moves_money = pl.any_horizontal(pl.col(name) != 0 for name in NET)
    covered_now = (pl.col("section") == "current") & (pl.col("after_covered_days").fill_null(0) > 0)
    return moves_money | covered_now


def _in_reading_order(lines: pl.DataFrame) -> pl.DataFrame:
    """Families by the primary's name; the primary first, then by age; the current month first."""
    role = pl.col("role").replace_strict(
        {name: place for place, name in enumerate(ROLES)}, return_dtype=pl.Int8
    )
    tier = pl.coalesce("after_tier", "before_tier")
    status = pl.coalesce("after_status", "before_status")
    place = (
        pl.col("section") != "current",
        "month",
        "component",
        status,
        tier,
        "before_level",
        "after_level",
    )
    person = (_spoken_name(), "family_ref", role, "birth_date", "member_ref")
    ordered = lines.sort(*person, *place, nulls_last=True)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("line")
    return ordered.with_columns(number).select(pl.col(name).cast(kind) for name, kind in LINE_COLUMNS.items())


def _spoken_name() -> pl.Expr:
    """The family's place in a list of names: the primary's name, accents and capitals aside."""
    primary = pl.col("member_name").filter(pl.col("role") == "primary").first().over("family_ref")
    return primary.str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase()
