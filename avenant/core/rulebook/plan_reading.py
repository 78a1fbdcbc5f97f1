"""Reading one plan: its conventions, levels, components, tax, employer share, prices and guarantees.

The first child alone pays with ``children: first``; the three oldest under 21 with
``children: {paying: 3, under: 21}``: a child of 21 or more then pays its own price and is not counted.
"""

from avenant.core.frames.rulebook import AGE_CONVENTIONS, AGES, CYCLES, PRORATIONS, STRUCTURES, TAX_MODES
from avenant.core.rulebook.contents import Contents, Conventions, Label, RateValue, TaxByParameter
from avenant.core.rulebook.envelope_reading import read_envelopes
from avenant.core.rulebook.guarantee_reading import read_guarantees
from avenant.core.rulebook.nodes import Node, one_of
from avenant.core.rulebook.price_reading import read_price_tables
from avenant.core.rulebook.shared_reading import read_dates
from avenant.core.rulebook.values import Unreadable, code, currency, share_ppm, shown, text, whole

PLAN_KEYS = (
    *("plan", "label", "note", "currency", "cycle", "age", "children", "proration"),
    *("portability_max_months", "retroactivity_months", "tax", "employer_share"),
    *("levels", "components", "prices", "responsible", "guarantees", "envelopes"),
)
DEFAULT_LEVEL = "standard"
DEFAULT_COMPONENT = "health"
PARAMETER_ENDINGS = "_ppm"


def read_plan(name: str, node: Node, contents: Contents, require_sources: bool) -> None:
    """Add the plan at ``node`` to ``contents``; its tables look up curves that ``contents`` already holds."""
    if not node.only(PLAN_KEYS):
        return
    if any(plan.plan == name for plan in contents.plans):
        node.complain(f"the plan {shown(name)} is given twice", "rename one of the two, or remove it")
        return
    conventions = _conventions(name, node, contents, require_sources)
    if conventions:
        contents.plans.append(conventions)
    contents.labels.append(Label(name, "plan", name, node.read_key("label", text, name)))
    _read_employer_share(name, node, contents, require_sources)
    levels = _levels(name, node, contents)
    components = _components(name, node, contents)
    read_price_tables(name, node, contents, levels, components, require_sources)
    read_guarantees(name, node, contents, levels, require_sources)
    read_envelopes(name, node, contents, levels, require_sources)


def _conventions(name: str, node: Node, contents: Contents, require_sources: bool) -> Conventions | None:
    money = node.need("currency", "write its three letters, such as currency: EUR")
    plan_currency = money.read(currency) if money else None
    convention, month = _age(node.get("age"))
    paying, limit = _children(node.get("children"))
    tax_code, tax_mode = _read_tax(name, node.get("tax"), contents, require_sources)
    if plan_currency is None:
        return None
    return Conventions(
        plan=name,
        currency=plan_currency,
        cycle=node.read_key("cycle", one_of(CYCLES), "advance"),
        age_convention=convention,
        plan_year_month=month,
        proration=node.read_key("proration", one_of(PRORATIONS), "days"),
        paying_children=paying,
        child_age_limit=limit,
        tax_code=tax_code,
        tax_mode=tax_mode,
        retro_months=_months(node, "retroactivity_months"),
        portability_max_months=_months(node, "portability_max_months"),
        file=node.file,
        line=node.line,
    )


def _months(node: Node, key: str) -> int | None:
    place = node.get(key)
    return place.read(whole) if place else None


def _age(node: Node | None) -> tuple[str, int]:
    """(convention, the month in which a plan year begins)."""
    if node is None:
        return "calendar_year", 1
    if isinstance(node.value, str):
        return node.read(one_of(AGE_CONVENTIONS)) or "calendar_year", 1
    if not node.only(("convention", "plan_year_month")):
        return "calendar_year", 1
    convention = node.read_key("convention", one_of(AGE_CONVENTIONS), "calendar_year")
    month = node.read_key("plan_year_month", _month_number, 1)
    return convention, month


def _month_number(value: object) -> int:
    month = whole(value)
    if not 1 <= month <= 12:
        raise Unreadable(f"there is no month {month}", "write the number of the month, 1 to 12")
    return month


def _children(node: Node | None) -> tuple[int | None, int | None]:
    """(how many children pay, None for all; the age from which a child is not counted, None for never)."""
    if node is None:
        return None, None
    if not isinstance(node.value, dict):
        return node.read(_paying), None
    node.only(("paying", "under"))
    paying, under = node.get("paying"), node.get("under")
    return paying.read(_paying) if paying else None, under.read(_age_limit) if under else None


