"""Who pays before us, act by act: base and rate, the increase outside the care path, the Sécu, what it withholds.

Part of the slow claims reference.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from benchmarks.reference_claims_model import ActWaits, Decision, Rules, Status, Tariff, for_age, on
from benchmarks.reference_model import completed_years, round_half_up

MILLION = 1_000_000
FULLY_COVERED = ("ald", "maternity", "work_accident", "newborn")
NOTHING_WITHHELD = ("c2s", "maternity")
NO_PRICE_OF_THE_SECU = ("implant", "private_room", "daily_charge", "heavy_act_sum", "soft_medicine")
CONSULTATIONS = ("CS+MCS", "CS")
WITHHELD = {
    "participation": "participation_forfaitaire_cents",
    "medicine": "franchise_medicine_cents",
    "paramedical": "franchise_paramedical_cents",
    "transport": "franchise_transport_cents",
}
MOST_PER_DAY = {
    "paramedical": "franchise_paramedical_max_per_day_cents",
    "transport": "franchise_transport_max_per_day_cents",
}

Statuses = dict[int, list[Status]]


def with_what_others_pay(decisions: list[Decision], statuses: Statuses, rules: Rules) -> None:
    """All acts of one member, in the order of act_id: the waterfall down to what is left for us."""
    for decision in decisions:
        optam = is_optam(decision, statuses)
        for step in (base_and_rate, increase):
            try:
                step(decision, optam, rules)
            except ActWaits as wait:
                decision.waits = decision.waits or (str(wait) if decision.by_rules else None)
        secu(decision)
    withheld(decisions, rules)
    for decision in decisions:
        decision.left = max(0, decision.charged - decision.secu - decision.others)
        if decision.others > 0:
            decision.reasons.add("others_first")
        if decision.left == 0 and decision.covered and not decision.act.cancelled:
            decision.reasons.add("nothing_left")


def is_optam(decision: Decision, statuses: Statuses) -> bool | None:
    """Whether the columns for OPTAM count, sector 1 included; None: not known.

    Only for doctors' fees does it matter. What the message says stands before what is known of the provider.
    """
    act = decision.act
    if not decision.family.fees:
        return True
    told = optam_of(act.sector, act.optam)
    if told is not None:
        return told
    known = {
        optam_of(one.sector, one.optam) for one in on(act.care_from, statuses.get(act.provider_id or 0, []))
    }
    known.discard(None)
    return known.pop() if len(known) == 1 else None


def optam_of(sector: int | None, optam: bool | None) -> bool | None:
    """Sector 1 has no free fees, so that it counts as OPTAM."""
    return True if sector == 1 else optam


def base_and_rate(decision: Decision, optam: bool | None, rules: Rules) -> None:
    """As the Sécu told them; else the tariff of act, OPTAM, age and day of care, times the quantity."""
    act = decision.act
    told_base, told_rate = (act.base_cents, act.rate_ppm) if act.told_by_secu else (None, None)
    tariffs = [tariff_on(act.act_code, one, decision.age, decision.day, rules) for one in columns(optam)]
    tariff = tariffs[0] if told_base is not None or tariffs[0] == tariffs[-1] else None
    if tariff:
        decision.price_limit = tariff.price_limit_cents
    if told_base is not None:
        decision.base = told_base
        decision.reasons.add("told_by_secu")
    elif tariff:
        decision.base, decision.tariff_line_id = tariff.base_cents * act.units, tariff.line_id
        decision.reasons.add("by_tariff")
    known = tariff or told_base is not None or decision.family.family in NO_PRICE_OF_THE_SECU
    if known and decision.base == 0:
        decision.reasons.add("no_base")
        return
    rate_of_base(decision, tariff, told_rate, rules)
    if tariffs[0] != tariffs[-1] and not told_enough(tariffs, told_base, told_rate):
        raise ActWaits("provider_status_unknown")
    if not known:
        raise ActWaits("tariff_unknown")


def told_enough(tariffs: list[Tariff | None], told_base: int | None, told_rate: int | None) -> bool:
    """Whether what the Sécu told leaves nothing for which it matters which of two tariffs holds."""
    rates = {tariff.rate_ppm if tariff else None for tariff in tariffs}
    return told_base is not None and (told_rate is not None or len(rates) == 1)


def rate_of_base(decision: Decision, tariff: Tariff | None, told_rate: int | None, rules: Rules) -> None:
    """The rate as told, or the tariff's, or the family's on the day of care; 100 % with certain exemptions.

    Where only the Sécu's own word knows a price it alone knows the rate; 100 % of it are full cover all the same.
    """
    standard = tariff.rate_ppm if tariff else None
    if standard is None and decision.family.rate_parameter:
        standard = rules.value(decision.family.rate_parameter, decision.day)
    priced = tariff or decision.family.family not in NO_PRICE_OF_THE_SECU
    named = decision.act.exemption in FULLY_COVERED
    exempt = named and priced
    if standard is None and not priced:
        standard = 0
    decision.standard_rate = MILLION if exempt else standard or 0
    if told_rate is not None:
        decision.rate = told_rate
    elif exempt:
        decision.rate = MILLION
    elif standard is None:
        raise ActWaits("tariff_unknown")
    else:
        decision.rate = standard
    if named and decision.rate == MILLION and decision.base > 0:
        decision.reasons.add("full_cover")


def columns(optam: bool | None) -> tuple[bool, ...]:
    """The columns of a tariff that may count."""
    return (True, False) if optam is None else (optam,)


def tariff_on(code: str | None, optam: bool, age: int, day: date, rules: Rules) -> Tariff | None:
    """The one tariff of an act on a day."""
    column = "optam" if optam else "non_optam"
    for tariff in for_age(age, on(day, rules.tariffs.get(code or "", []))):
        if tariff.optam in ("any", column):
            return tariff
    return None


def increase(decision: Decision, optam: bool | None, rules: Rules) -> None:
    """Outside the coordinated care path the Sécu pays 40 points less, at most 40 % of a consultation (R160-6)."""
    concerned = decision.act.care_path == "out" and decision.family.care_path and decision.age >= 16
    if not concerned or decision.base == 0 or decision.act.cancelled:
        return
    if decision.act.told_by_secu and decision.act.rate_ppm is not None:
        standard = round_half_up(decision.base * decision.standard_rate, MILLION)
        decision.increase = max(0, standard - round_half_up(decision.base * decision.rate, MILLION))
    else:
        legal_increase(decision, rules)
    if decision.increase > 0:
        decision.reasons.add("outside_path")


def legal_increase(decision: Decision, rules: Rules) -> None:
    """The increase by law; the rate falls where it can express it."""
    share = rules.needed("outside_path_increase_share_ppm", decision.day)
    consultations = [tariff_on(code, True, 40, decision.day, rules) for code in CONSULTATIONS]
    known = [tariff for tariff in consultations if tariff]
    if not known and decision.by_rules:
        raise ActWaits("tariff_unknown")
    points = round_half_up(decision.base * share, MILLION)
    most = round_half_up(known[0].base_cents * decision.act.units * share, MILLION) if known else points
    pays = round_half_up(decision.base * decision.rate, MILLION)
    decision.increase = min(points, most, pays)
    if decision.increase == points:
        decision.rate -= share


def secu(decision: Decision) -> None:
    """What the Sécu pays before it withholds anything: base x rate, or as it told; never above the charge.

    An increase that reached its cap did not lower the rate: it is taken off here.
    """
    act = decision.act
    paid = act.secu_cents if act.told_by_secu else None
    kept = act.retention_cents if act.told_by_secu else None
    gross = round_half_up(decision.base * decision.rate, MILLION)
    decision.secu = gross
    if paid is not None and kept is not None:
        decision.secu = paid + kept
    elif paid is not None:
        decision.secu = max(paid, decision.secu)
    elif decision.rate == decision.standard_rate and not (act.told_by_secu and act.rate_ppm is not None):
        decision.secu = gross - decision.increase
    if decision.secu > decision.charged:
        decision.secu = decision.charged
        if not act.cancelled:
            decision.reasons.add("secu_capped")


def withheld(decisions: list[Decision], rules: Rules) -> None:
    """What the Sécu withholds stays with the member: as told, else by the amounts of the day of care.

    Acts of one day bear together at most what the day's limit allows, in the order of act_id.
    """
    so_far: dict[tuple[object, ...], int] = defaultdict(int)
    for decision in decisions:
        kind = decision.family.retention
        bears = told_retention(decision)
        if bears is None and kind != "none":
            provider = decision.act.provider_id if kind == "participation" else None
            try:
                bears = retention_of_day(decision, so_far[decision.day, kind, provider], rules)
            except ActWaits as wait:
                decision.waits = decision.waits or (str(wait) if decision.by_rules else None)
        decision.retention = min(bears or 0, decision.secu)
        provider = decision.act.provider_id if kind == "participation" else None
        so_far[decision.day, kind, provider] += decision.retention
        note_retention(decision)


def told_retention(decision: Decision) -> int | None:
    """What the Sécu says that it withheld, or what it did not pay of its part."""
    act = decision.act
    if not act.told_by_secu or act.cancelled:
        return 0 if act.cancelled else None
    if act.retention_cents is not None:
        return act.retention_cents
    return None if act.secu_cents is None else max(0, decision.secu - act.secu_cents)


def is_exempt(decision: Decision) -> bool:
    """Under 18 on 1 January of the year, C2S, maternity (R160-20)."""
    age_in_january = completed_years(decision.born, date(decision.day.year, 1, 1))
    return age_in_january < 18 or decision.act.exemption in NOTHING_WITHHELD


def retention_of_day(decision: Decision, so_far: int, rules: Rules) -> int:
    """The amount of the day of care per act, box, session or trip, within what the day still allows."""
    kind = decision.family.retention
    if is_exempt(decision) or decision.secu == 0:
        return 0
    unit = rules.needed(WITHHELD[kind], decision.day)
    bears = unit * decision.act.units
    if kind == "participation":
        most = unit * rules.needed("participation_forfaitaire_max_count_per_day", decision.day)
    elif kind in MOST_PER_DAY:
        most = rules.needed(MOST_PER_DAY[kind], decision.day)
    else:
        return bears
    return max(0, min(bears, most - so_far))


def note_retention(decision: Decision) -> None:
    """Say what was withheld, or why nothing was."""
    kind = decision.family.retention
    if decision.retention > 0:
        decision.reasons.add("participation" if kind == "participation" else "franchise")
    elif kind != "none" and decision.secu > 0 and is_exempt(decision):
        decision.reasons.add("retention_exempt")
