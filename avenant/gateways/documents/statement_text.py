"""A payout statement as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.statement import Statement, StatementLine, Waterfall, statement
from avenant.gateways.documents.text_layout import WIDTH, head, named, notes, prose, row, text_of, totals


def statement_text(header: PayoutHeader, entries: pl.DataFrame, language: str) -> str:
    """The whole statement: head, totals, then act by act who pays what and why."""
    document = statement(header, entries, language)
    return text_of((head(document), totals(document), _members(document), notes(document)))


def _members(document: Statement) -> Iterator[str]:
    if not document.members:
        return
    yield document.voice.say("members_title").upper()
    yield "─" * WIDTH
    for member in document.members:
        yield row(named(member.name, member.ref), document.voice.amount(member.amount_cents))
        for line in member.lines:
            yield from _line(document, line)
        yield ""


def _line(document: Statement, line: StatementLine) -> Iterator[str]:
    voice = document.voice
    change = f" · {line.change[0]} → {line.change[1]}" if line.change else ""
    kind = f", {voice.say('correction')}" if line.is_correction else ""
    yield row(f"  {line.day}{kind} · {line.title}{change}", voice.amount(line.amount_cents))
    if line.detail:
        yield f"    {line.detail}"
    if line.waterfall is not None:
        yield f"    {_water(document, line.waterfall)}"
    yield from prose(line.explanation)


def _water(document: Statement, water: Waterfall) -> str:
    """Charged = Sécu + others + us + what is left, with the parts that are not zero."""
    say, amount = document.voice.say, document.voice.amount
    parts = {
        "secu": water.secu_cents,
        "others": water.others_cents,
        "ours": water.ours_cents,
        f"rest_{document.payee_kind}": water.rest_cents,
    }
    told = [f"{say(name)} {amount(cents)}" for name, cents in parts.items() if cents]
    return f"{say('charged')} {amount(water.charged_cents)} = " + (" + ".join(told) or amount(0))