def _paying(value: object) -> int | None:
    if value in ("first", "all"):
        return 1 if value == "first" else None
    try:
        return whole(value)
    except Unreadable:
        remedy = "write first, all, a number, or {paying: 3, under: 21}"
        raise Unreadable(f"seen {shown(value)} where paying children belong", remedy) from None


def _age_limit(value: object) -> int:
    limit = whole(value)
    if limit > AGES:
        raise Unreadable(f"the age {limit} is too high", f"write an age up to {AGES}")
    return limit


def _read_tax(
    name: str, node: Node | None, contents: Contents, require_sources: bool
) -> tuple[str | None, str]:
    """(tax code, tax mode); the dated rates go to ``contents``."""
    if node is None or not node.only(("code", "mode", "parameter", "rates")):
        return None, "none"
    named = node.need("code", "write the name of the tax, such as code: TSA")
    mode = node.need("mode", "write mode: included (the price contains it) or mode: added")
    parameter, rates = node.get("parameter"), node.get("rates")
    if (parameter is None) == (rates is None):
        node.complain("a tax needs its rates once", "write either rates: or parameter:")
    if rates:
        _read_rates(name, "tax", rates, contents, require_sources)
    wanted = parameter.read(text) if parameter else None
    if parameter and wanted:
        reference = TaxByParameter(name, wanted + PARAMETER_ENDINGS, parameter.file, parameter.line)
        contents.taxes_by_parameter.append(reference)
    tax_mode = mode.read(one_of(TAX_MODES[1:])) if mode else None
    return (named.read(text) if named else None), tax_mode or "none"


def _read_employer_share(name: str, node: Node, contents: Contents, require_sources: bool) -> None:
    share = node.get("employer_share")
    if share:
        _read_rates(name, "employer_share", share, contents, require_sources)


def _read_rates(name: str, kind: str, node: Node, contents: Contents, require_sources: bool) -> None:
    for place in node.elements("write a list, one entry of valid_from and percent per date"):
        if not place.only(("valid_from", "valid_through", "percent", "source", "note")):
            continue
        dates = read_dates(place, require_sources)
        percent = place.need("percent", "write the rate, such as percent: 60")
        rate = percent.read(share_ppm) if percent else None
        if dates and rate is not None:
            contents.rates.append(RateValue(name, kind, rate, dates))


def _levels(name: str, node: Node, contents: Contents) -> tuple[str, ...]:
    place = node.get("levels")
    labels = {DEFAULT_LEVEL: DEFAULT_LEVEL} if place is None else _named_labels(place)
    contents.labels.extend(Label(name, "level", level, label) for level, label in labels.items())
    return tuple(labels)


def _named_labels(node: Node) -> dict[str, str]:
    """Codes and labels, written as a mapping or as a plain list of codes."""
    if isinstance(node.value, list):
        codes = [place.read(code) for place in node.elements("write a list of levels")]
        return {found: found for found in codes if found}
    labels: dict[str, str] = {}
    for key, place in node.items("write levels: {confort: Confort}"):
        found = Node(place.document, place.path, key, place.findings).read(code)
        label = place.read(text)
        if found and label:
            labels[found] = label
    return labels


def _components(name: str, node: Node, contents: Contents) -> dict[str, str]:
    """Component code -> structure."""
    place = node.get("components")
    if place is None:
        contents.labels.append(Label(name, "component", DEFAULT_COMPONENT, DEFAULT_COMPONENT))
        return {DEFAULT_COMPONENT: "per_person"}
    structures: dict[str, str] = {}
    for key, entry in place.items("write components: {health: {structure: per_person}}"):
        found = Node(entry.document, entry.path, key, entry.findings).read(code)
        structure, label = _component(entry, str(key))
        if found and structure:
            structures[found] = structure
            contents.labels.append(Label(name, "component", found, label))
    return structures


def _component(node: Node, key: str) -> tuple[str | None, str]:
    """(structure, label) of a component, written in full or as its structure alone."""
    if isinstance(node.value, str):
        return node.read(one_of(STRUCTURES)), key
    if not node.only(("label", "structure")):
        return None, key
    place = node.need("structure", f"write one of: {', '.join(STRUCTURES)}")
    return (place.read(one_of(STRUCTURES)) if place else None), node.read_key("label", text, key)
