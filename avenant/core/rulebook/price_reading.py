"""Reading price tables: one table per date, in it levels, in them tiers, in them rows of ages and prices.

prices:
  - valid_from: 2026-01-01
    source: …
    levels:
      confort:
        primary: {0-17: 22.00, 18-59: 54.60, 60+: 81.00}
        partner: {same_as: primary}
        child: 22.00
"""

from avenant.core.frames.rulebook import AGES, FAMILY_TIERS, PERSON_TIERS
from avenant.core.rulebook.age_bands import REFUSED, banded, bands_of
from avenant.core.rulebook.contents import Band, Contents, Curve, PriceTable, Written
from avenant.core.rulebook.nodes import Node, one_of
from avenant.core.rulebook.shared_reading import along, read_dates
from avenant.core.rulebook.values import cents, percent_ppm, shown

TABLE_KEYS = ("valid_from", "valid_through", "source", "note", "component", "unit", "curve", "levels")
UNITS = ("money", "percent_of_pmss")
EVERYONE = "everyone"
TIERS = {"per_person": PERSON_TIERS, "family": FAMILY_TIERS}


def read_price_tables(
    plan: str,
    node: Node,
    contents: Contents,
    levels: tuple[str, ...],
    components: dict[str, str],
    require_sources: bool,
) -> None:
    """Add the price tables of the plan at ``node`` to ``contents``.

    In: ``levels`` and ``components`` (component -> structure) that the plan names. Complains about a level or
    component that has no price at all.
    """
    prices = node.need("prices", "add prices: a list of tables, one per date")
    if prices is None or not levels:
        return
    for table in prices.elements("write a list, one entry per table"):
        _read_table(plan, table, contents, levels, components, require_sources)
    priced = {(table.level, table.component) for table in contents.tables if table.plan == plan}
    for level in levels:
        if level not in {found for found, _ in priced}:
            prices.complain(
                f"the level {shown(level)} has no prices", "add it to a table, or remove the level"
            )
    for component in components:
        if component not in {found for _, found in priced}:
            prices.complain(
                f"the component {shown(component)} has no prices", "add a table for it, or remove it"
            )


def _read_table(
    plan: str,
    node: Node,
    contents: Contents,
    levels: tuple[str, ...],
    components: dict[str, str],
    require_sources: bool,
) -> None:
    component = _component(node, components)
    if component is None:
        return
    structure = components[component]
    if not node.only((*TABLE_KEYS, *_tier_keys(structure))):
        return
    dates = read_dates(node, require_sources)
    unit, curve = _unit(node, contents)
    if dates is None or unit is None:
        return
    for level, place in _levels(node, levels):
        for tier, tier_node, bands in _tiers(place, structure, unit, curve):
            written = Written(dates.valid_from, dates.stated_end, dates.source, node.file, tier_node.line)
            table = PriceTable(plan, level, component, structure, tier, unit, bands, written)
            contents.tables.append(table)


def _tier_keys(structure: str) -> tuple[str, ...]:
    return (*PERSON_TIERS, EVERYONE) if structure == "per_person" else FAMILY_TIERS


def _component(node: Node, components: dict[str, str]) -> str | None:
    place = node.get("component")
    if place:
        return place.read(one_of(tuple(components)))
    if len(components) == 1:
        return next(iter(components))
    if components:
        node.complain(
            "the table does not say which component it prices", f"add component: {next(iter(components))}"
        )
    return None


def _unit(node: Node, contents: Contents) -> tuple[str | None, Curve | None]:
    """(unit as frames name it, the curve it needs); (None, None) after complaining."""
    named = node.get("curve")
    if named:
        curve = contents.curves.get(str(named.value))
        if curve is None:
            known = ", ".join(sorted(contents.curves)) or "none"
            named.complain(
                f"there is no curve {shown(named.value)}", f"add its file, or name one of: {known}"
            )
            return None, None
        return "curve", curve
    unit = node.read_key("unit", one_of(UNITS), "money")
    return ("cents" if unit == "money" else "pmss"), None


def _levels(node: Node, levels: tuple[str, ...]) -> list[tuple[str, Node]]:
    """Each level that the table prices and where: in the table itself when the plan has only one level."""
    place = node.get("levels")
    if place is None and len(levels) == 1:
        return [(levels[0], node)]
    if place is None:
        node.complain("the table does not say which levels it prices", f"add levels: {{{levels[0]}: …}}")
        return []
    found = []
    for key, level in place.items(f"write levels: {{{levels[0]}: …}}"):
        if key in levels:
            found.append((str(key), level))
        else:
            level.complain(f"unknown level {shown(key)}", f"the levels of this plan are: {', '.join(levels)}")
    return found


def _tiers(
    node: Node, structure: str, unit: str, curve: Curve | None
) -> list[tuple[str, Node, tuple[Band, ...]]]:
    """(tier, where its prices are written, its bands) of each tier of the level at ``node``."""
    if "valid_from" not in (node.value if isinstance(node.value, dict) else ()):
        node.only(_tier_keys(structure))
    found = []
    for tier in TIERS[structure]:
        place = node.get(tier) or (node.get(EVERYONE) if structure == "per_person" else None)
        if place is None:
            remedy = f"write its prices, {{same_as: …}}, or “{REFUSED}” if nobody is covered as {tier}"
            node.complain(f"no price for {tier}", remedy)
            continue
        place = _original(place, node, structure)
        if place:
            found.append((tier, place, _bands(place, unit, curve)))
    return found


def _original(place: Node, level: Node, structure: str) -> Node | None:
    """Where the prices are that ``place`` points to with ``same_as``; ``place`` itself when it does not."""
    reference = place.get("same_as")
    if reference is None:
        return place
    place.only(("same_as",))
    tier = reference.read(one_of(_tier_keys(structure)))
    target = level.get(tier) if tier else None
    if tier and (target is None or target.get("same_as")):
        reference.complain(
            f"{shown(tier)} has no prices of its own here", "name a tier whose prices are written out"
        )
        return None
    return target


def _bands(node: Node, unit: str, curve: Curve | None) -> tuple[Band, ...]:
    if curve is None:
        parser = percent_ppm if unit == "pmss" else cents
        return bands_of(banded(node, parser), as_rate=unit == "pmss")
    if isinstance(node.value, dict):
        node.complain(
            "a table by age where a base price belongs", "write one price: the curve gives the ages"
        )
        return ()
    base = node.value if node.value == REFUSED else node.read(cents)
    if base == REFUSED:
        return bands_of([(0, AGES, None, node.line)], as_rate=False)
    return along(curve, base, node.line) if isinstance(base, int) else ()
