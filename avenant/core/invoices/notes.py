"""The few sentences at the end of an invoice that save a phone call.

Example: on a credit note of 54.60 euros "Nothing to pay: €54.60 are added to your balance and deducted from
your next invoices."
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from avenant.core.invoices.header import InvoiceHeader
from avenant.core.invoices.wording import Voice


def notes(header: InvoiceHeader, lines: pl.DataFrame, voice: Voice) -> Iterator[str]:
    """The notes that apply to this invoice and its lines (`LINE_COLUMNS`), in the order to read them."""
    if header.kind == "credit_note":
        yield voice.say("note_credit", amount=voice.amount(-header.total_cents))
    if header.kind == "settlement":
        yield voice.say("note_settlement")
    if lines.is_empty():
        yield voice.say("nothing")
    for family in header.left_out:
        yield voice.say("note_left_out", family=family.family_ref)
    if _has_part_of_a_month(lines):
        yield voice.say("note_days")
    if (lines["section"] == "adjustment").any():
        yield voice.say("note_adjustment")
    if (lines["amount_cents"] == 0).any():
        yield voice.say("note_free", amount=voice.amount(0))


def _has_part_of_a_month(lines: pl.DataFrame) -> bool:
    by_days = (pl.col("after_proration") == "days") & (pl.col("after_status") == "pays")
    part = pl.col("after_billed_days").is_between(1, pl.col("days_in_month") - 1)
    return lines.filter(by_days & part).height > 0
