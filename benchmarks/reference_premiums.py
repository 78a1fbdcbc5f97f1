"""The slow, obvious pricer: every rule day by day in plain Python, to be compared with the columnar rules.

It shares no code with ``avenant.core.premiums``: two readings of the same clauses must agree to the cent.
Example, proration by days: a primary of 40 pays 60.00 € a month and is covered from 15 January.
17 of 31 days are covered, so January costs 6_000 × 17 / 31 = 32.90 €.

    python -m benchmarks.reference_premiums FOLDER --first 2024-01-01 --last 2026-06-01

prices the frames of FOLDER (members, enrolments, plans, price_lines, rates, parameters and slots, each an
``.arrow`` file) and prints CPU seconds, rows, amount and parked families as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from benchmarks.reference_model import (
    COLUMNS,
    Cover,
    Enrolment,
    Expected,
    FamilyImpossible,
    Member,
    PremiumRow,
    PriceLine,
    Rules,
    Slot,
    SlotDay,
    days_of,
    month_after,
    records,
    round_half_up,
)

MILLION = 1_000_000


def expected_premiums(
    facts: Any, rulebook: Any, slots: pl.DataFrame, first_month: date, last_month: date
) -> Expected:
    """The premium row of every member, month and slot, from ``first_month`` to ``last_month`` inclusive.

    ``facts`` has the frames ``members`` and ``enrolments``; ``rulebook`` has ``plans``, ``price_lines``,
    ``rates`` and ``parameters``. A family that cannot be priced has one row in ``parked``, none in ``rows``.
    """
    rows, parked = priced_families(facts, Rules.read(rulebook, slots), first_month, last_month)
    return Expected(
        rows=pl.DataFrame([asdict(row) for row in rows], schema=COLUMNS),
        parked=pl.DataFrame(parked, schema={"family_id": pl.Int32, "reason": pl.String}, orient="row"),
    )


def priced_families(
    facts: Any, rules: Rules, first_month: date, last_month: date
) -> tuple[list[PremiumRow], list[tuple[int, str]]]:
    """All premium rows, and (family, reason) of every family that is impossible to price."""
    families: dict[int, list[Cover]] = defaultdict(list)
    members = {member.member_id: member for member in records(Member, facts.members)}
    for enrolment in records(Enrolment, facts.enrolments):
        member = members[enrolment.member_id]
        families[member.family_id].append(Cover(member, enrolment))
    rows: list[PremiumRow] = []
    parked: list[tuple[int, str]] = []
    for family_id, covers in families.items():
        try:
            rows.extend(family_rows(covers, rules, first_month, last_month))
        except FamilyImpossible as impossible:
            parked.append((family_id, str(impossible)))
    return rows, parked


def family_rows(covers: list[Cover], rules: Rules, first_month: date, last_month: date) -> list[PremiumRow]:
    """The premium rows of one family in all its contracts."""
    rows: list[PremiumRow] = []
    for contract_id in {cover.enrolment.contract_id for cover in covers}:
        of_contract = [cover for cover in covers if cover.enrolment.contract_id == contract_id]
        month = first_month
        while month <= last_month:
            rows.extend(month_rows(of_contract, rules, month))
            month = month_after(month)
    return rows


def month_rows(covers: list[Cover], rules: Rules, month: date) -> list[PremiumRow]:
    """The premium rows of one family in one contract and month: walk its days, then price each slot once."""
    in_month = [cover for cover in covers if cover.enrolment.overlaps(month, month_after(month))]
    for cover in in_month:
        refuse_long_portability(cover, rules)
    slot_days: dict[tuple[Member, Slot], list[SlotDay]] = defaultdict(list)
    for day in days_of(month):
        covered = [cover for cover in in_month if cover.enrolment.covers(day)]
        refuse_unborn(covered, day)
        for member, slot, rank in slots_on(covered, rules, month):
            slot_days[member, slot].append(SlotDay(day, rank))
    last_covered: dict[int, date] = defaultdict(lambda: date.min)
    for (member, _), days in slot_days.items():
        last_covered[member.member_id] = max(last_covered[member.member_id], days[-1].day)
    contract_id = covers[0].enrolment.contract_id
    return [
        premium_row(contract_id, member, slot, days, last_covered[member.member_id], rules, month)
        for (member, slot), days in slot_days.items()
    ]


def refuse_unborn(covered: list[Cover], day: date) -> None:
    """Nobody is covered before they are born."""
    for cover in covered:
        if cover.member.birth_date > day:
            raise FamilyImpossible(
                f"{cover.member.ref} is covered on {day}, born on {cover.member.birth_date}"
            )


def refuse_long_portability(cover: Cover, rules: Rules) -> None:
    """Free cover after leaving ends after ``portability_max_months`` at the latest (null = no limit)."""
    enrolment = cover.enrolment
    limit = rules.plan(enrolment.plan).portability_max_months
    if enrolment.basis != "portability" or limit is None:
        return
    latest_end = month_after(enrolment.valid_from, limit)
    if enrolment.valid_to is None or enrolment.valid_to > latest_end:
        raise FamilyImpossible(
            f"portability of {cover.member.ref} from {enrolment.valid_from} lasts longer than {limit} months"
        )


def slots_on(covered: list[Cover], rules: Rules, month: date) -> Iterator[tuple[Member, Slot, int]]:
    """For one day: each covered member's slots, one per price component, with the child rank."""
    ranks = child_ranks(covered, rules, month)
    for cover in covered:
        plan, level = cover.enrolment.plan, cover.enrolment.level
        rank = ranks.get(cover.member.member_id, 0)
        for component, structure in rules.components(plan, level):
            if structure == "per_person":
                status = per_person_status(cover, rank, rules)
                yield cover.member, Slot(plan, level, component, cover.member.role, status), rank
            elif cover.member.role == "primary":
                status = "portability" if cover.enrolment.basis == "portability" else "pays"
                tier = family_tier(cover, covered)
                yield cover.member, Slot(plan, level, component, tier, status), 0
            else:
                refuse_missing_primary(cover, covered)
                yield cover.member, Slot(plan, level, component, cover.member.role, "carried"), 0


