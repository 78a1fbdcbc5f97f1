"""Figures as people write them: amounts, rates, days and months, in French and in English.

Example: 123456 cents of EUR are `1 234,56 €` in French (no-break spaces) and `€1,234.56` in English;
-500 cents are `−5,00 €` and `−€5.00`, with a real minus.
"""

from __future__ import annotations

from datetime import date

LANGUAGES = ("en", "fr")
MINUS = "−"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
THOUSANDS = {"en": ",", "fr": "\u00a0"}
DECIMAL = {"en": ".", "fr": ","}
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
}


def amount_text(cents: int, currency: str, language: str) -> str:
    """`cents` (integer cents of `currency`, an ISO code) with its sign and currency, cents always shown."""
    units, rest = divmod(abs(cents), 100)
    whole = f"{units:,}".replace(",", THOUSANDS[language])
    figure = f"{whole}{DECIMAL[language]}{rest:02d}"
    sign = MINUS if cents < 0 else ""
    symbol = SYMBOLS.get(currency, currency)
    if language == "fr":
        return f"{sign}{figure}\u00a0{symbol}"
    gap = "" if currency in SYMBOLS else "\u00a0"
    return f"{sign}{symbol}{gap}{figure}"


def plain_amount(cents: int, decimal: str = ".") -> str:
    """`cents` as machines read it: `-1234.56`, no thousands, an ASCII minus."""
    units, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{units}{decimal}{rest:02d}"


def percent_text(rate_ppm: int, language: str) -> str:
    """A share in parts per million as a percentage without needless zeros: 18_100 is `1.81 %` / `1,81 %`."""
    gap = "\u00a0" if language == "fr" else ""
    return f"{_trimmed(rate_ppm, 4, language)}{gap}%"


def factor_text(rate_ppm: int, language: str) -> str:
    """A factor in parts per million without needless zeros: 1_004_000 is `1.004` / `1,004`."""
    return _trimmed(rate_ppm, 6, language)


def day_text(day: date, language: str) -> str:
    """A day in words: `14 March 2026`, `14 mars 2026`, `1er mars 2026`."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {month_text(day, language)}"


def month_text(month: date, language: str) -> str:
    """The month of a day in words: `March 2026`, `mars 2026`."""
    return f"{MONTHS[language][month.month - 1]} {month.year}"


def _trimmed(number: int, decimals: int, language: str) -> str:
    whole, rest = divmod(abs(number), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0")
    figure = f"{whole}{DECIMAL[language]}{fraction}" if fraction else str(whole)
    return (MINUS if number < 0 else "") + figure
