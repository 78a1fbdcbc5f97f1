"""The phrases of guarantee tables, read and written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.rulebook.care_contents import Pays
from avenant.core.rulebook.care_list import limit_phrase, phrase
from avenant.core.rulebook.care_words import limit, pays
from avenant.core.rulebook.values import Unreadable


def test_a_percentage_a_sum_and_a_share_of_the_ceiling_are_read() -> None:
    assert pays("130 % BR") == Pays(rate_ppm=1_300_000)
    assert pays("400 % BR + 200 EUR") == Pays(rate_ppm=4_000_000, flat_cents=20_000)
    assert pays("1.5 % PMSS per day") == Pays(pmss_ppm=15_000, per="day")
    assert pays("45.50 EUR per unit") == Pays(flat_cents=4_550, per="session")


def test_the_three_words_are_read() -> None:
    assert pays("real cost") == Pays(real_cost=True)
    assert pays("price limit") == Pays(price_limit=True)
    assert pays("nothing") is None


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("130 %", "seen “130 %” where a guarantee belongs"),
        ("130 BR", "seen “130 BR”"),
        ("100 % BR + 50 % BR", "% BR stands twice"),
        ("45 EUR per night", "seen per “night”"),
        ("-10 EUR", "where a guarantee belongs"),
        ("1.234 EUR", "too many decimals"),
        ("free", "where a guarantee belongs"),
        (130, "seen “130”"),
        (None, "seen nothing"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(written: object, seen: str) -> None:
    with pytest.raises(Unreadable, match=seen) as refused:
        pays(written)
    assert refused.value.remedy


def test_a_sum_over_time_is_money_a_share_of_the_ceiling_or_both() -> None:
    assert limit("200 EUR") == (20_000, None)
    assert limit("5 % PMSS") == (None, 50_000)
    assert limit(["200 EUR", "5 % PMSS"]) == (20_000, 50_000)
    for wrong in ("5 % BR", ["1 EUR", "2 EUR"], 200, "200 EUR + 5 % PMSS"):
        with pytest.raises(Unreadable, match="where a"):
            limit(wrong)


FORMS = st.builds(
    Pays,
    rate_ppm=st.none() | st.integers(0, 600).map(lambda percent: percent * 10_000),
    flat_cents=st.none() | st.integers(0, 300_000),
    pmss_ppm=st.none() | st.integers(0, 400).map(lambda tenths: tenths * 1_000),
    per=st.sampled_from(["act", "day", "session"]),
    basis=st.just("total"),
).filter(lambda found: (found.rate_ppm, found.flat_cents, found.pmss_ppm) != (None, None, None))


@given(FORMS | st.just(Pays(real_cost=True)) | st.just(Pays(price_limit=True)))
def test_a_guarantee_reads_back_as_it_is_shown(guarantee: Pays) -> None:
    shown = {name: getattr(guarantee, name) for name in Pays.__slots__} | {"basis": "total"}
    read = pays(phrase(shown))
    assert read is not None
    assert {name: getattr(read, name) for name in Pays.__slots__} | {"basis": "total"} == shown


def test_a_limit_over_time_is_shown_in_words() -> None:
    line = {"max_count": 6, "max_cents": 25_000, "pmss_ppm": None, "scope": "member"}
    assert limit_phrase({**line, "period": "calendar_year", "months": None}) == (
        "6 and 250.00 EUR a calendar year"
    )
    ear = {"max_count": 1, "max_cents": None, "pmss_ppm": None, "scope": "location"}
    assert limit_phrase({**ear, "period": "window", "months": 48}) == "1 in 48 months, per location"