def child_ranks(covered: list[Cover], rules: Rules, month: date) -> dict[int, int]:
    """Rank per member of the paying-age children of each plan: oldest first, then by reference.

    Only active cover counts, at any level of the plan; children at the plan's age limit are not ranked.
    """
    children: dict[str, list[Member]] = defaultdict(list)
    for cover in covered:
        plan = rules.plan(cover.enrolment.plan)
        young = plan.child_age_limit is None or plan.age(cover.member, month) < plan.child_age_limit
        if cover.member.role == "child" and cover.enrolment.basis == "active" and young:
            children[plan.plan].append(cover.member)
    return {
        child.member_id: rank
        for siblings in children.values()
        for rank, child in enumerate(sorted(siblings, key=lambda m: (m.birth_date, m.ref)), start=1)
    }


def per_person_status(cover: Cover, rank: int, rules: Rules) -> str:
    """Whether a member with a price of their own pays, or why not."""
    if cover.enrolment.basis == "portability":
        return "portability"
    paying = rules.plan(cover.enrolment.plan).paying_children
    return "free" if paying is not None and rank > paying else "pays"


def together_with(cover: Cover, covered: list[Cover]) -> list[Cover]:
    """Everybody of the family covered that day in the same plan and level."""
    here = (cover.enrolment.plan, cover.enrolment.level)
    return [other for other in covered if (other.enrolment.plan, other.enrolment.level) == here]


def family_tier(cover: Cover, covered: list[Cover]) -> str:
    """Isolé, duo or famille: how many are covered that day under the primary's price."""
    return {1: "isole", 2: "duo"}.get(len(together_with(cover, covered)), "famille")


def refuse_missing_primary(cover: Cover, covered: list[Cover]) -> None:
    """A family price stands on the primary: nobody can carry it when the primary is not covered."""
    if not any(other.member.role == "primary" for other in together_with(cover, covered)):
        raise FamilyImpossible(
            f"{cover.member.ref} is covered by the family price of {cover.enrolment.plan}"
            f" {cover.enrolment.level} on a day when the primary is not"
        )


