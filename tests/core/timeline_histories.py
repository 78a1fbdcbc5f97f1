"""Histories of care made by hand: a few acts, what was booked for them, on which payouts."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from avenant.core.frames.care import ACT, CARE_LINE, LINK, WAITING
from avenant.core.timeline.history import DECISION, PEOPLE, PROVIDERS, History

Row = dict[str, Any]
MARCH = date(2026, 3, 3)


def act(act_id: int, family: str, on: date = MARCH, charged: int = 100_00, **said: Any) -> Row:
    """An act of member 1 at provider 1."""
    row = dict.fromkeys(ACT) | {"act_id": act_id, "member_id": 1, "family": family, "charged_cents": charged}
    row |= {"care_from": on, "care_last_day": on, "quantity": 1, "others_cents": 0, "provider_id": 1}
    return row | {"told_by_secu": False, "lines": 1, "cancelled": False} | said


def line(line_id: int, **said: Any) -> Row:
    """A message of its own document, as bare as can be."""
    row = dict.fromkeys(CARE_LINE) | {"line_id": line_id, "ref": f"D{line_id}#1", "document_id": line_id}
    row |= {"kind": "member_invoice", "received_on": MARCH, "member_id": 1, "provider_id": 1, "quantity": 1}
    return row | {"care_from": MARCH, "care_last_day": MARCH, "version": 1, "withdrawn": False} | said


def booked(act_id: int, amount: int, rev: int = 10, **said: Any) -> Row:
    """A charge of 100.00 €, of which the Sécu paid 40.00 €, in one row for the member."""
    kind = said.get("kind", "charge")
    row: Row = {
        "act_id": act_id,
        "contract_id": 1,
        "payee_id": 0,
        "payee": "member",
        "version": 1,
        "kind": kind,
    }
    row |= {"amount_cents": amount, "member_id": 1, "care_date": MARCH, "lines": 1, "quantity": 1}
    row |= {"charged_cents": 100_00, "secu_cents": 40_00, "retention_cents": 0, "others_cents": 0}
    row |= {"left_cents": 60_00, "decided_cents": amount, "out_of_pocket_cents": 60_00 - amount, "reasons": 0}
    row |= {"currency": "EUR", "rev": rev, "known_at": f"2026-03-{rev}T09:00:00", "payout": None}
    return row | {"paid_on": None} | said


def on_payout(entry: Row, number: str = "AVP-2026-000001", on: date = date(2026, 3, 31)) -> Row:
    """The same entry, settled."""
    return entry | {"payout": number, "paid_on": on}


def history(
    acts: list[Row],
    decisions: list[Row] | None = None,
    links: list[tuple[int, int]] | None = None,
    waiting: list[tuple[int, str]] | None = None,
    lines: list[Row] | None = None,
) -> History:
    """links: act_id, line_id; one message per act where none are given."""
    pairs = links or [(row["act_id"], row["act_id"]) for row in acts]
    told = lines or [line(number) for _, number in pairs]
    held = [(number, 1, reason, None, False) for number, reason in waiting or []]
    codes = {"HBLD038": ("dental_prosthesis", "Crown"), "INLAYCORE": ("dental_prosthesis", "Inlay-core")}
    return History(
        acts=pl.DataFrame(acts, schema=ACT),
        links=pl.DataFrame([(*pair, "basis") for pair in pairs], schema=LINK, orient="row"),
        waiting=pl.DataFrame(held, schema=WAITING, orient="row"),
        lines=pl.DataFrame(told, schema=CARE_LINE),
        decisions=pl.DataFrame(decisions or [], schema=DECISION),
        people=pl.DataFrame([(1, "M-1", None), (2, "M-2", None)], schema=PEOPLE, orient="row"),
        providers=pl.DataFrame([(n, f"P{n}") for n in range(1, 5)], schema=PROVIDERS, orient="row"),
        codes=pl.DataFrame(
            [(code, *rest) for code, rest in codes.items()],
            schema=["act_code", "family", "label"],
            orient="row",
        ),
        opens=date(2026, 1, 1),
        currency="EUR",
    )
