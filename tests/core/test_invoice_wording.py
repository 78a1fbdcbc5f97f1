"""Each amount says why, in French and in English, so that a pocket calculator can check it."""

from __future__ import annotations

import string
from datetime import date
from typing import Any

import pytest

from avenant.core.invoices.lines import invoice_lines
from avenant.core.invoices.wording import Voice, why
from avenant.core.invoices.words import EN, FR
from avenant.core.wording import figures, words
from tests.strategies.invoice_scenes import FREE, HUGO
from tests.strategies.invoices import APRIL, MAY, chain, entries_of, gone, header_of, state

NB = "\u00a0"
PMSS = {"unit": "pmss", "line_rate_ppm": 18_100, "line_amount_cents": None, "age_from": 0, "age_to": 151}


def told(*chains: list[dict[str, Any]], language: str = "en", currency: str = "EUR") -> list[str]:
    entries = entries_of(*chains)
    lines = invoice_lines(header_of(entries), entries)
    return [why(row, Voice(language, currency)) for row in lines.iter_rows(named=True)]


def now(language: str = "en", **given: Any) -> str:
    (sentence,) = told(chain(state(**given)), language=language)
    return sentence


def corrected(before: dict[str, Any], after: dict[str, Any], language: str = "en") -> str:
    (sentence,) = told(chain(before, after, settled=1), language=language)
    return sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Age 34 in 2026 (born 1992), level Confort, price in force since January 2026, 12 of 30 days, "
            "from 19 to 30 June 2026: 12/30 × €54.60 = €21.84.",
        ),
        (
            "fr",
            "Âge 34 en 2026 (naissance en 1992), niveau Confort, tarif en vigueur depuis janvier 2026, "
            f"12 jours sur 30, du 19 au 30 juin 2026{NB}: 12/30 × 54,60{NB}€ = 21,84{NB}€.",
        ),
    ],
)
def test_a_part_of_a_month_shows_the_whole_sum(language: str, sentence: str) -> None:
    dates = {"first_day": date(2026, 6, 19), "last_day": date(2026, 6, 30)}
    assert now(language, days=12, **dates) == sentence


def test_the_age_is_told_by_the_plans_convention() -> None:
    assert now(age=33, age_convention="last_birthday").startswith(
        "Age 33 on 1 June 2026 (born 12 October 1992)"
    )
    assert "at the start of the plan year (born 12 October 1992)" in now(age_convention="plan_year")
    assert "Age" not in now(age_from=0, age_to=151)


@pytest.mark.parametrize(
    ("paying", "rule"),
    [
        (1, "this plan charges the oldest child only"),
        (3, "this plan charges the 3 oldest children only"),
        (0, "children are free under this plan"),
        (None, "older children pay, this one does not"),
    ],
)
def test_a_free_child_says_its_rank_and_the_rule(paying: int | None, rule: str) -> None:
    child = HUGO | FREE | {"paying_children": paying, "child_rank": 4}
    assert now(**child) == f"Free: child no. 4 by date of birth ({rule}), level Confort, whole month: €0.00."


def test_portability_and_family_price_say_why_nothing_is_charged() -> None:
    assert now(status="portability", amount_cents=0).startswith(
        "Free cover after leaving the company (portability)"
    )
    assert now(status="carried", amount_cents=0).startswith("Covered by the family price")
    assert now("fr", status="portability", amount_cents=0).startswith("Couverture gratuite après le départ")


def test_a_family_price_names_the_size_of_the_family() -> None:
    assert now(tier="duo").startswith("Family price for two persons, ")
    assert now("fr", tier="famille").startswith("Tarif famille pour trois personnes ou plus, ")


def test_a_share_of_the_ceiling_is_told_with_the_ceiling_where_it_is_known() -> None:
    assert now(price=7_249, **PMSS) == (
        "Level Confort, price 1.81% of the monthly Social Security ceiling (PMSS), in force since January "
        "2026, whole month: €72.49."
    )
    assert f"tarif 1,81{NB}% du plafond" in now("fr", price=7_249, **PMSS, pmss_cents=400_500)
    assert f"(PMSS) de 4{NB}005,00{NB}€" in now("fr", price=7_249, **PMSS, pmss_cents=400_500)


def test_an_age_curve_is_told_as_base_price_times_factor() -> None:
    curve = {"unit": "curve", "line_amount_cents": 30_000, "line_rate_ppm": 1_004_000}
    assert "price €300.00 × age factor 1.004" in now(price=30_120, **curve)