def premium_row(
    contract_id: int,
    member: Member,
    slot: Slot,
    days: list[SlotDay],
    last_covered: date,
    rules: Rules,
    month: date,
) -> PremiumRow:
    """One slot's row of one month: the price in force, times its billed days, rounded once."""
    plan = rules.plan(slot.plan)
    days_in_month = (month_after(month) - month).days
    unpriced = PremiumRow(
        contract_id=contract_id,
        member_id=member.member_id,
        month=month,
        slot_id=0,
        covered_days=len(days),
        billed_days=billed_days(plan.proration, days, last_covered, month),
        days_in_month=days_in_month,
        age=plan.age(member, month),
        child_rank=min(day.child_rank for day in days),
    )
    if slot.status in ("free", "carried"):
        return replace(unpriced, slot_id=rules.slot_id(slot))
    line = rules.price_line(slot, unpriced.age, month)
    unit_price = unit_price_cents(line, rules, month)
    listed = replace(unpriced, slot_id=rules.slot_id(slot), unit_price_cents=unit_price, line_id=line.line_id)
    if slot.status == "portability":
        return listed
    net = round_half_up(unit_price * listed.billed_days, days_in_month)
    amount, tax = amount_and_tax(net, slot.plan, rules, month)
    employer = round_half_up(amount * rules.rate(slot.plan, "employer_share", month), MILLION)
    return replace(listed, amount_cents=amount, tax_cents=tax, employer_cents=employer)


def billed_days(proration: str, days: list[SlotDay], last_covered: date, month: date) -> int:
    """How many days of the month are charged for the covered ones.

    ``days``: the covered days. ``month_if_covered_on_first``: the whole month, or nothing.
    ``departure_month_due``: also the days between the member's last covered day and the month's end.
    """
    last_of_month = month_after(month) - timedelta(days=1)
    if proration == "days":
        return len(days)
    if proration == "month_if_covered_on_first":
        return last_of_month.day if days[0].day == month else 0
    if proration == "departure_month_due":
        leaves_here = days[-1].day == last_covered
        return len(days) + (last_of_month - last_covered).days * leaves_here
    raise ValueError(f"unknown proration {proration!r}")


def unit_price_cents(line: PriceLine, rules: Rules, month: date) -> int:
    """A whole month's price: in cents, a share of the PMSS, or a base price times the factor of the age."""
    if line.unit == "cents":
        return int(line.amount_cents or 0)
    rate = int(line.rate_ppm or 0)
    if line.unit == "pmss":
        return round_half_up(rules.parameter("pmss_cents", month) * rate, MILLION)
    return round_half_up(int(line.amount_cents or 0) * rate, MILLION)


def amount_and_tax(net: int, plan: str, rules: Rules, month: date) -> tuple[int, int]:
    """The amount to pay and the tax it contains; with tax ``added``, ``net`` grows by it."""
    mode = rules.plan(plan).tax_mode
    if mode == "none":
        return net, 0
    tax_ppm = rules.rate(plan, "tax", month)
    if mode == "added":
        tax = round_half_up(net * tax_ppm, MILLION)
        return net + tax, tax
    return net, net - round_half_up(net * MILLION, MILLION + tax_ppm)


def timed(folder: Path, first_month: date, last_month: date) -> dict[str, float | int]:
    """Price the frames of ``folder`` and tell the CPU seconds of the rules (reading the files is not counted)."""
    names = ("members", "enrolments", "plans", "price_lines", "rates", "parameters", "slots")
    frames = SimpleNamespace(**{name: pl.read_ipc(folder / f"{name}.arrow") for name in names})
    rules = Rules.read(frames, frames.slots)
    started = time.process_time()
    rows, parked = priced_families(frames, rules, first_month, last_month)
    seconds, amount = time.process_time() - started, sum(row.amount_cents for row in rows)
    return {"seconds": seconds, "rows": len(rows), "amount_cents": amount, "parked": len(parked)}


def main() -> None:
    """Command line: a folder of frames and two months in, one line of JSON out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=date.fromisoformat, required=True, help="first month, as 2024-01-01")
    parser.add_argument("--last", type=date.fromisoformat, required=True, help="last month, as 2026-06-01")
    asked = parser.parse_args()
    print(json.dumps(timed(asked.folder, asked.first, asked.last)))


if __name__ == "__main__":
    main()
