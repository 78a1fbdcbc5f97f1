"""What is ours, act by act: the guarantee, the rules of responsible contracts, equipment, hospital stays.

Part of the slow claims reference.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from benchmarks.reference_claims_model import ActWaits, Decision, Guarantee, Rules, for_age, on
from benchmarks.reference_model import round_half_up
from benchmarks.reference_payers import Statuses, columns, is_optam

MILLION = 1_000_000
FLAT_SUMS = {
    "daily_charge": "forfait_journalier_general_cents",
    "heavy_act_sum": "participation_heavy_acts_cents",
}
NOTHING_TO_PAY = ("no_rac", "class_a", "class_1")
LENSES = {"VU1": "a", "VU4": "c", "VM1": "c", "VM4": "f"} | {f"OPT_LENS_B_{c.upper()}": c for c in "abcdef"}
PAIRS = {"ac": "b", "af": "d", "cf": "e"}
STAYS = ("hospital_stay", "hospital_fees")


class Ceiling(NamedTuple):
    """The most that the guarantee pays; cents None: whatever is left."""

    cents: int | None
    line_id: int = 0
    by_price: bool = False
    price_unknown: bool = False


class Grant(NamedTuple):
    """What the rules on one act leave of it, and why."""

    wanted: int
    ceiling: Ceiling
    limit_kind: str
    limit_cents: int
    reasons: frozenset[str]


def with_wanted(decisions: list[Decision], statuses: Statuses, rules: Rules) -> None:
    """All acts of one member: what we would pay if envelopes did not bind."""
    for decision in decisions:
        if decision.covered and not decision.waits:
            try:
                grant(decision, is_optam(decision, statuses), rules)
            except ActWaits as wait:
                decision.waits = str(wait) if decision.by_rules else None
    # what a person pays by exception is part of its pair or stay all the same
    known = [one for one in decisions if one.covered and not one.act.cancelled and not one.waits]
    pairs_within_their_cap(known, rules)
    daily_charges_and_shares_not_added(known)


def grant(decision: Decision, optam: bool | None, rules: Rules) -> None:
    """The guarantee within the law. Where OPTAM is not known, it must not matter."""
    grants = [granted(decision, one, rules) for one in columns(optam)]
    first = grants[0]
    decision.ceiling, decision.guarantee_line_id = first.ceiling.cents, first.ceiling.line_id
    decision.reasons |= first.reasons
    decision.wanted, decision.limit_kind, decision.limit_left = (
        first.wanted,
        first.limit_kind,
        first.limit_cents,
    )
    if len({one.wanted for one in grants}) > 1:
        raise ActWaits("provider_status_unknown")


def granted(decision: Decision, optam: bool, rules: Rules) -> Grant:
    """The lowest of what is left, the guarantee and the law's caps; at least the law's minimum."""
    responsible = rules.responsible.get(decision.plan, False)
    ceiling = ceiling_of(decision, optam, responsible, rules)
    reasons = set() if ceiling else {"not_guaranteed"}
    ceiling = ceiling or Ceiling(0)
    if ceiling.price_unknown:
        reasons.add("price_limit_unknown")
    if not decision.by_rules:
        return Grant(0, ceiling, "none", -1, frozenset() if decision.act.cancelled else frozenset(reasons))
    payable, most, capped_by, floor = decision.left, None, "", 0
    if responsible:
        payable = max(0, decision.left - decision.increase)
        most, capped_by = cap_of(decision, optam, rules)
        floor = floor_of(decision, rules)
    bounded = min(limit for limit in (payable, ceiling.cents, most) if limit is not None)
    wanted = max(bounded, min(payable, floor))
    if wanted > bounded:
        reasons |= {"responsible_minimum"} | (
            {"no_rest_to_pay"} if decision.basket in NOTHING_TO_PAY else set()
        )
    if wanted == payable:
        return Grant(wanted, ceiling, "left", payable, frozenset(reasons))
    if wanted > bounded:
        return Grant(wanted, ceiling, "responsible", floor, frozenset(reasons))
    if ceiling.cents is None or wanted < ceiling.cents:
        return Grant(wanted, ceiling, "responsible", wanted, frozenset(reasons | {capped_by}))
    if ceiling.by_price:
        return Grant(wanted, ceiling, "price_limit", wanted, frozenset(reasons | {"price_limit"}))
    if ceiling.line_id:
        return Grant(wanted, ceiling, "guarantee", wanted, frozenset(reasons | {"guarantee_reached"}))
    return Grant(wanted, ceiling, "none", -1, frozenset(reasons))


def ceiling_of(decision: Decision, optam: bool, responsible: bool, rules: Rules) -> Ceiling | None:
    """The lowest of the guarantee lines that apply together; None where there is none."""
    lines = rules.guarantees.get((decision.plan, decision.level, decision.family.family), [])
    column = "optam" if optam else "non_optam"
    fitting = [one for one in for_age(decision.age, on(decision.day, lines)) if one.optam in ("any", column)]
    lines = lines_of_basket(decision.basket, sorted(fitting, key=lambda line: line.part))
    found = [line_ceiling(line, decision, responsible, rules) for line in lines]
    return min(found, key=lambda one: 1 << 60 if one.cents is None else one.cents, default=None)


def lines_of_basket(basket: str | None, lines: list[Guarantee]) -> list[Guarantee]:
    """A basket with lines of its own does not take the lines for all baskets."""
    own = [line for line in lines if line.basket is not None and line.basket == basket]
    general = [line for line in lines if line.basket is None]
    if basket is None and lines and not general:
        raise ActWaits("basket_unknown")
    return own or general


def line_ceiling(line: Guarantee, decision: Decision, responsible: bool, rules: Rules) -> Ceiling:
    """Percent of the base, flat sum and share of the monthly ceiling add up; ``total`` includes the Sécu."""
    before_us = decision.secu + (decision.increase if responsible else 0)
    if line.price_limit:
        if decision.price_limit is None:
            return Ceiling(None, line.line_id, by_price=True, price_unknown=True)
        limit = decision.price_limit * decision.act.units
        return Ceiling(max(0, limit - before_us), line.line_id, by_price=True)
    if line.real_cost:
        return Ceiling(None, line.line_id)
    times = 1 if line.per == "act" else decision.act.units
    monthly = rules.needed("pmss_cents", decision.day) if line.pmss_ppm is not None else 0
    percent = decision.base * (line.rate_ppm or 0) + monthly * (line.pmss_ppm or 0) * times
    cents = round_half_up(percent, MILLION) + (line.flat_cents or 0) * times
    return Ceiling(max(0, cents - before_us) if line.basis == "total" else cents, line.line_id)


def floor_of(decision: Decision, rules: Rules) -> int:
    """R871-2: the patient's share, flat sums of the hospital whole, 100 % Santé up to its price limit."""
    floor = decision.patient_share if decision.family.responsible_tm else 0
    if decision.family.family in FLAT_SUMS:
        sum_of_day = rules.needed(FLAT_SUMS[decision.family.family], decision.day)
        floor = max(floor, sum_of_day * decision.act.units)
    if decision.basket in NOTHING_TO_PAY:
        if decision.price_limit is None:
            return decision.left
        floor = max(floor, decision.price_limit * decision.act.units - decision.secu)
    return floor


