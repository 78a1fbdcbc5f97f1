"""Frames of payout statements: the entries a payout settled, and the lines a person reads.

An *entry* is one row of the reimbursement book with the names of what it is about. A *line* is what the entries of
one act come to on one payout, with what was paid before and what is right now.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

KINDS = ("charge", "cancel")
SECTIONS = ("care", "correction")

# What identifies an entry but for its version; a payout has one payee.
KEY = ("member_id", "act_id", "contract_ref")

# What explains an amount; a line carries each of these twice, as `before_…` and `after_…`.
EXPLANATION = (
    "amount_cents",
    "lines",
    "quantity",
    "charged_cents",
    "base_cents",
    "rate_ppm",
    "secu_cents",
    "retention_cents",
    "increase_cents",
    "others_cents",
    "left_cents",
    "ceiling_cents",
    "limit_kind",
    "limit_left_cents",
    "decided_cents",
    "member_cents",
    "provider_cents",
    "out_of_pocket_cents",
    "reasons",
)

# What a person needs to recognise an act.
ACT = (
    "member_ref",
    "member_name",
    "family_ref",
    "care_date",
    "line_ref",
    "act_code",
    "act_label",
    "care_family",
    "provider_ref",
)


class PayoutEntries(dy.Schema):
    """The entries tied to one payout, in any order. Money in cents of the payout's currency, rates in ppm.

    A cancel carries the amount negated and mirrors the rest of the charge before it. What the columns from
    ``charged_cents`` on mean stands in ``core.book.entries.REIMBURSEMENTS``. line_ref: of the message that named the
    act first. act_label: what the rulebook calls the act code; care_family: see ``core.frames.care_rules``; all null
    where nobody says. paid_with, paid_on: the payout on which the charge
    that a cancel takes back was paid.
    """

    entry_id = dy.Int64(primary_key=True)
    contract_ref = dy.String(nullable=False)
    act_id = dy.Int64(nullable=False)
    member_id = dy.Int32(nullable=False)
    member_ref = dy.String(nullable=False)
    member_name = dy.String(nullable=True)
    family_ref = dy.String(nullable=False)
    care_date = dy.Date(nullable=False)
    line_ref = dy.String(nullable=True)
    act_code = dy.String(nullable=True)
    act_label = dy.String(nullable=True)
    care_family = dy.String(nullable=True)
    provider_ref = dy.String(nullable=True)
    version = dy.Int32(nullable=False, min=1)
    kind = dy.String(nullable=False, check=lambda column: column.is_in(list(KINDS)))
    amount_cents = dy.Int64(nullable=False)
    lines = dy.Int16(nullable=False, min=0)
    quantity = dy.Int32(nullable=False)
    charged_cents = dy.Int64(nullable=False)
    base_cents = dy.Int64(nullable=False)
    rate_ppm = dy.Int32(nullable=False)
    secu_cents = dy.Int64(nullable=False)
    retention_cents = dy.Int64(nullable=False)
    increase_cents = dy.Int64(nullable=False)
    others_cents = dy.Int64(nullable=False)
    left_cents = dy.Int64(nullable=False)
    ceiling_cents = dy.Int64(nullable=False)
    limit_kind = dy.Int16(nullable=False)
    limit_left_cents = dy.Int64(nullable=False)
    decided_cents = dy.Int64(nullable=False)
    member_cents = dy.Int64(nullable=False)
    provider_cents = dy.Int64(nullable=False)
    out_of_pocket_cents = dy.Int64(nullable=False)
    reasons = dy.Int64(nullable=False)
    paid_with = dy.String(nullable=True)
    paid_on = dy.Date(nullable=True)


def _line_columns() -> dict[str, pl.DataType]:
    given = {name: column.dtype for name, column in PayoutEntries.columns().items()}
    columns: dict[str, pl.DataType] = {"line": pl.Int32(), "section": pl.String()}
    columns |= {name: given[name] for name in ("member_id", "act_id", *ACT, "paid_with", "paid_on")}
    columns["amount_cents"] = pl.Int64()
    for side in ("before", "after"):
        columns |= {f"{side}_{name}": given[name] for name in EXPLANATION}
    return columns


LINE_COLUMNS = _line_columns()
"""The columns of a frame of statement lines, in order, with their types.

`section` is `care` or `correction`. `amount_cents` is what the line adds to the payout. `before_...` is what was
settled until now (null: nothing was), `after_...` what is right now (null: nothing is due any more).
"""
