"""Reading what acts are and what the Sécu's base for them is.

acts:
  G: {family: consultation_gp, label: GP consultation}
tariffs:
  - acts: [G, GS]
    values:
      - {valid_from: 2024-12-22, base: {0-5: 35.00, 6+: 30.00}, source: …}
      - {valid_from: 2026-01-01, base: unknown, source: …}    from then on the rules wait, they never guess
"""

from avenant.core.frames.care import BASKETS
from avenant.core.frames.care_rules import CARE_FAMILIES, RETENTIONS
from avenant.core.rulebook.care_cells import EVERYONE, cells
from avenant.core.rulebook.care_contents import Act, Family, TariffCell, TariffTable
from avenant.core.rulebook.care_words import NONE, UNKNOWN
from avenant.core.rulebook.contents import Contents
from avenant.core.rulebook.nodes import Node, one_of
from avenant.core.rulebook.shared_reading import CONFIDENCES, read_dates
from avenant.core.rulebook.values import Unreadable, cents, share_ppm, shown, text

FAMILY_KEYS = ("label", "retention", "fees", "care_path", "responsible_tm", "rate")
ACT_KEYS = ("family", "label", "basket", "source", "note")
TARIFF_KEYS = ("acts", "values", "source", "note")
TARIFF_VALUE_KEYS = (
    *("valid_from", "valid_through", "base", "rate", "price_limit"),
    *("source", "confidence", "note"),
)


def read_families(node: Node, contents: Contents) -> None:
    """Add the families at ``node``: what holds for all acts of each."""
    for key, place in node.items("write families: then each family under its name"):
        family = key_of(key, place).read(one_of(CARE_FAMILIES))
        if not family or not place.only(FAMILY_KEYS):
            continue
        label = place.need("label", "write what people call it")
        rate = place.get("rate")
        parameter = rate.read(text) if rate else None
        contents.care.families.append(
            Family(
                family=family,
                label=(label.read(text) if label else None) or family,
                retention=place.read_key("retention", one_of(RETENTIONS), "none"),
                fees=place.read_key("fees", yes_or_no, False),
                care_path=place.read_key("care_path", yes_or_no, False),
                responsible_tm=place.read_key("responsible_tm", yes_or_no, False),
                rate_parameter=f"{parameter}_ppm" if parameter else None,
                file=place.file,
                line=place.line,
            )
        )


def read_acts(node: Node, contents: Contents, source: str, require_sources: bool) -> None:
    """Add the acts at ``node``; ``source`` stands for those that name none."""
    for key, place in node.items("write acts: then each act under its code"):
        code = key_of(key, place).read(act_code)
        if not code or not place.only(ACT_KEYS):
            continue
        family = place.need("family", "write the family of acts that it belongs to")
        found = family.read(one_of(CARE_FAMILIES)) if family else None
        basket = place.get("basket")
        stated = place.read_key("source", text, source)
        if require_sources and not stated:
            place.complain("no source is given", "add source: where the code was published, and when")
        if found:
            label = place.read_key("label", text, code)
            in_basket = basket.read(one_of(BASKETS)) if basket else None
            contents.care.acts.append(Act(code, found, label, in_basket, stated, place.file, place.line))


def read_tariffs(node: Node, contents: Contents, source: str, require_sources: bool) -> None:
    """Add the tariffs at ``node``; each value holds for every act that its entry names."""
    for entry in node.elements("write a list, one entry of acts and values per tariff"):
        if not entry.only(TARIFF_KEYS):
            continue
        acts = entry.need("acts", "write the codes of the acts, such as acts: [G, GS]")
        values = entry.need("values", "add values: a list of valid_from and base")
        if acts is None or values is None:
            continue
        codes = [
            place.read(act_code) for place in acts.elements("write the codes as a list, such as [G, GS]")
        ]
        stated = entry.read_key("source", text, source)
        for value in values.elements("write a list, one entry per date"):
            for table in _tables([code for code in codes if code], value, stated, require_sources):
                contents.care.tariffs.append(table)


def _tables(codes: list[str], node: Node, source: str, require_sources: bool) -> list[TariffTable]:
    if not node.only(TARIFF_VALUE_KEYS):
        return []
    dates = read_dates(node, require_sources, source, monthly=False)
    base = node.need("base", f"write the base, such as base: 26.50, or “{UNKNOWN}”, or “{NONE}”")
    if dates is None or base is None:
        return []
    rate = node.get("rate")
    rate_ppm = rate.read(share_ppm) if rate else None
    confidence = node.read_key("confidence", one_of(CONFIDENCES), "high")
    found = _cells(base, node.get("price_limit"))
    rate_ppm = 0 if base.value == NONE else rate_ppm
    return [TariffTable(code, found, rate_ppm, confidence, dates) for code in codes]


def _cells(base: Node, price_limit: Node | None) -> tuple[TariffCell, ...]:
    """The prices at ``base``, each with its price limit; where the price is not known there is no cell."""
    limits = {
        (scope.age_from, scope.age_to): place.read(cents)
        for scope, place in (cells(price_limit, baskets=False, lists=False) if price_limit else ())
    }
    everyone = (EVERYONE.age_from, EVERYONE.age_to)
    found = []
    for scope, place in cells(base, baskets=False, lists=False):
        price = place.read(_price) if place.value != UNKNOWN else None
        if price is not None:
            limit = limits.get((scope.age_from, scope.age_to), limits.get(everyone))
            found.append(TariffCell(scope, price, limit, place.line))
    if price_limit and everyone not in limits and limits.keys() != _ages(base):
        price_limit.complain("the price limit is for other ages than the base", "write the same ages in both")
    return tuple(found)


def _ages(base: Node) -> set[tuple[int, int]]:
    return {(scope.age_from, scope.age_to) for scope, _ in cells(base, baskets=False, lists=False)}


def _price(value: object) -> int:
    return 0 if value == NONE else cents(value)


def act_code(value: object) -> str:
    """The code of an act as messages carry it: letters, digits and signs, no spaces."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > 20 or any(sign.isspace() for sign in value):
        raise Unreadable(f"seen {shown(value)} where the code of an act belongs", "write such as HBLD038")
    return value


def yes_or_no(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise Unreadable(f"seen {shown(value)} where yes or no belongs", "write true or false")
    return value


def key_of(key: object, place: Node) -> Node:
    """The key under which ``place`` stands, as a place of its own."""
    return Node(place.document, place.path, key, place.findings)
