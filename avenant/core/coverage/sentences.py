"""One premium entry explained in a sentence from its own columns, the same words as on the invoice.

Example: "Age 34 in 2026 (born 1992), level Confort, price in force since January 2026, 12 of 30 days, from 19 to
30 June 2026: 12/30 × €54.60 = €21.84; employer’s part €13.10, employee’s part €8.74."
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from avenant.core.coverage.terms import PlanTerms
from avenant.core.coverage.words import WORDS
from avenant.core.invoices import wording
from avenant.core.wording.figures import month_text
from avenant.core.wording.voice import Voice as AnyVoice

Row = Mapping[str, Any]
Stretch = tuple[date, date]
"""First and last covered day."""

OF_THE_ENTRY = (
    *("plan", "tier", "status", "amount_cents", "employer_cents", "tax_cents", "unit_price_cents"),
    *("covered_days", "billed_days", "age", "child_rank"),
)
LINE_PARTS = {"age_from": 5, "age_to": 6, "line_amount_cents": 9, "line_rate_ppm": 10}
LINE_VALID_FROM, LINE_UNIT = 7, 8


class Voice(AnyVoice):
    """The language and the currency in which coverage and billing are told."""

    __slots__ = ()
    words = WORDS


def premium_sentence(
    entry: Row, terms: PlanTerms, stretch: Stretch | None, language: str, currency: str
) -> str:
    """Why ``entry`` has its amount, as one sentence whose arithmetic gives exactly that amount.

    entry: the columns of the premium book with plan, level, component, tier, status, the member's birth_date and
    content_key (of the price line; null without one). terms: of its plan, under the rulebook of its run. stretch:
    the covered days where one stretch of cover explains them all. Errors: ValueError for an unknown language.
    """
    voice = Voice(language, currency)
    if entry["version"] % 2 == 0:
        taken = voice.say(
            "taken_back", version=entry["version"] - 1, amount=voice.amount(entry["amount_cents"])
        )
        return _sentence(taken)
    if entry["covered_days"] == 0 and entry["billed_days"] == 0 and entry["amount_cents"] == 0:
        return _sentence(_gone(entry, terms, voice))
    spoken = wording.explanation(_as_line(entry, terms, stretch), wording.Voice(language, currency))
    return voice.say("semicolon").join([spoken.removesuffix("."), *_parts(entry, terms, voice)]) + "."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _gone(entry: Row, terms: PlanTerms, voice: Voice) -> str:
    """A slot under which no day stands any more: its cover ended, or its days moved to another price."""
    named = wording.Voice(voice.language, voice.currency)
    return voice.say(
        "gone",
        month=month_text(entry["month"], voice.language),
        plan=terms.label("plan", entry["plan"]),
        level=terms.label("level", entry["level"]),
        tier=named.say(f"tier_name_{entry['tier']}"),
        status=named.say(f"status_{entry['status']}"),
        amount=voice.amount(0),
    )


def _as_line(entry: Row, terms: PlanTerms, stretch: Stretch | None) -> dict[str, Any]:
    """The entry as a line of an invoice that has just this."""
    month = entry["month"]
    first, last = stretch or (None, None)
    after = {name: entry[name] for name in OF_THE_ENTRY} | _line_parts(entry["content_key"], terms, month)
    after |= {
        "level": terms.label("level", entry["level"]),
        "proration": terms.proration,
        "age_convention": terms.age_convention,
        "paying_children": terms.paying_children,
        "first_day": first,
        "last_day": last,
    }
    line = {"section": "current", "month": month, "before_amount_cents": None}
    line |= {"birth_date": entry["birth_date"], "days_in_month": entry["days_in_month"]}
    return line | {f"after_{name}": value for name, value in after.items()}


def _line_parts(content_key: str | None, terms: PlanTerms, month: date) -> dict[str, Any]:
    """What the price line says of ages, unit and price; nothing where no price stands behind the amount."""
    parts = content_key.split("|") if content_key else []
    told: dict[str, Any] = {
        name: int(parts[at]) if parts and parts[at] else None for name, at in LINE_PARTS.items()
    }
    unit = parts[LINE_UNIT] if parts else None
    told["unit"] = unit
    told["line_valid_from"] = date.fromisoformat(parts[LINE_VALID_FROM]) if parts else None
    told["pmss_cents"] = terms.ceiling_cents(month) if unit == "pmss" else None
    return told


def _parts(entry: Row, terms: PlanTerms, voice: Voice) -> list[str]:
    """Who bears the amount, and the tax that the price contains (a tax added on top stands in the sum)."""
    amount, employer, tax = (entry[name] for name in ("amount_cents", "employer_cents", "tax_cents"))
    told = []
    if employer:
        parts = {"employer": voice.amount(employer), "employee": voice.amount(amount - employer)}
        told.append(voice.say("parts", **parts))
    if tax and terms.tax_mode == "included":
        told.append(voice.say("tax_within", code=terms.tax_code or "", tax=voice.amount(tax)))
    return told
