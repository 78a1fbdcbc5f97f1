"""The few sentences at the end of a statement that save a phone call.

Example: where 12 € were deducted, "€12.00 that we had paid too much are deducted from this transfer."
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.wording import Voice


def notes(header: PayoutHeader, lines: pl.DataFrame, voice: Voice) -> Iterator[str]:
    """The notes that apply to this payout and its lines (`LINE_COLUMNS`), in the order to read them."""
    if header.number is None:
        yield voice.say("note_settlement")
    if lines.is_empty():
        yield voice.say("nothing")
        return
    corrected = lines.filter(pl.col("section") == "correction")
    taken_back = int(corrected.filter(pl.col("amount_cents") < 0)["amount_cents"].sum())
    if taken_back:
        yield voice.say("note_taken_back", amount=voice.amount(-taken_back))
    if len(corrected):
        yield voice.say("note_correction")
    yield voice.say("note_waterfall")
    if _any_now(lines, "retention_cents"):
        yield voice.say("note_withheld", whom=voice.say(f"whom_{header.payee_kind}"))
    other_part = {"member": "provider_cents", "provider": "member_cents"}[header.payee_kind]
    if _any_now(lines, other_part):
        yield voice.say("note_directly" if header.payee_kind == "member" else "note_members_part")


def _any_now(lines: pl.DataFrame, name: str) -> bool:
    return bool((lines[f"after_{name}"].fill_null(0) > 0).any())
