"""Every day has exactly one value: the check agrees with a walk through the calendar."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from avenant.core.periods import add_months
from avenant.core.rulebook.contents import Written
from avenant.core.rulebook.dates import date_findings, first_unknown_day, periods_of

FLOOR = date(2020, 1, 1)
MONTHS = [add_months(FLOOR, months) for months in range(40)]


def written(start: int, length: int | None) -> Written:
    end = None if length is None else add_months(FLOOR, start + length)
    return Written(add_months(FLOOR, start), end, "source", "file.yaml", start + 1)


SERIES = st.lists(
    st.builds(written, st.integers(0, 24), st.one_of(st.none(), st.integers(1, 12))), min_size=1, max_size=5
)


def answers_on(day: date, series: list[Written]) -> int:
    """How many values say that they count on ``day``, read one by one."""
    count = 0
    for value in series:
        later = [other.valid_from for other in series if other.valid_from > value.valid_from]
        end = value.stated_end or min(later, default=date.max)
        count += value.valid_from <= day < end
    return count


@given(SERIES)
def test_a_clean_series_answers_exactly_once_from_its_floor_to_its_last_value(series: list[Written]) -> None:
    first, last = min(v.valid_from for v in series), max(v.valid_from for v in series)
    answers = [answers_on(month, series) for month in MONTHS if first <= month <= last]
    assert (date_findings(series, "the price") == []) == all(count == 1 for count in answers)


@given(SERIES)
def test_the_first_unknown_day_is_the_first_without_an_answer(series: list[Written]) -> None:
    if date_findings(series, "the price"):
        return
    unknown = [month for month in MONTHS[:36] if answers_on(month, series) == 0]
    assert first_unknown_day(series, FLOOR, MONTHS[36]) == min(unknown, default=None)


@given(SERIES, st.randoms())
def test_the_order_of_writing_means_nothing(series: list[Written], random) -> None:
    shuffled = random.sample(series, len(series))
    clean = date_findings(series, "the price") == []
    assert (date_findings(shuffled, "the price") == []) == clean
    if clean:
        assert periods_of(shuffled) == periods_of(series)


def test_a_value_holds_until_the_next_begins() -> None:
    first, second = written(0, None), written(12, None)
    assert periods_of([second, first]) == [(first, date(2021, 1, 1)), (second, None)]


def test_below_the_first_known_date_nobody_guesses() -> None:
    assert first_unknown_day([written(12, None)], FLOOR, None) == FLOOR