def cap_of(decision: Decision, optam: bool, rules: Rules) -> tuple[int | None, str]:
    """R871-2 2° to 4°: fees outside OPTAM, frames of class B, hearing aids of class II; and its reason."""
    if decision.family.fees and not optam:
        return non_optam_cap(decision, rules), "non_optam_cap"
    family, basket, units = decision.family.family, decision.basket, decision.act.units
    for capped, name, reason in (
        (("optics_frame", "class_b"), "optics_frame_cap_cents", "optics_cap"),
        (("hearing_aid", "class_2"), "hearing_aid_class2_total_cap_cents", "hearing_cap"),
    ):
        value = rules.value(name, decision.day)
        if (family, basket) == capped and value is not None:
            return max(0, value * units - decision.secu), reason
    return None, ""


def non_optam_cap(decision: Decision, rules: Rules) -> int | None:
    """Above the base at most 100 % of it, and at most what OPTAM would get less 20 % of the base.

    The rule is in force since the gap has a value.
    """
    gap = rules.value("non_optam_min_gap_vs_optam_share_of_br_ppm", decision.day)
    if gap is None:
        return None
    share = rules.needed("non_optam_cap_share_of_br_ppm", decision.day)
    excess = round_half_up(decision.base * share, MILLION)
    of_optam = ceiling_of(decision, True, True, rules) or Ceiling(0)
    if of_optam.cents is not None:
        less = round_half_up(decision.base * gap, MILLION)
        excess = min(excess, max(0, of_optam.cents - decision.patient_share - less))
    return decision.patient_share + excess


