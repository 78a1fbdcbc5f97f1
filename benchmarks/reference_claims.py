"""The slow, obvious claims engine: every rule act by act in plain Python, to be compared with the columnar rules.

It shares no code with ``avenant.core.claims`` but the names of its reasons: two readings of the same clauses must
agree to the cent. Example: a visit of 30.00 € on 3 March 2025, base 30.00 €, 70 %: 21.00 € are the Sécu's, of which
2.00 € are withheld; under 100 % of the base 9.00 € are ours, and 2.00 € stay with the member.

    python -m benchmarks.reference_claims FOLDER

decides the frames of FOLDER (lines, answers, statuses, members, enrolments; plans, families, acts, tariffs,
guarantees, envelopes, envelope_families; parameters: each an ``.arrow`` file) and prints CPU seconds, rows, amount
and what waits as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.reasons import LIMITS, bit_of
from avenant.core.frames.care import LINK, MEMBER_PAYEE, WAITING
from benchmarks import reference_limits, reference_payers
from benchmarks.reference_claims_model import (
    Act,
    ActWaits,
    Answer,
    Decision,
    Enrolment,
    Line,
    Member,
    Rules,
    Status,
    grouped,
    on,
)
from benchmarks.reference_envelopes import Wanted, consumed, known_envelopes
from benchmarks.reference_matching import matched
from benchmarks.reference_model import completed_years, records
from benchmarks.reference_pieces import Link, Waiting

ROWS = {name: REIMBURSEMENTS.columns[name] for name in REIMBURSEMENTS.expected}
LIMIT_NAMES = {number: name for name, number in LIMITS.items()}
ENVELOPES = ("envelope_amount", "envelope_count", "renewal")


@dataclass(frozen=True, slots=True)
class Expected:
    """The answer in the frames of ``core.claims.model.ExpectedCare``."""

    rows: pl.DataFrame
    waiting: pl.DataFrame
    links: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of people and providers."""

    members: dict[int, Member]
    enrolments: dict[int, list[Enrolment]]
    statuses: dict[int, list[Status]]

    @classmethod
    def read(cls, care: Any) -> Facts:
        """From the frames of ``Care``."""
        return cls(
            members={member.member_id: member for member in records(Member, care.members)},
            enrolments=grouped(records(Enrolment, care.enrolments), "member_id"),
            statuses=grouped(records(Status, care.statuses), "provider_id"),
        )


def expected_reimbursements(care: Any, terms: Any) -> Expected:
    """Every reimbursement row, what waits, and which line makes which act; frames as in ``core.claims.model``."""
    rules, facts = Rules.read(terms.rules, terms.parameters), Facts.read(care)
    rows, waiting, links = reimbursements(
        records(Line, care.lines), records(Answer, care.answers), facts, rules
    )
    return Expected(
        rows=pl.DataFrame(rows, ROWS),
        waiting=pl.DataFrame([list(wait) for wait in waiting], WAITING, orient="row"),
        links=pl.DataFrame([list(link) for link in links], LINK, orient="row"),
    )


def reimbursements(
    lines: list[Line], answers: list[Answer], facts: Facts, rules: Rules
) -> tuple[list[dict[str, Any]], list[Waiting], list[Link]]:
    """Member by member: from messages to acts, from acts to decisions."""
    rows: list[dict[str, Any]] = []
    waiting: list[Waiting] = []
    links: list[Link] = []
    for of_member in grouped(lines, "member_id").values():
        acts, member_links, undecided = matched(of_member, answers, rules)
        decisions, waits = decided(acts, facts, rules)
        rows += [row for decision in decisions for row in payee_rows(decision)]
        waiting += undecided + waits
        links += member_links
    return rows, waiting, links


def decided(acts: list[Act], facts: Facts, rules: Rules) -> tuple[list[Decision], list[Waiting]]:
    """The decisions on all acts of one member, and the acts that wait."""
    waiting = []
    decisions = []
    for act in sorted(acts, key=lambda act: act.act_id):
        try:
            decisions.append(opened(act, facts, rules))
        except ActWaits as wait:
            waiting.append(waiting_act(act, str(wait)))
    reference_payers.with_what_others_pay(decisions, facts.statuses, rules)
    reference_limits.with_wanted(decisions, facts.statuses, rules)
    for decision in decisions:
        excepted(decision)
    within_envelopes([decision for decision in decisions if not decision.waits], rules)
    waiting += [waiting_act(decision.act, decision.waits) for decision in decisions if decision.waits]
    return [shared(decision) for decision in decisions if not decision.waits], waiting


