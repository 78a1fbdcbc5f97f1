"""Invoices a customer could get: a family with late news, a company of forty, a credit note."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from avenant.core.invoices.header import InvoiceHeader, LeftOut
from avenant.core.money import round_half_up_div
from tests.strategies.invoices import APRIL, JUNE, MAY, chain, entries_of, gone, header_of, state

Scene = tuple[InvoiceHeader, pl.DataFrame]
CHILD = {"role": "child", "tier": "child", "family_ref": "M-1", "age_from": 0, "age_to": 26}
EMMA = CHILD | {
    "member_id": 3,
    "member_ref": "M-3",
    "member_name": "Emma Lopez",
    "birth_date": date(2012, 3, 4),
}
HUGO = CHILD | {
    "member_id": 4,
    "member_ref": "M-4",
    "member_name": "Hugo Lopez",
    "birth_date": date(2015, 8, 9),
}
PAUL = {
    "member_id": 2,
    "member_ref": "M-2",
    "member_name": "Paul O'Brien",
    "role": "partner",
    "tier": "partner",
    "birth_date": date(1990, 2, 28),
    "age": 36,
    "age_from": 36,
    "age_to": 37,
}
FREE = {"status": "free", "amount_cents": 0, "tax_cents": 0, "paying_children": 1}
NAMES = [
    "Élodie Marchand",
    "Zoé Faure",
    "Łukasz Nowak",
    "Ömer Yıldız",
    "Anne-Laure d’Estaing",
    "Nguyễn Văn An",
]


def family() -> Scene:
    """June in advance; Emma left in April (learnt late), so Hugo pays since; Paul's age was wrong in May."""
    hugo = HUGO | {"age": 11, "paying_children": 1}
    emma_april = state(APRIL, 2_410, **EMMA, age=14, child_rank=1, paying_children=1)
    emma_may = state(MAY, 2_410, **EMMA, age=14, child_rank=1, paying_children=1)
    free_may = state(MAY, 2_410, **(hugo | FREE), child_rank=2)
    left = emma_april | {"covered_days": 14, "billed_days": 14, "amount_cents": 1_125, "tax_cents": 132}
    left |= {"first_day": APRIL, "last_day": date(2026, 4, 14)}
    paul_may = state(MAY, 5_460, **(PAUL | {"age": 34}))
    entries = entries_of(
        chain(state()),
        chain(state(JUNE, 5_785, **PAUL)),
        chain(paul_may, state(MAY, 5_785, **PAUL), settled=1),
        chain(emma_april, left, settled=1),
        chain(emma_may, gone(emma_may), settled=1),
        chain(free_may, gone(free_may), settled=1),
        chain(state(MAY, 2_410, **hugo, child_rank=1)),
        chain(state(JUNE, 2_410, **hugo, child_rank=1)),
        chain(state(JUNE, 2_410, **(HUGO | FREE), age=1, child_rank=2) | BABY),
    )
    return header_of(
        entries, balance_used_cents=2_500, due_cents=int(entries["amount_cents"].sum()) - 2_500
    ), entries


BABY = {"member_id": 5, "member_ref": "M-5", "member_name": "Inès Lopez", "birth_date": date(2025, 1, 30)}


def credit_note() -> Scene:
    """A departure of 12 April learnt in June: April in part, May in whole go back."""
    april, may = state(APRIL), state(MAY)
    left = april | {"covered_days": 12, "billed_days": 12, "amount_cents": 2_184, "tax_cents": 256}
    left |= {"first_day": APRIL, "last_day": date(2026, 4, 12)}
    entries = entries_of(chain(april, left, settled=1), chain(may, gone(may), settled=1))
    return header_of(entries), entries


def company(employees: int = 40, **given: Any) -> Scene:
    """A company in arrears on % PMSS, employer share 60 %; late arrivals, departures, a few free families."""
    chains = [rows for number in range(1, employees + 1) for rows in _employee(number)]
    entries = entries_of(*chains)
    told = {
        "number": "AV-2026-004711",
        "contract_kind": "company",
        "contract_ref": "ENT-0042",
        "cycle": "arrears",
        "issue_date": date(2026, 6, 30),
        "customer": "Boulangerie #1 *Dupont* & Fils",
        "customer_address": ("12 rue de la Paix", "75002 Paris"),
        "issuer_address": ("1 place du Marché", "69001 Lyon"),
        "left_out": (LeftOut("E-999", "no price for age 151"),),
    }
    return header_of(entries, **(told | given)), entries


def _employee(number: int) -> list[list[dict[str, Any]]]:
    person = {
        "member_id": number * 10,
        "member_ref": f"E-{number:03}",
        "family_ref": f"E-{number:03}",
        "member_name": f"{NAMES[number % len(NAMES)]} {number}",
        "birth_date": date(1970 + number % 30, 1 + number % 12, 1 + number % 28),
        "age": 56 - number % 30,
    }
    line = {"unit": "pmss", "line_rate_ppm": 18_100, "line_amount_cents": None, "pmss_cents": 400_500}
    line |= {"plan": "fr-company", "age_from": 0, "age_to": 151}
    june = _shared(state(JUNE, 7_249, **person, **line))
    chains = [chain(june)]
    if number % 7 == 0:
        chains = [
            chain(
                _shared(
                    state(
                        JUNE,
                        7_249,
                        12,
                        **person,
                        **line,
                        first_day=date(2026, 6, 19),
                        last_day=date(2026, 6, 30),
                    )
                )
            )
        ]
    if number % 9 == 0:
        chains += [chain(_shared(state(MAY, 7_249, 17, **person, **line)))]
    if number % 11 == 0:
        may = _shared(state(MAY, 7_249, **person, **line))
        chains = [chain(may, gone(may), settled=1)]
    if number % 4 == 0:
        child = (
            person | line | {"member_id": number * 10 + 1, "member_ref": f"E-{number:03}-1", "role": "child"}
        )
        child |= {"member_name": f"Léo {number}", "birth_date": date(2019, 5, 5), "age": 7, "tier": "child"}
        child |= {"line_rate_ppm": 9_000, "child_rank": 1}
        chains += [chain(_shared(state(JUNE, 3_605, **child)))]
    return chains


def _shared(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"employer_cents": round_half_up_div(told["amount_cents"] * 6, 10)}
