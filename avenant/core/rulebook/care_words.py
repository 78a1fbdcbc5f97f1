"""The phrases of a guarantee table, as printed tables have them.

Examples: ``130 % BR``, ``400 % BR + 200 EUR``, ``45 EUR per day``, ``3 % PMSS``, ``real cost``, ``price limit``,
``nothing``. BR is the base of the Sécu, PMSS the monthly social security ceiling on the date of care.
"""

import re
from decimal import Decimal

from avenant.core.rulebook.care_contents import Pays
from avenant.core.rulebook.values import Unreadable, cents, percent_ppm, shown

REAL_COST, PRICE_LIMIT, NOTHING = "real cost", "price limit", "nothing"
UNKNOWN, NONE = "unknown", "none"
"""In a tariff: the price of that time is not known; the Sécu has no price for it and pays nothing."""

UNITS_OF_QUANTITY = {"act": "act", "day": "day", "session": "session", "unit": "session"}
"""After ``per``: what the amount holds for; ``unit`` is whatever the quantity counts, as a session is."""

PHRASE = re.compile(r"^(?P<terms>.+?)(?:\s+per\s+(?P<per>\w+))?$")
TERM = re.compile(r"^(\d+(?:\.\d+)?)\s*(% BR|% PMSS|EUR)$")
REMEDY = (
    "write such as 130 % BR, 400 % BR + 200 EUR, 45 EUR per day, 3 % PMSS, real cost, price limit, nothing"
)


def pays(value: object) -> Pays | None:
    """What a phrase of a guarantee table says; None for ``nothing``. Errors: ``Unreadable``."""
    phrase = value.strip() if isinstance(value, str) else ""
    if phrase == NOTHING:
        return None
    if phrase in (REAL_COST, PRICE_LIMIT):
        return Pays(real_cost=phrase == REAL_COST, price_limit=phrase == PRICE_LIMIT)
    found = PHRASE.match(phrase)
    if not found:
        raise Unreadable(f"seen {shown(value)} where a guarantee belongs", REMEDY)
    terms = _terms(found["terms"])
    return Pays(
        rate_ppm=percent_ppm(terms["% BR"]) if "% BR" in terms else None,
        flat_cents=cents(terms["EUR"]) if "EUR" in terms else None,
        pmss_ppm=percent_ppm(terms["% PMSS"]) if "% PMSS" in terms else None,
        per=_per(found["per"]),
    )


def _terms(written: str) -> dict[str, Decimal]:
    terms: dict[str, Decimal] = {}
    for term in written.split("+"):
        found = TERM.match(term.strip())
        if not found:
            raise Unreadable(f"seen {shown(term.strip())} where a guarantee belongs", REMEDY)
        if found[2] in terms:
            raise Unreadable(f"{found[2]} stands twice in {shown(written)}", "add the two up")
        terms[found[2]] = Decimal(found[1])
    return terms


def _per(word: str | None) -> str:
    unit = UNITS_OF_QUANTITY.get(word or "act")
    if unit is None:
        raise Unreadable(f"seen per {shown(word)}", f"write per {', '.join(UNITS_OF_QUANTITY)}")
    return unit


def limit(value: object) -> tuple[int | None, int | None]:
    """(cents, ppm of PMSS) of an envelope's sum: ``200 EUR``, ``5 % PMSS``, or both in a list: both hold."""
    found: dict[str, int] = {}
    for phrase in value if isinstance(value, list) else [value]:
        terms = _terms(phrase if isinstance(phrase, str) else "")
        if len(terms) != 1 or "% BR" in terms or found.keys() & terms.keys():
            raise Unreadable(f"seen {shown(phrase)} where a sum belongs", "write 200 EUR or 5 % PMSS")
        for unit, number in terms.items():
            found[unit] = cents(number) if unit == "EUR" else percent_ppm(number)
    return found.get("EUR"), found.get("% PMSS")