def pairs_within_their_cap(decisions: list[Decision], rules: Rules) -> None:
    """R871-2 3°: a pair of class B, Sécu included, has a cap by the category of its lenses."""
    pairs: dict[tuple[object, object], list[Decision]] = defaultdict(list)
    for decision in decisions:
        glasses = decision.family.family in ("optics_frame", "optics_lens") and decision.basket == "class_b"
        if glasses and rules.responsible.get(decision.plan, False):
            pairs[decision.day, decision.act.provider_id].append(decision)
    for pair in pairs.values():
        lenses = [one.act.act_code or "" for one in pair if one.family.family == "optics_lens"]
        kinds = "".join(sorted({LENSES.get(code, "?") for code in lenses}))
        category = kinds if len(kinds) == 1 else PAIRS.get(kinds, "")
        if category in tuple("abcdef"):
            one_pair_within(pair, category, rules)


def one_pair_within(pair: list[Decision], category: str, rules: Rules) -> None:
    """The acts of a pair share its cap in the order of act_id."""
    cap = rules.value(f"optics_cap_{category}_cents", pair[0].day)
    if cap is None:
        for decision in pair:
            decision.waits = "parameter_unknown" if decision.by_rules else None
        return
    left = max(0, cap - sum(decision.secu for decision in pair))
    for decision in pair:
        if decision.wanted > left:
            decision.wanted, decision.limit_kind, decision.limit_left = left, "responsible", left
            decision.reasons.add("optics_cap")
        left -= decision.wanted


def daily_charges_and_shares_not_added(decisions: list[Decision]) -> None:
    """L174-4: of the patient's share and the daily charge of one stay only the higher is due."""
    in_hospital = [one for one in decisions if one.family.family in ("daily_charge", *STAYS)]
    for stay in stays(in_hospital):
        shares = [one for one in stay if one.family.family in STAYS]
        charges = [one for one in stay if one.family.family == "daily_charge"]
        share = sum(one.patient_share for one in shares)
        charge = sum(one.charged for one in charges)
        if share >= charge > 0:
            for one in charges:
                lowered(one, 0, "daily_charge_absorbed")
        elif charge > share > 0:
            for one in shares:
                lowered(one, one.wanted - one.patient_share, "patient_share_absorbed")


def lowered(decision: Decision, cents: int, reason: str) -> None:
    """What is not due is not paid, and its reason is told even where nothing would be: the bill is wrong."""
    decision.reasons.add(reason)
    if max(0, cents) < decision.wanted:
        decision.wanted = max(0, cents)
        decision.limit_kind, decision.limit_left = "left", decision.wanted


def stays(decisions: list[Decision]) -> list[list[Decision]]:
    """Acts at one provider whose days overlap, directly or through others."""
    found: list[list[Decision]] = []
    last = None
    for decision in sorted(decisions, key=lambda one: (str(one.act.provider_id), one.day)):
        end = decision.act.care_last_day or decision.day
        here = decision.act.provider_id
        if last and last[0] == here and decision.day <= last[1]:
            found[-1].append(decision)
            last = (here, max(last[1], end))
        else:
            found.append([decision])
            last = (here, end)
    return found
