"""Frames of invoice documents: the entries an invoice settled, and the lines a person reads.

An *entry* is one row of the premium book with the price line that explains it. A *line* is what an entry
chain of one month nets to, with what was invoiced before and what is right now.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from avenant.core.frames.rulebook import AGE_CONVENTIONS, PRORATIONS, STATUSES, UNITS

ROLES = ("primary", "partner", "child")
KINDS = ("charge", "cancel")

# What identifies the slot of an entry: everything but its version.
KEY = ("member_id", "month", "plan", "level", "component", "tier", "status")

# What explains an amount; a line carries each of these twice, as `before_…` and `after_…`.
EXPLANATION = (
    "plan",
    "level",
    "tier",
    "status",
    "amount_cents",
    "employer_cents",
    "tax_cents",
    "unit_price_cents",
    "covered_days",
    "billed_days",
    "age",
    "child_rank",
    "unit",
    "line_amount_cents",
    "line_rate_ppm",
    "age_from",
    "age_to",
    "line_valid_from",
    "proration",
    "age_convention",
    "first_day",
    "last_day",
    "pmss_cents",
    "paying_children",
)

# What a line adds to the invoice.
NET = ("amount_cents", "employer_cents", "employee_cents", "tax_cents")  # total, the two parts, tax

# Columns an invoice explains itself better with, but does without.
OPTIONAL: dict[str, pl.DataType] = {
    "first_day": pl.Date(),  # first covered day in the month
    "last_day": pl.Date(),  # last covered day in the month
    "pmss_cents": pl.Int64(),  # monthly Sécu ceiling used by a price in % of it
    "paying_children": pl.Int32(),  # how many children pay under the plan; null = all, or not said
}


def _one_of(words: tuple[str, ...], nullable: bool = False) -> dy.String:
    """A text column that holds one of `words`, or null where that is allowed."""
    return dy.String(nullable=nullable, check=lambda column: column.is_in(list(words)))


class InvoiceEntries(dy.Schema):
    """The entries tied to one invoice, in any order. Money in cents of the invoice's currency.

    `amount_cents` contains `tax_cents` and `employer_cents`; a cancel carries the three negated and mirrors
    the explanation of the charge before it. The columns of the price line are null where no price line is
    behind the amount (free, carried, nothing due any more).
    """

    entry_id = dy.Int64(primary_key=True)
    member_id = dy.Int32(nullable=False)
    member_ref = dy.String(nullable=False)
    member_name = dy.String(nullable=True)
    role = _one_of(ROLES)
    birth_date = dy.Date(nullable=False)
    family_ref = dy.String(nullable=False)
    month = dy.Date(nullable=False)
    plan = dy.String(nullable=False)
    level = dy.String(nullable=False)
    component = dy.String(nullable=False)
    tier = dy.String(nullable=False)
    status = _one_of(STATUSES)
    version = dy.Int32(nullable=False, min=1)
    kind = _one_of(KINDS)
    amount_cents = dy.Int64(nullable=False)
    employer_cents = dy.Int64(nullable=False)
    tax_cents = dy.Int64(nullable=False)
    unit_price_cents = dy.Int64(nullable=False)
    covered_days = dy.Int16(nullable=False, min=0, max=31)
    billed_days = dy.Int16(nullable=False, min=0, max=31)
    days_in_month = dy.Int16(nullable=False, min=28, max=31)
    age = dy.Int16(nullable=False)
    child_rank = dy.Int16(nullable=False, min=0)
    unit = _one_of(UNITS, nullable=True)
    line_amount_cents = dy.Int64(nullable=True)
    line_rate_ppm = dy.Int64(nullable=True)
    age_from = dy.Int32(nullable=True)
    age_to = dy.Int32(nullable=True)
    line_valid_from = dy.Date(nullable=True)
    proration = _one_of(PRORATIONS)
    age_convention = _one_of(AGE_CONVENTIONS)
    first_day = dy.Date(nullable=True)
    last_day = dy.Date(nullable=True)
    pmss_cents = dy.Int64(nullable=True)
    paying_children = dy.Int32(nullable=True)


def _line_columns() -> dict[str, pl.DataType]:
    given = {name: column.dtype for name, column in InvoiceEntries.columns().items()}
    who = ("family_ref", "member_id", "member_ref", "member_name", "role", "birth_date")
    columns: dict[str, pl.DataType] = {"line": pl.Int32()} | {name: given[name] for name in who}
    columns |= {"section": pl.String(), "month": pl.Date(), "component": pl.String()}
    columns |= {"days_in_month": pl.Int16()} | {name: pl.Int64() for name in NET}
    for side in ("before", "after"):
        columns |= {f"{side}_{name}": given[name] for name in EXPLANATION}
    return columns


LINE_COLUMNS = _line_columns()
"""The columns of a frame of invoice lines, in order, with their types.

`section` is `current` or `adjustment`. `amount_cents`, `employer_cents`, `employee_cents` and `tax_cents` are
the net of the line on this invoice. `before_...` is what was invoiced until now (null: nothing was),
`after_...` what is right now (null: nothing is due).
"""