def waiting_act(act: Act, reason: str) -> Waiting:
    """What was booked stands, unless the member has no contract at all."""
    return Waiting(act.act_id, act.member_id, reason, None, reason != "no_contract")


def opened(act: Act, facts: Facts, rules: Rules) -> Decision:
    """What the act is, and under which contract it is decided: the day of care governs rights.

    Of several contracts one that is paid for comes before portability, then the older one. A day that nothing covers
    is decided as 0 under the enrolment nearest to it.
    """
    enrolments = facts.enrolments.get(act.member_id, [])
    if not enrolments:
        raise ActWaits("no_contract")
    code = rules.codes.get(act.act_code or "")
    family = rules.families.get(act.family or (code.family if code else ""))
    if family is None:
        raise ActWaits("act_unknown")
    covering = sorted(on(act.care_from, enrolments), key=precedence)
    enrolment = covering[0] if covering else min(enrolments, key=lambda one: nearness(one, act))
    born = facts.members[act.member_id].birth_date
    decision = Decision(
        act=act,
        family=family,
        basket=act.basket or (code.basket if code else None),
        contract_id=enrolment.contract_id,
        plan=enrolment.plan,
        level=enrolment.level,
        covered=bool(covering),
        born=born,
        age=completed_years(born, act.care_from),
    )
    note_rights(decision, covering)
    return decision


def precedence(enrolment: Enrolment) -> tuple[bool, Any, int]:
    """Which contract decides first."""
    return (enrolment.basis == "portability", enrolment.valid_from, enrolment.contract_id)


def nearness(enrolment: Enrolment, act: Act) -> tuple[int, Any, int]:
    """How many days an enrolment lies before or after the act; the earlier of two as near."""
    if enrolment.valid_from > act.care_from:
        days = (enrolment.valid_from - act.care_from).days
    else:
        assert enrolment.valid_to is not None
        days = (act.care_from - enrolment.valid_to).days + 1
    return (days, enrolment.valid_from, enrolment.contract_id)


def note_rights(decision: Decision, covering: list[Enrolment]) -> None:
    """Say under which right the act is decided, and begin with what was charged."""
    act = decision.act
    decision.reasons |= {
        code
        for code, holds in {
            "not_covered": not covering,
            "portability": bool(covering) and covering[0].basis == "portability",
            "several_contracts": len({one.contract_id for one in covering}) > 1,
            "cancelled": act.cancelled,
        }.items()
        if holds
    }
    if act.cancelled:
        return
    if act.charged_cents is None and decision.covered:
        decision.waits = "charge_unknown"
    decision.charged = act.charged_cents or 0
    decision.others = act.others_cents
    decision.asked = act.asked_cents or 0
    gets = decision.covered or decision.excepted
    if gets and decision.asked > 0 and act.provider_id is None and not decision.waits:
        decision.waits = "provider_unknown"


def excepted(decision: Decision) -> None:
    """A person's amount replaces what the rules say, up to what is left to pay."""
    if not decision.excepted:
        return
    amount = decision.act.exception_cents or 0
    decision.wanted = min(amount, decision.left)
    decision.limit_kind, decision.limit_left = "exception", -1
    decision.reasons.add("exception")
    if amount > decision.left:
        decision.reasons.add("exception_capped")


def within_envelopes(decisions: list[Decision], rules: Rules) -> None:
    """Limits over time, consumed in the order of care dates."""
    by_id = {decision.act.act_id: decision for decision in decisions}
    for decision in decisions:
        decision.decided = decision.wanted
    wanted = []
    for decision in decisions:
        if decision.wanted > 0 and decision.covered:
            try:
                known_envelopes(wanted_of(decision), rules)
                wanted.append(wanted_of(decision))
            except ActWaits as wait:
                decision.waits = str(wait)
    for allowed in consumed(wanted, rules):
        if allowed.limit_kind:
            decision = by_id[allowed.act_id]
            decision.decided = allowed.allowed_cents
            decision.limit_kind, decision.limit_left = (
                LIMIT_NAMES[allowed.limit_kind],
                allowed.limit_left_cents,
            )
            decision.envelope_line_id = allowed.envelope_line_id
            decision.reasons.add(decision.limit_kind)


