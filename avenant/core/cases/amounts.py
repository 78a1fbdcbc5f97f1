"""Amounts as a case file writes them: sums whose terms may be a share of something.

30.00                     3_000 cents
30.00 + 15.00             4_500 cents
30.00 x 14/31             1_355 cents: the term is rounded once, half-up, like a premium
- 30.00 + 30.00 x 14/31   -1_645 cents
3925.00 x 1.81%           7_104 cents
"""

import re

from avenant.core.money import round_half_up_div

_NUMBER = r"\d[\d_]*(?:\.\d{1,2})?"
_SHARE = r"\d+/\d+|\d+(?:\.\d{1,4})?%|\d+(?:\.\d{1,6})?"
TERM = rf"{_NUMBER}(?:\s*x\s*(?:{_SHARE}))*"
AMOUNT_PATTERN = rf"^\s*[+-]?\s*{TERM}(?:\s*[+-]\s*{TERM})*\s*$"
"""What an amount looks like; the same pattern stands in the published schema."""

RATE_PATTERN = r"^\d{1,3}(?:\.\d{1,4})?%$"

_SIGNED_TERM = re.compile(rf"([+-]?)\s*({TERM})")
_AMOUNT = re.compile(AMOUNT_PATTERN)


def cents_of(text: str) -> int:
    """The cents that ``text`` stands for (see the module's examples).

    Errors: ``ValueError`` when the text is not a sum of amounts.
    """
    if not _AMOUNT.match(text):
        raise ValueError(
            f"{text!r} is not an amount. Write euros and cents, such as 21.84, or a sum such as "
            "30.00 + 30.00 x 14/31."
        )
    return sum(_term_cents(sign, term) for sign, term in _SIGNED_TERM.findall(text))


def ppm_of(text: str) -> int:
    """The rate that ``text`` stands for, in millionths: 70% is 700_000.

    Errors: ``ValueError`` when the text is not a percentage.
    """
    if not re.match(RATE_PATTERN, text):
        raise ValueError(f"{text!r} is not a rate. Write a percentage, such as 70%.")
    above, below = _fraction(text)
    return above * 1_000_000 // below


def _term_cents(sign: str, term: str) -> int:
    first, *shares = re.split(r"\s*x\s*", term.strip())
    numerator, denominator = _fraction(first)
    numerator *= 100
    for share in shares:
        above, below = _fraction(share)
        numerator, denominator = numerator * above, denominator * below
    cents = round_half_up_div(numerator, denominator)
    return -cents if sign == "-" else cents


def _fraction(text: str) -> tuple[int, int]:
    """A number, a percentage or a fraction as numerator and denominator, both exact."""
    if "/" in text:
        above, below = text.split("/")
        return int(above), int(below)
    percent = text.endswith("%")
    whole, _, decimals = text.rstrip("%").replace("_", "").partition(".")
    below = 10 ** len(decimals) * (100 if percent else 1)
    return int(whole + decimals), below
