"""Small payouts: acts written as chains of decisions, and headers whose totals are their sums.

A *decision* is what an act looks like at one time. A chain of decisions is booked as the book does it: charge, then
cancel and charge for every further one; what earlier payouts settled is left out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import polars as pl

from avenant.core.frames.payouts import ACT, PayoutEntries
from avenant.core.payouts.header import PayoutHeader

JUNE = date(2026, 6, 14)
PAID_BEFORE = {"paid_with": "AVP-2026-000007", "paid_on": date(2026, 3, 14)}
ANA = {"member_id": 1, "member_ref": "M-1", "member_name": "Ana Lopez", "family_ref": "M-1"}
EMMA = {"member_id": 3, "member_ref": "M-3", "member_name": "Emma Lopez", "family_ref": "M-1"}
Entry = dict[str, Any]


def decision(
    act_id: int = 1,
    charged: int = 30_00,
    secu: int = 21_00,
    retention: int = 2_00,
    others: int = 0,
    ours: int = 9_00,
    to_provider: int = 0,
    payee: str = "member",
    **given: Any,
) -> Entry:
    """A GP's visit of 30 € as of today's tariff, 70 % of it from the Sécu; what is given instead."""
    left = max(0, charged - secu - others)
    told = {
        "contract_ref": "C-1",
        "act_id": act_id,
        "care_date": date(2026, 6, 3),
        "line_ref": f"D{act_id}#1",
        "act_code": "G",
        "act_label": "Consultation",
        "care_family": "consultation_gp",
        "provider_ref": "DR-1",
        "amount_cents": to_provider if payee == "provider" else ours - to_provider,
        "lines": 1,
        "quantity": 1,
        "charged_cents": charged,
        "base_cents": 30_00,
        "rate_ppm": 700_000,
        "secu_cents": secu,
        "retention_cents": retention,
        "increase_cents": 0,
        "others_cents": others,
        "left_cents": left,
        "ceiling_cents": 9_00,
        "limit_kind": 7,
        "limit_left_cents": -1,
        "decided_cents": ours,
        "member_cents": ours - to_provider,
        "provider_cents": to_provider,
        "out_of_pocket_cents": left - ours + retention,
        "reasons": 0,
    }
    return ANA | told | given


def gone(was: Entry) -> Entry:
    """What is booked when nothing stands behind an act any more."""
    kept = {"contract_ref", "act_id", "member_id", *ACT}
    return {name: value if name in kept else 0 for name, value in was.items()}


def chain(*decisions: Entry, settled: int = 0) -> list[Entry]:
    """The entries of an act going through `decisions`, without the first `settled`, paid earlier."""
    rows: list[Entry] = []
    for told in decisions:
        if rows:
            taken = rows[-1] | {"amount_cents": -rows[-1]["amount_cents"], "kind": "cancel"}
            rows.append(taken | {"version": len(rows) + 1} | (PAID_BEFORE if settled == len(rows) else {}))
        rows.append(told | {"kind": "charge", "version": len(rows) + 1})
    return rows[settled:]


def entries_of(*chains: list[Entry]) -> pl.DataFrame:
    """The frame of all chains, with entry ids."""
    numbers = count(1)
    rows = [{"entry_id": next(numbers)} | row for rows in chains for row in rows]
    schema = {name: column.dtype for name, column in PayoutEntries.columns().items()}
    return pl.DataFrame(rows, schema=schema)


def header_of(entries: pl.DataFrame, **given: Any) -> PayoutHeader:
    """A header of 14 June 2026 to the family of M-1, whose total is the sum of `entries`."""
    total = int(entries["amount_cents"].sum())
    header = PayoutHeader(
        number="AVP-2026-000123" if total else None,
        issuer="Avenant Mutuelle",
        issue_date=JUNE,
        payee_kind="member",
        payee_ref="M-1",
        currency="EUR",
        total_cents=total,
        payee="Ana Lopez",
    )
    return replace(header, **given)


Scene = tuple[PayoutHeader, pl.DataFrame]
GUARANTEE_REACHED, NOT_COVERED, PARTICIPATION = 1 << 16, 1 << 0, 1 << 9


def family() -> Scene:
    """Visits of Ana and Emma, a crown above the guarantee, glasses partly to the optician, two corrections."""
    crown = decision(
        3,
        650_00,
        72_00,
        0,
        ours=288_00,
        base_cents=120_00,
        rate_ppm=600_000,
        ceiling_cents=288_00,
        limit_kind=1,
        act_code="HBLD734",
        act_label="Crown",
        care_family="dental_prosthesis",
        provider_ref="DENT-9",
        care_date=date(2026, 5, 28),
        reasons=GUARANTEE_REACHED,
    )
    glasses = decision(
        4,
        420_00,
        9,
        0,
        ours=350_00,
        to_provider=300_00,
        base_cents=15,
        rate_ppm=600_000,
        ceiling_cents=350_00,
        limit_kind=2,
        limit_left_cents=350_00,
        act_code="OPT_B",
        act_label="Glasses, class B",
        care_family="optics_lens",
        provider_ref="OPTIC-2",
        **EMMA,
    )
    physio = decision(
        5, 51_00, 30_60, 2_00, ours=20_40, base_cents=51_00, rate_ppm=600_000, ceiling_cents=20_40, quantity=3,
        act_code="AMK", act_label="Physiotherapy session", care_family="paramedical", provider_ref="KINE-4",
    )  # fmt: skip
    visit = decision(2, care_date=date(2026, 3, 3), reasons=PARTICIPATION)
    with_others = decision(2, care_date=date(2026, 3, 3), others=5_00, ours=4_00, reasons=PARTICIPATION)
    refused = decision(
        6, 30_00, 21_00, 2_00, ours=0, ceiling_cents=0, care_date=date(2026, 2, 2), reasons=NOT_COVERED
    )
    entries = entries_of(
        chain(decision(1, reasons=PARTICIPATION)),
        chain(visit, with_others, settled=1),
        chain(crown),
        chain(glasses),
        chain(physio),
        chain(decision(6, care_date=date(2026, 2, 2)), refused, settled=1),
        chain(
            decision(
                7,
                20_00,
                0,
                0,
                ours=0,
                base_cents=0,
                rate_ppm=0,
                ceiling_cents=0,
                act_label=None,
                care_family=None,
            )
            | EMMA
        ),
    )
    return header_of(entries), entries


def hospital() -> Scene:
    """A long stay: large amounts, a name that is not known, several payers before us."""
    stay = decision(
        9,
        23_456_78,
        18_765_42,
        0,
        3_120_00,
        ours=1_571_36,
        to_provider=1_200_00,
        base_cents=23_456_78,
        rate_ppm=800_000,
        ceiling_cents=-1,
        act_code="GHS",
        act_label="Full hospital stay, surgery",
        care_family="hospital_stay",
        provider_ref="750100042",
        member_name=None,
    )
    entries = entries_of(chain(stay))
    return header_of(entries, payee=None), entries


def provider(acts: int = 60) -> Scene:
    """What a pharmacy gets for many members, all in tiers payant."""
    chains = [
        chain(
            decision(
                number,
                10_00 + number,
                6_50,
                1_00,
                ours=3_50,
                to_provider=3_50,
                payee="provider",
                base_cents=10_00,
                rate_ppm=650_000,
                act_code="PH7",
                act_label="Medicines, reimbursed at 65 %",
                care_family="pharmacy_65",
                provider_ref="PHARMA-1",
                member_id=number % 7,
                member_ref=f"M-{number % 7}",
                member_name=f"Zoé Faure {number % 7}",
            )
        )
        for number in range(1, acts + 1)
    ]
    entries = entries_of(*chains)
    return header_of(entries, payee_kind="provider", payee_ref="PHARMA-1", payee=None), entries
