"""What lines of the rulebook say in the claims graph, as a sentence in two languages."""

from __future__ import annotations

from typing import Any

import pytest

from avenant.core.graph import Node
from avenant.core.graph.clauses import quoted
from avenant.core.graph.rules import _content


def line(kind: str, key: str, amount_cents: int | None = None) -> Node:
    """A node as it is made of the key that decides a line."""
    return Node(
        f"{kind}:1", kind, kind, 1, amount_cents=amount_cents, fields=tuple(_content(kind, key).items())
    )


GUARANTEE = "guarantee|fr|confort|{}|{}||{}|{}|1|2023-01-01|{}|{}|{}|{}|{}|{}|{}"


def guarantee(
    said: tuple[Any, ...],
    family: str = "dental_prosthesis",
    optam: str = "any",
    ages: tuple[int, int] = (0, 151),
) -> Node:
    """said: basis, per, rate, flat sum, share of the ceiling, real cost, price limit."""
    return line("guarantee", GUARANTEE.format(family, optam, *ages, *said))


CASES = [
    (
        guarantee(("total", "act", 1_500_000, "", "", "false", "false"), optam="optam"),
        "150% of the base of the Sécu, its part included; sector 1 or OPTAM",
        "150 % de la base de la Sécu, part de la Sécu comprise ; secteur 1 ou OPTAM",
    ),
    (
        guarantee(("complement", "session", 1_000_000, 300_00, "", "false", "false"), ages=(16, 151)),
        "100% of the base of the Sécu + €300.00 a session or piece, on top of its part; from 16 to 150 years",
        "100 % de la base de la Sécu + 300,00 € par séance ou par unité, en plus de la part de la Sécu ; "
        "de 16 à 150 ans",
    ),
    (
        guarantee(("total", "act", "", "", 150_000, "false", "false")),
        "15% of the monthly ceiling (PMSS), its part included",
        "15 % du plafond mensuel (PMSS), part de la Sécu comprise",
    ),
    (guarantee(("total", "act", "", "", "", "true", "false")), "the real cost", "les frais réels"),
    (
        line("envelope", "envelope|fr|confort|glasses|0|151|2023-01-01|window|24|location|||1"),
        "1 at most in 24 months, for each ear or tooth",
        "1 au plus en 24 mois, par oreille ou par dent",
    ),
    (
        line("envelope", "envelope|fr|confort|implants|0|151|2023-01-01|calendar_year||member|80000||2"),
        "2 at most and €800.00 in a calendar year",
        "2 au plus et 800,00 € par année civile",
    ),
    (
        line("tariff", "tariff|SPR50|any|0|151|2023-01-01|12000|600000|55000"),
        "base of €120.00, of which the Sécu pays 60%, at most €550.00 may be charged",
        "base de 120,00 €, dont la Sécu paie 60 %, facturable jusqu’à 550,00 €",
    ),
    (
        line("tariff", "tariff|IMPLANT|any|0|151|2023-01-01|0|0|"),
        "the Sécu has no price for it",
        "la Sécu n’a pas de tarif pour cet acte",
    ),
]


@pytest.mark.parametrize(("node", "english", "french"), CASES)
def test_a_line_of_the_rulebook_is_a_sentence(node: Node, english: str, french: str) -> None:
    said = [quoted(node, language).replace("\u00a0", " ") for language in ("en", "fr")]
    assert said == [english, french]


def test_what_a_line_says_has_types_and_its_first_day_is_the_nodes() -> None:
    said = dict(guarantee(("total", "act", 1_500_000, "", "", "false", "true"), ages=(0, 16)).fields)
    assert (said["rate_ppm"], said["age_to"], said["real_cost"], said["price_limit"]) == (
        1_500_000,
        16,
        False,
        True,
    )
    assert "valid_from" not in said and "flat_cents" not in said
