"""What a line of the rulebook says, in a sentence: the clause that a decision or a premium stands on.

"150% of the base of the Sécu, its part included; sector 1 or OPTAM", "€800.00 in a calendar year".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from avenant.core.graph.model import Node
from avenant.core.graph.wording import LANGUAGES
from avenant.core.wording.figures import amount_text, percent_text

AGES: Final = 151
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "of_base": ("{} of the base of the Sécu", "{} de la base de la Sécu"),
    "of_pmss": ("{} of the monthly ceiling (PMSS)", "{} du plafond mensuel (PMSS)"),
    "day": (" a day", " par jour"),
    "session": (" a session or piece", " par séance ou par unité"),
    "total": (", its part included", ", part de la Sécu comprise"),
    "complement": (", on top of its part", ", en plus de la part de la Sécu"),
    "real_cost": ("the real cost", "les frais réels"),
    "price_limit": ("up to the price limit of 100 % Santé", "jusqu’au prix limite du 100 % Santé"),
    "optam": ("sector 1 or OPTAM", "secteur 1 ou OPTAM"),
    "non_optam": ("without OPTAM", "hors OPTAM"),
    "ages": ("from {} to {} years", "de {} à {} ans"),
    "and": (" and ", " et "),
    "under": ("; ", " ; "),
    "count": ("{} at most", "{} au plus"),
    "calendar_year": (" in a calendar year", " par année civile"),
    "window": (" in {} months", " en {} mois"),
    "location": (", for each ear or tooth", ", par oreille ou par dent"),
    "base": ("base of {}", "base de {}"),
    "no_base": ("the Sécu has no price for it", "la Sécu n’a pas de tarif pour cet acte"),
    "pays": (", of which the Sécu pays {}", ", dont la Sécu paie {}"),
    "limit": (", at most {} may be charged", ", facturable jusqu’à {}"),
    "month": ("{} a month", "{} par mois"),
}


def quoted(node: Node, language: str) -> str:
    """The clause of a line of the rulebook; "" for other nodes, and where figures alone say nothing."""
    said: dict[str, Any] = dict(node.fields)
    figures = _Figures(language, node.currency or "EUR")
    match node.kind:
        case "guarantee":
            return figures.under(figures.guarantee(said), said)
        case "envelope":
            return figures.under(figures.envelope(said), said)
        case "tariff":
            return figures.under(figures.tariff(said), said)
        case "parameter":
            rate = percent_text(said["rate_ppm"], language) if "rate_ppm" in said else ""
            return rate if node.amount_cents is None else figures.money(node.amount_cents)
        case "price" if said.get("unit") == "cents" and node.amount_cents is not None:
            return figures.under(figures.word("month", figures.money(node.amount_cents)), said)
    return ""


class _Figures:
    """Phrases in one language and currency, of what lines say (fields by name)."""

    def __init__(self, language: str, currency: str) -> None:
        self.language, self.currency = language, currency

    def word(self, key: str, *blanks: object) -> str:
        return WORDS[key][LANGUAGES.index(self.language)].format(*blanks)

    def money(self, cents: int) -> str:
        return amount_text(cents, self.currency, self.language)

    def share(self, key: str, said: Mapping[str, Any], name: str) -> list[str]:
        return [self.word(key, percent_text(said[name], self.language))] if name in said else []

    def amount(self, said: Mapping[str, Any], name: str) -> list[str]:
        return [self.money(said[name])] if name in said else []

    def guarantee(self, said: Mapping[str, Any]) -> str:
        """150% of the base of the Sécu + €100.00, its part included."""
        for whole in ("real_cost", "price_limit"):
            if said.get(whole):
                return self.word(whole)
        rate, ceiling = self.share("of_base", said, "rate_ppm"), self.share("of_pmss", said, "pmss_ppm")
        terms = " + ".join([*rate, *ceiling, *self.amount(said, "flat_cents")])
        per = self.word(said["per"]) if said.get("per") in ("day", "session") else ""
        basis = self.word(said["basis"]) if "basis" in said else ""
        return terms + per + basis if terms else ""

    def envelope(self, said: Mapping[str, Any]) -> str:
        """2 at most in 24 months, for each ear or tooth."""
        count = [self.word("count", said["max_count"])] if "max_count" in said else []
        ceiling = self.share("of_pmss", said, "pmss_ppm")
        limits = self.word("and").join([*count, *self.amount(said, "max_cents"), *ceiling])
        window = said.get("period") == "window"
        time = self.word("window", said.get("months", "?")) if window else self.word("calendar_year")
        where = self.word("location") if said.get("scope") == "location" else ""
        return limits + time + where if limits else ""

    def tariff(self, said: Mapping[str, Any]) -> str:
        """Base of €25.00, of which the Sécu pays 70%."""
        if said.get("rate_ppm") == 0:
            return self.word("no_base")
        base = self.word("base", self.money(said["base_cents"])) if "base_cents" in said else ""
        limit = [self.word("limit", one) for one in self.amount(said, "price_limit_cents")]
        return base + "".join([*self.share("pays", said, "rate_ppm"), *limit])

    def under(self, phrase: str, said: Mapping[str, Any]) -> str:
        """The phrase with the conditions under which its line holds."""
        optam = [self.word(said["optam"])] if said.get("optam") in ("optam", "non_optam") else []
        start, end = said.get("age_from", 0), said.get("age_to", AGES)
        ages = [] if (start, end) == (0, AGES) else [self.word("ages", start, end - 1)]
        return self.word("under").join([phrase, *optam, *ages]) if phrase else ""
