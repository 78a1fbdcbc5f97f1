"""A payout statement as a PDF, and the same pages as pictures."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import polars as pl

from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.statement import MemberBlock, Statement, StatementLine, Waterfall, statement
from avenant.gateways.documents.typesetting import frame_payload, typeset

LABELS = (
    "members_title", "waterfall_title", "column_date", "column_act", "column_charged", "column_secu",
    "column_others", "column_ours", "column_net", "correction", "charged",
)  # fmt: skip
WATER = ("charged", "secu", "others", "ours", "rest", "withheld")


def statement_pdf(header: PayoutHeader, entries: pl.DataFrame, language: str) -> bytes:
    """The PDF of the statement."""
    return typeset("statement", _payload(statement(header, entries, language)), "pdf")[0]


def statement_pages(
    header: PayoutHeader, entries: pl.DataFrame, language: str, ppi: float = 110
) -> list[bytes]:
    """The pages of the same statement as PNG pictures, to look at."""
    return typeset("statement", _payload(statement(header, entries, language)), "png", ppi)


def _payload(document: Statement) -> dict[str, Any]:
    """All texts of the statement, amounts written, for the template; shares of the bar in cents."""
    payload = frame_payload(document, LABELS)
    payload["labels"]["column_rest"] = document.voice.say(f"column_rest_{document.payee_kind}")
    return payload | {
        "waterfall": _bar(document),
        "members": [_member(document, member) for member in document.members],
        "shows_others": document.shows_others,
    }


def _bar(document: Statement) -> dict[str, Any] | None:
    """The parts of all new acts, as a bar: name, label, amount, share; None where nothing was charged."""
    water, voice = document.waterfall, document.voice
    if water.charged_cents <= 0:
        return None
    cents = dict(zip(WATER, astuple(water), strict=True))
    labels = {name: voice.say(name) for name in ("secu", "others", "ours")}
    labels["rest"] = voice.say(f"rest_{document.payee_kind}")
    parts = [
        {"name": name, "label": label, "amount": voice.amount(cents[name]), "share": max(cents[name], 0)}
        for name, label in labels.items()
        if cents[name] or name != "others"
    ]
    withheld = voice.say("withheld_in_rest") if water.withheld_cents else ""
    return {
        "charged": voice.amount(water.charged_cents),
        "parts": parts,
        "withheld": [withheld, voice.amount(water.withheld_cents)],
    }


def _member(document: Statement, member: MemberBlock) -> dict[str, Any]:
    return {
        "name": member.name or member.ref,
        "ref": member.ref if member.name else "",
        "amount": document.voice.amount(member.amount_cents),
        "lines": [_line(document, line) for line in member.lines],
    }


def _line(document: Statement, line: StatementLine) -> dict[str, Any]:
    return {
        "day": line.day,
        "is_correction": line.is_correction,
        "title": line.title,
        "detail": line.detail,
        "change": line.change,
        "water": _water(document, line.waterfall),
        "explanation": line.explanation,
        "amount": document.voice.amount(line.amount_cents),
    }


def _water(document: Statement, water: Waterfall | None) -> dict[str, str]:
    if water is None:
        return dict.fromkeys(WATER, "–")
    return {name: document.voice.amount(cents) for name, cents in zip(WATER, astuple(water), strict=True)}