@pytest.mark.parametrize(
    ("proration", "covered", "billed", "days"),
    [
        (
            "month_if_covered_on_first",
            12,
            30,
            "covered on the 1st (12 of 30 days), so the whole month is due: €54.60",
        ),
        ("month_if_covered_on_first", 12, 0, "but not on the 1st, so nothing is due: 0/30 × €54.60 = €0.00"),
        ("departure_month_due", 12, 30, "due to its end: 12 days covered, 30 of 30 days charged: €54.60"),
        ("days", 12, 10, "12 days covered, 10 of 30 days charged: 10/30 × €54.60 = €18.20"),
    ],
)
def test_the_charged_days_are_told_by_the_plans_convention(
    proration: str, covered: int, billed: int, days: str
) -> None:
    assert now(days=covered, billed_days=billed, proration=proration).endswith(days + ".")


def test_a_tax_added_on_top_is_part_of_the_sum() -> None:
    assert now(amount_cents=6_185, tax_cents=725).endswith("whole month: €54.60 + tax €7.25 = €61.85.")


def test_a_sum_that_does_not_give_the_amount_is_not_claimed() -> None:
    assert now(amount_cents=5_461).endswith("€54.60, charged €54.61.")


def test_an_adjustment_tells_before_and_after_and_what_changed() -> None:
    assert corrected(state(APRIL), state(APRIL, 5_785, days=12, age=36, age_from=36, age_to=37)) == (
        "€54.60 → €23.14: age used 34 → 36; price €54.60 → €57.85; days covered 30 → 12; now age 36 in 2026 "
        "(born 1992), level Confort, price in force since January 2026, 12 of 30 days: "
        "12/30 × €57.85 = €23.14."
    )


def test_a_departure_says_that_nothing_is_due() -> None:
    sentence = corrected(state(MAY), gone(state(MAY)), "fr")
    assert sentence == f"54,60{NB}€ → 0,00{NB}€{NB}: plus de couverture en mai 2026{NB}: rien n’est dû."


def test_news_about_a_past_month_says_it_was_not_invoiced() -> None:
    assert now(month=MAY).startswith("Not invoiced until now; age 34")


def test_a_child_who_pays_now_tells_both_ranks() -> None:
    free = state(MAY, 2_410, **(HUGO | FREE), child_rank=2)
    pays = state(MAY, 2_410, **HUGO, child_rank=1)
    (sentence,) = told(chain(free, gone(free), settled=1), chain(pays))
    assert sentence.startswith(
        "€0.00 → €24.10: cover free child → charged; child no. 2 → 1; now child no. 1, "
    )


def test_only_the_employers_part_changed() -> None:
    sentence = corrected(state(MAY, employer_cents=2_730), state(MAY, employer_cents=3_276))
    assert "employer's part €27.30 → €32.76" in sentence


def test_a_change_without_a_visible_cause_says_so() -> None:
    assert "the calculation was corrected" in corrected(state(MAY, amount_cents=5_461), state(MAY))


def test_one_day_is_singular_in_french() -> None:
    day = {"first_day": date(2026, 6, 30), "last_day": date(2026, 6, 30)}
    assert "1 jour sur 30, le 30 juin 2026" in now("fr", days=1, **day)


@pytest.mark.parametrize(
    ("english", "french"), [(EN, FR), (words.EN, words.FR)], ids=["invoices", "all papers"]
)
def test_both_languages_have_the_same_words_and_blanks(
    english: dict[str, str], french: dict[str, str]
) -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert english.keys() == french.keys()
    assert [blanks(english[key]) for key in english] == [blanks(french[key]) for key in english]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'de' is not spoken here: choose one of en, fr"):
        Voice("de", "EUR")


@pytest.mark.parametrize(
    ("cents", "currency", "english", "french"),
    [
        (123_456, "EUR", "€1,234.56", f"1{NB}234,56{NB}€"),
        (-5, "EUR", "−€0.05", f"−0,05{NB}€"),
        (0, "USD", "$0.00", f"0,00{NB}$"),
        (100_000_000, "CHF", f"CHF{NB}1,000,000.00", f"1{NB}000{NB}000,00{NB}CHF"),
    ],
)
def test_amounts_are_written_as_each_language_does(
    cents: int, currency: str, english: str, french: str
) -> None:
    assert figures.amount_text(cents, currency, "en") == english
    assert figures.amount_text(cents, currency, "fr") == french


def test_small_figures() -> None:
    assert figures.plain_amount(-123_405) == "-1234.05"
    assert figures.percent_text(100_000, "en") == "10%"
    assert figures.factor_text(1_500_000, "fr") == "1,5"
    assert figures.day_text(date(2026, 8, 1), "fr") == "1er août 2026"
