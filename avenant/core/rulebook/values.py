"""Reading one written value: money, percent, factor, month, age band. Decimal throughout, never float sums.

Example: ``54.60`` is 5_460 cents, ``1.81`` % is 18_100 ppm, the factor ``1.004`` is 1_004_000 ppm, the band
``0-17`` is ages 0 up to, not including, 18.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from avenant.core.frames.rulebook import AGES
from avenant.core.money import PPM
from avenant.core.periods import add_months, day_after, month_end

BAND = re.compile(r"^(\d{1,3})(?:\s*-\s*(\d{1,3})|\s*(\+))?$")
MONTH = re.compile(r"^(\d{4})-(\d{2})$")
CODE = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")


class Unreadable(ValueError):
    """A value that is not what its place needs: ``message`` says what was seen, ``remedy`` what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}. {remedy}")


def decimal_number(value: object) -> Decimal:
    """The number as it was written. A float is taken by its shortest text, which is what its author wrote."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Unreadable(f"seen {shown(value)} where a number belongs", "write a number such as 54.60")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unreadable(
            f"seen {shown(value)} where a number belongs", "write a number such as 54.60"
        ) from None
    if not number.is_finite():
        raise Unreadable(f"seen {shown(value)} where a number belongs", "write a number such as 54.60")
    return number


def _scaled(value: object, scale: int, what: str, remedy: str) -> int:
    number = decimal_number(value)
    if number < 0:
        raise Unreadable(f"{what} is negative: {shown(value)}", "write 0 or a positive number")
    scaled = number * scale
    if scaled != scaled.to_integral_value():
        raise Unreadable(f"{what} has too many decimals: {shown(value)}", remedy)
    return int(scaled)


def cents(value: object) -> int:
    """An amount of money in cents; at most two decimals, never negative."""
    return _scaled(value, 100, "the price", "write at most two decimals, such as 54.60")


def percent_ppm(value: object) -> int:
    """A percentage (``13.27`` or ``13.27 %``) in ppm; at most four decimals, never negative."""
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
    return _scaled(value, PPM // 100, "the percentage", "write at most four decimals, such as 13.27")


def share_ppm(value: object) -> int:
    """A percentage of a whole, 0 to 100 %, in ppm."""
    ppm = percent_ppm(value)
    if ppm > PPM:
        raise Unreadable(f"the rate is above 100 %: {shown(value)}", "write a percentage from 0 to 100")
    return ppm


def factor_ppm(value: object) -> int:
    """A factor (``1.004``) in ppm; at most six decimals, never negative."""
    return _scaled(value, PPM, "the factor", "write at most six decimals, such as 1.004")


def whole(value: object) -> int:
    """A whole number, 0 or more."""
    return _scaled(value, 1, "the number", "write a whole number such as 12")


def text(value: object) -> str:
    """A text of at least one character."""
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"seen {shown(value)} where a text belongs", "write a few words, in quotes")
    return value.strip()


def code(value: object) -> str:
    """A short name that frames and books use: lower-case letters, digits, dashes."""
    if not isinstance(value, str) or not CODE.match(value):
        remedy = "write lower-case letters, digits and dashes, such as family-basic"
        raise Unreadable(f"seen {shown(value)} where a short name belongs", remedy)
    return value


def currency(value: object) -> str:
    """A three-letter currency code whose unit has 100 cents."""
    if not isinstance(value, str) or not re.match(r"^[A-Z]{3}$", value):
        raise Unreadable(
            f"seen {shown(value)} where a currency belongs", "write its three letters, such as EUR"
        )
    return value


def _day(value: object) -> date | None:
    """A date, or None for a month such as 2026-12."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return None if MONTH.match(str(value)) else date.fromisoformat(str(value))
    except ValueError:
        remedy = "write a date such as 2026-01-01"
        raise Unreadable(f"seen {shown(value)} where a date belongs", remedy) from None


def _month(value: object) -> date:
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        raise Unreadable(f"there is no month {shown(value)}", "write a month such as 2026-12") from None


def first_day(value: object) -> date:
    """The first day on which a value counts: any date, or a month for its first day."""
    return _day(value) or _month(value)


def first_of_month(value: object) -> date:
    """The first day on which a price counts: prices change on the first of a month only."""
    day = first_day(value)
    if day.day != 1:
        earlier, later = day.replace(day=1), add_months(day, 1)
        remedy = f"prices and rates change on the first of a month: write {earlier} or {later}"
        raise Unreadable(f"{day} is not the first of a month", remedy)
    return day


def end_after_day(value: object) -> date:
    """The exclusive end after a written last day, or after the last day of a written month."""
    return day_after(_day(value) or month_end(_month(value)))


def end_after_month(value: object) -> date:
    """The same where only whole months count: the last day must end its month."""
    end = end_after_day(value)
    if end.day != 1:
        remedy = "prices and rates hold for whole months: write a month such as 2026-12, or its last day"
        raise Unreadable(f"the last day {shown(value)} is not the end of a month", remedy)
    return end


def age_band(key: object) -> tuple[int, int]:
    """The ages that a row of a table is for, the upper one exclusive: ``34``, ``0-17`` or ``60+``."""
    found = BAND.match(str(key).strip()) if isinstance(key, int | str) else None
    if not found:
        raise Unreadable(f"seen {shown(key)} where ages belong", 'write ages such as 34, "0-17" or "60+"')
    first = int(found[1])
    last = AGES - 1 if found[3] else int(found[2] or found[1])
    if last < first or last >= AGES:
        remedy = f"write the lower age first; ages end at {AGES - 1}"
        raise Unreadable(f"the ages {shown(key)} cannot be", remedy)
    return first, last + 1


def shown(value: object) -> str:
    """A value as an error message quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a table of values" if isinstance(value, dict) else "a list"
    written = str(value)
    return f"“{written[:57]}…”" if len(written) > 60 else f"“{written}”"
