"""Checking the guarantees of responsible contracts against the law (CSS L871-1, R871-1, R871-2).

The rules of claims pay what the law says whatever a table says; a table that says something else misleads who
reads it. In a plan file that is an error, in the inline plan of a case a warning.
"""

from collections.abc import Callable, Iterator

from avenant.core.money import PPM, money_text
from avenant.core.rulebook.care_contents import GuaranteeTable
from avenant.core.rulebook.contents import Contents
from avenant.core.rulebook.findings import Finding
from avenant.core.rulebook.responsible_renewals import renewal_findings
from avenant.core.rulebook.responsible_terms import NEVER_ENDING, Bound

WITHOUT_LIMIT = ("daily_charge", "heavy_act_sum", "emergency")
NO_REST = {
    "dental_prosthesis": "no_rac",
    "optics_frame": "class_a",
    "optics_lens": "class_a",
    "hearing_aid": "class_1",
}
CAPPED = {
    "optics_frame": ("class_b", "optics_frame_cap_cents", "R871-2 3°"),
    "hearing_aid": ("class_2", "hearing_aid_class2_total_cap_cents", "R871-2 4°"),
}
OUTSIDE_CAP, OUTSIDE_GAP = "non_optam_cap_share_of_br_ppm", "non_optam_min_gap_vs_optam_share_of_br_ppm"

Broken = tuple[str, str]
"""What a rule found wrong, and what to do."""


def responsible_findings(contents: Contents, severity: str) -> Iterator[Finding]:
    """Where a plan that calls itself responsible says something that the law does not allow."""
    responsible = {plan.plan for plan in contents.care.plans if plan.responsible}
    families = {family.family: family for family in contents.care.families}
    for table in contents.care.guarantees:
        if table.plan in responsible and table.family in families:
            bound = Bound(table, families[table.family], contents)
            for rule in RULES:
                for message, remedy in dict(rule(bound)).items():
                    yield _finding(table, message, remedy, severity)
    yield from _missing(contents, responsible, severity)
    yield from renewal_findings(contents, responsible, severity)


def _finding(table: GuaranteeTable, message: str, remedy: str, severity: str) -> Finding:
    return Finding(table.dates.file, table.dates.line, f"{table.words}: {message}", remedy, severity)


def _patient_share(bound: Bound) -> Iterator[Broken]:
    """R871-2 1°: the patient's share is paid in full, but for medicines at 30 % and 15 %."""
    if not bound.family.responsible_tm or bound.family.family in WITHOUT_LIMIT:
        return
    broken = "pays less than the patient's share", "write at least 100 % BR with basis: total (R871-2 1°)"
    for age in bound.persons():
        for basket in bound.baskets():
            for optam in ("optam", "non_optam"):
                lines = bound.lines_for(optam, basket, age)
                base = bound.highest_base(age, basket)
                if not lines or any(
                    bound.total_share(line) < PPM
                    and (line.pays.rate_ppm or bound.total_cents(line, age, basket) < base)
                    for line in lines
                ):
                    yield broken


def _without_limit(bound: Bound) -> Iterator[Broken]:
    """R871-2 6°: the daily charge without a limit of days; likewise the flat sums that stand for a share."""
    lines = bound.table.lines
    if bound.family.family in WITHOUT_LIMIT and not (lines and all(line.pays.real_cost for line in lines)):
        yield "limits what must be paid in full", "write real cost (R871-2 1° and 6°)"


def _outside_optam(bound: Bound) -> Iterator[Broken]:
    """R871-2 2°: outside OPTAM at most 100 % of the base above it, and 20 % of the base less than inside."""
    cap, gap = bound.parameter(OUTSIDE_CAP), bound.parameter(OUTSIDE_GAP)
    if not bound.family.fees or cap is None or gap is None:
        return
    for age in bound.persons():
        for basket in bound.baskets():
            inside, outside = (_share(bound, optam, basket, age) for optam in ("optam", "non_optam"))
            most = max(PPM, min(PPM + cap, inside - gap))
            if outside > most:
                seen = "the real cost" if outside >= NEVER_ENDING else f"{outside / 10_000:g} % BR"
                yield (
                    f"pays {seen} outside OPTAM, the law at most {most / 10_000:g} % BR",
                    f"write {{optam: …, non_optam: {most / 10_000:g} % BR}} (R871-2 2°)",
                )


def _share(bound: Bound, optam: str, basket: str | None, age: int) -> int:
    """The share of the base that is paid; flat sums on doctors' fees count as if there were no limit."""
    lines = bound.lines_for(optam, basket, age)
    shares = [
        NEVER_ENDING if line.pays.flat_cents or line.pays.pmss_ppm else bound.total_share(line)
        for line in lines
    ]
    return min(shares, default=0)


def _no_rest(bound: Bound) -> Iterator[Broken]:
    """R871-2: baskets of 100 % Santé are paid up to the price limit."""
    basket = NO_REST.get(bound.family.family)
    for age in bound.persons() if basket else ():
        lines = bound.lines_for("optam", basket, age)
        if not lines or not all(line.pays.price_limit or line.pays.real_cost for line in lines):
            yield (
                f"leaves a rest to pay in the basket {basket}",
                f"write {{{basket}: price limit, otherwise: …}} (100 % Santé)",
            )


def _equipment_cap(bound: Bound) -> Iterator[Broken]:
    """R871-2 3° and 4°: frames of class B and hearing aids of class II have a cap, the Sécu's part included."""
    basket, parameter, article = CAPPED.get(bound.family.family, (None, None, ""))
    cap = bound.parameter(parameter)
    if basket is None or cap is None:
        return
    for age in bound.persons():
        lines = bound.lines_for("optam", basket, age)
        most = min((bound.total_cents(line, age, basket) for line in lines), default=0)
        if most > cap:
            seen = "the real cost" if most >= NEVER_ENDING else money_text(most, "EUR")
            yield (
                f"pays up to {seen} in {basket}, the law at most {money_text(cap, 'EUR')}",
                f"lower the flat sum or the percentage ({article})",
            )


def _missing(contents: Contents, responsible: set[str], severity: str) -> Iterator[Finding]:
    """Every family whose share must be paid has a guarantee in every level that has any."""
    due = [family.family for family in contents.care.families if family.responsible_tm]
    levels: dict[tuple[str, str], list[GuaranteeTable]] = {}
    for table in contents.care.guarantees:
        if table.plan in responsible:
            levels.setdefault((table.plan, table.level), []).append(table)
    for (plan, level), tables in levels.items():
        missing = [family for family in due if family not in {table.family for table in tables}]
        if missing:
            first = tables[0].dates
            message = f"{plan} {level} is a responsible contract without a guarantee for {', '.join(missing)}"
            yield Finding(
                first.file, first.line, message, "add them, 100 % BR at least (R871-2 1°)", severity
            )


RULES: tuple[Callable[[Bound], Iterator[Broken]], ...] = (
    _patient_share,
    _without_limit,
    _outside_optam,
    _no_rest,
    _equipment_cap,
)