def wanted_of(decision: Decision) -> Wanted:
    """The act as envelopes see it."""
    act = decision.act
    return Wanted(
        act_id=act.act_id,
        member_id=act.member_id,
        plan=decision.plan,
        level=decision.level,
        family=decision.family.family,
        basket=decision.basket,
        location=act.location,
        care_from=act.care_from,
        age=decision.age,
        wanted_cents=decision.wanted,
        quantity=act.quantity,
        excepted=decision.excepted,
    )


def shared(decision: Decision) -> Decision:
    """The provider gets what it asks for, the member the rest, up to what the member can have paid."""
    decision.provider = min(decision.decided, decision.asked)
    can_have_paid = max(0, decision.left - decision.asked)
    decision.member = min(decision.decided - decision.provider, can_have_paid)
    decision.decided = decision.provider + decision.member
    if decision.provider > 0:
        decision.reasons.add("to_provider")
    if decision.asked > decision.provider:
        decision.reasons.add("asked_more")
    return decision


def payee_rows(decision: Decision) -> list[dict[str, Any]]:
    """One row per payee who gets something; one of 0 for the member when nobody does."""
    act = decision.act
    waterfall = {
        "contract_id": decision.contract_id,
        "act_id": act.act_id,
        "member_id": act.member_id,
        "care_date": act.care_from,
        "lines": act.lines,
        "quantity": act.units,
        "charged_cents": decision.charged,
        "base_cents": decision.base,
        "rate_ppm": decision.rate,
        "secu_cents": decision.secu,
        "retention_cents": decision.retention,
        "increase_cents": decision.increase,
        "others_cents": decision.others,
        "left_cents": decision.left,
        "ceiling_cents": -1 if decision.ceiling is None else decision.ceiling,
        "limit_kind": LIMITS[decision.limit_kind],
        "limit_left_cents": decision.limit_left,
        "decided_cents": decision.decided,
        "member_cents": decision.member,
        "provider_cents": decision.provider,
        "out_of_pocket_cents": decision.out_of_pocket,
        "reasons": sum(1 << bit_of(code) for code in decision.reasons),
        "tariff_line_id": decision.tariff_line_id,
        "guarantee_line_id": decision.guarantee_line_id,
        "envelope_line_id": decision.envelope_line_id,
    }
    payees: list[dict[str, Any]] = []
    if decision.member > 0 or decision.provider == 0:
        payees.append({"payee_id": MEMBER_PAYEE, "amount_cents": decision.member})
    if decision.provider > 0:
        payees.append({"payee_id": act.provider_id, "amount_cents": decision.provider})
    return [waterfall | payee for payee in payees]


def timed(folder: Path) -> dict[str, float | int]:
    """Decide the frames of ``folder`` and tell the CPU seconds of the rules (reading the files is not counted)."""
    facts = ("lines", "answers", "statuses", "members", "enrolments")
    names = ("plans", "families", "acts", "tariffs", "guarantees", "envelopes", "envelope_families")
    care = SimpleNamespace(**{name: pl.read_ipc(folder / f"{name}.arrow") for name in facts})
    book = SimpleNamespace(**{name: pl.read_ipc(folder / f"{name}.arrow") for name in names})
    rules = Rules.read(book, pl.read_ipc(folder / "parameters.arrow"))
    lines, answers, known = records(Line, care.lines), records(Answer, care.answers), Facts.read(care)
    started = time.process_time()
    rows, waiting, _ = reimbursements(lines, answers, known, rules)
    seconds, amount = time.process_time() - started, sum(row["amount_cents"] for row in rows)
    return {"seconds": seconds, "rows": len(rows), "amount_cents": amount, "waiting": len(waiting)}


def main() -> None:
    """Command line: a folder of frames in, one line of JSON out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    print(json.dumps(timed(parser.parse_args().folder)))


if __name__ == "__main__":
    main()
