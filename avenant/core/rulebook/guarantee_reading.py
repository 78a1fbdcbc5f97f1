"""Reading the guarantee tables of a plan: one table per date, in it levels, in them families and phrases.

responsible: true
guarantees:
  - valid_from: 2026-01-01
    source: …
    basis: total               a percentage contains what the Sécu pays (complement: it is ours alone)
    every_level: {daily_charge: real cost}
    levels:
      confort:
        consultation_specialist: {optam: 200 % BR, non_optam: 180 % BR}
        dental_prosthesis: {no_rac: price limit, otherwise: 300 % BR}
"""

from collections.abc import Iterator

from avenant.core.frames.care_rules import BASES, CARE_FAMILIES
from avenant.core.rulebook.care_cells import BY_BASKET, BY_OPTAM, cells
from avenant.core.rulebook.care_contents import CarePlan, GuaranteeLine, GuaranteeTable, Pays
from avenant.core.rulebook.care_words import NOTHING, pays
from avenant.core.rulebook.contents import Contents, Written
from avenant.core.rulebook.nodes import Node, one_of
from avenant.core.rulebook.shared_reading import read_dates
from avenant.core.rulebook.tariff_reading import key_of, yes_or_no
from avenant.core.rulebook.values import shown

GUARANTEE_KEYS = (
    *("valid_from", "valid_through", "source", "note", "basis"),
    *("levels", "every_level"),
)
LONG_KEYS = ("pays", "basis")


def read_guarantees(
    plan: str, node: Node, contents: Contents, levels: tuple[str, ...], require_sources: bool
) -> None:
    """Add the guarantee tables of the plan at ``node`` and whether it is a responsible contract."""
    tables, stated = node.get("guarantees"), node.get("responsible")
    responsible = stated.read(yes_or_no) if stated else None
    if tables is None and stated is None:
        return
    if stated is None:
        node.complain(
            "a plan with guarantees does not say whether it is a responsible contract",
            "add responsible: true (article L871-1 binds it) or responsible: false",
        )
    contents.care.plans.append(CarePlan(plan, bool(responsible), node.file, node.line))
    for table in tables.elements("write a list, one entry per table") if tables else ():
        _read_table(plan, table, contents, levels, require_sources)


def _read_table(
    plan: str, node: Node, contents: Contents, levels: tuple[str, ...], require_sources: bool
) -> None:
    families = CARE_FAMILIES if len(levels) == 1 else ()
    if not node.only((*GUARANTEE_KEYS, *families)):
        return
    dates = read_dates(node, require_sources, monthly=False)
    stated = node.need("basis", "write basis: total (the figures contain the Sécu's part) or complement")
    basis = stated.read(one_of(BASES)) if stated else None
    if dates is None or basis is None:
        return
    for level, place in places_by_level(node, levels, CARE_FAMILIES):
        for family, cell in place.items():
            written = Written(dates.valid_from, dates.stated_end, dates.source, node.file, cell.line)
            lines = tuple(_lines(cell, basis))
            contents.care.guarantees.append(GuaranteeTable(plan, level, family, lines, written))


def places_by_level(
    node: Node, levels: tuple[str, ...], names: tuple[str, ...] | None
) -> Iterator[tuple[str, dict[str, Node]]]:
    """For each level, name -> place: what ``every_level`` says, unless the level itself says otherwise.

    In: ``names`` that may stand there (None: any). A plan with one level may write them in the table itself.
    """
    shared = node.get("every_level")
    for_all = dict(_named(shared, names)) if shared else {}
    own = node.get("levels")
    if own is None and len(levels) == 1 and names:
        for_all |= {name: place for name in names if (place := node.get(name))}
    by_level = {level: dict(for_all) for level in levels}
    for key, place in own.items(f"write levels: {{{levels[0]}: …}}") if own and levels else ():
        if key in levels:
            by_level[str(key)] |= dict(_named(place, names))
        else:
            place.complain(f"unknown level {shown(key)}", f"the levels of this plan are: {', '.join(levels)}")
    yield from by_level.items()


def _named(node: Node, names: tuple[str, ...] | None) -> Iterator[tuple[str, Node]]:
    for key, place in node.items("write a table: a name and what holds for it"):
        name = key_of(key, place).read(one_of(names)) if names else str(key)
        if name:
            yield name, place


def _lines(cell: Node, basis: str) -> Iterator[GuaranteeLine]:
    for scope, place in cells(cell, baskets=True, lists=True):
        found, own_basis = _paid(place)
        if scope.basket and place.value == NOTHING:
            found, own_basis = (
                Pays(flat_cents=0),
                "complement",
            )  # without it the line for all baskets would hold
        if found:
            paid = Pays(
                found.rate_ppm,
                found.flat_cents,
                found.pmss_ppm,
                found.real_cost,
                found.price_limit,
                found.per,
                own_basis or basis,
            )
            yield GuaranteeLine(scope, paid, place.line)


def _paid(place: Node) -> tuple[Pays | None, str | None]:
    """What is paid, and the basis if the place states its own: {pays: 100 EUR, basis: complement}."""
    if not isinstance(place.value, dict):
        return place.read(pays), None
    place.only((*LONG_KEYS, *BY_OPTAM, *BY_BASKET))
    phrase = place.need("pays", "write pays: and a phrase such as 130 % BR")
    basis = place.need("basis", f"write one of: {', '.join(BASES)}")
    return (phrase.read(pays) if phrase else None), (basis.read(one_of(BASES)) if basis else None)
