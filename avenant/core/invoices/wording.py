"""Why an amount is what it is, as a sentence a person can check with a pocket calculator.

Example of a new amount and of an adjustment, in English:

    Age 34 in 2026 (born 1992), level Confort, 12 of 30 days: 12/30 × €54.60 = €21.84.
    €54.60 → €21.84: days covered 30 → 12; now age 34 in 2026 (born 1992), ...: 12/30 × €54.60 = €21.84.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from avenant.core.frames.invoices import EXPLANATION
from avenant.core.invoices.words import WORDS
from avenant.core.money import round_half_up_div
from avenant.core.wording.figures import day_text, factor_text, month_text, percent_text
from avenant.core.wording.voice import Voice as AnyVoice

Row = Mapping[str, Any]
ANY_AGE = (0, 151)
FAMILY_TIERS = ("isole", "duo", "famille")
COMPARED = (
    "status",
    "plan",
    "level",
    "tier",
    "age",
    "child_rank",
    "unit_price_cents",
    "covered_days",
    "billed_days",
)
COMPARED_WHEN_EQUAL = ("employer_cents", "tax_cents")


class Voice(AnyVoice):
    """The language and the currency in which an invoice speaks its own words."""

    __slots__ = ()
    words = WORDS


def why(row: Row, voice: Voice) -> str:
    """The whole reason of one invoice line: its change of amount, if it has one, and its explanation.

    In: a row of the frame of `invoice_lines`, as a dict. Out: one sentence.
    """
    change = amount_change(row, voice)
    if change is None:
        return explanation(row, voice)
    told = explanation(row, voice)
    return f"{change[0]} → {change[1]}{voice.say('colon')}{told[:1].lower()}{told[1:]}"


def amount_change(row: Row, voice: Voice) -> tuple[str, str] | None:
    """What was invoiced for this month until now and what is right; None where nothing was invoiced."""
    before, after = side(row, "before"), side(row, "after")
    if row["section"] == "current" or before is None:
        return None
    return voice.amount(before["amount_cents"]), voice.amount(after["amount_cents"] if after else 0)


def explanation(row: Row, voice: Voice) -> str:
    """The reason of one invoice line without its change of amount: what changed, then how it is computed."""
    before, after = side(row, "before"), side(row, "after")
    if row["section"] == "current" and after is not None:
        return _sentence(_reason(row, after, voice))
    if after is None or _is_nothing(after):
        return _sentence(voice.say("gone", month=month_text(row["month"], voice.language)))
    if before is None or _is_nothing(before):
        return _sentence(voice.say("not_before") + voice.say("semicolon") + _reason(row, after, voice))
    changes = _changes(before, after, voice)
    now = f"{voice.say('now')} {_reason(row, after, voice)}"
    return _sentence(voice.say("semicolon").join([*changes, now]))


def side(row: Row, name: str) -> dict[str, Any] | None:
    """The explanation on one side of a line (`before` or `after`), or None where there is none."""
    if row[f"{name}_amount_cents"] is None:
        return None
    return {column: row[f"{name}_{column}"] for column in EXPLANATION}


def _is_nothing(told: Row) -> bool:
    """A last charge of 0 without a covered day: the reason to exist has gone."""
    return bool(told["covered_days"] == 0 and told["amount_cents"] == 0)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _reason(row: Row, told: Row, voice: Voice) -> str:
    """Who, level, price and days, then the sum: `level Confort, 12 of 30 days: 12/30 × ... = ...`."""
    if told["status"] != "pays":
        clauses = [_free_clause(told, voice), voice.say("level", level=told["level"])]
        return (
            ", ".join([*clauses, *_days(row, told, voice)])
            + voice.say("colon")
            + voice.amount(told["amount_cents"])
        )
    clauses = [*_person(row, told, voice), voice.say("level", level=told["level"])]
    clauses += [*_price(told, voice), *_days(row, told, voice)]
    return ", ".join(clauses) + voice.say("colon") + _sum(row, told, voice)


def _person(row: Row, told: Row, voice: Voice) -> list[str]:
    """What the price depends on: family size, the child's rank, the age where prices differ by age."""
    clauses = [voice.say(f"tier_{told['tier']}")] if told["tier"] in FAMILY_TIERS else []
    if told["child_rank"] > 0:
        clauses.append(voice.say("child_pays", rank=told["child_rank"]))
    if _is_priced_by_age(told):
        clauses.append(_age(row, told, voice))
    return clauses


def _is_priced_by_age(told: Row) -> bool:
    return told["age_from"] is not None and (told["age_from"], told["age_to"]) != ANY_AGE


def _age(row: Row, told: Row, voice: Voice) -> str:
    born = row["birth_date"]
    return voice.say(
        f"age_{told['age_convention']}",
        age=told["age"],
        year=row["month"].year,
        day=day_text(row["month"], voice.language),
        birth_year=born.year,
        birth_day=day_text(born, voice.language),
    )


def _free_clause(told: Row, voice: Voice) -> str:
    """Why nothing is charged: the child's rank and the plan's rule, portability, or the family price."""
    if told["status"] != "free":
        return voice.say(told["status"])
    ranked = "free_ranked" if told["child_rank"] > 0 else "free_unranked"
    paying = {None: "paying_unsaid", 0: "paying_none", 1: "paying_one"}.get(
        told["paying_children"], "paying_many"
    )
    rule = voice.say(paying, count=told["paying_children"])
    return f"{voice.say(ranked, rank=told['child_rank'])} ({rule})"


def _price(told: Row, voice: Voice) -> list[str]:
    """How the price of a whole month comes about, and since when it is in force."""
    clauses = []
    if told["unit"] == "pmss":
        rate = percent_text(told["line_rate_ppm"], voice.language)
        ceiling = told["pmss_cents"]
        known = "price_pmss" if ceiling is None else "price_pmss_of"
        clauses.append(voice.say(known, rate=rate, ceiling=voice.amount(ceiling or 0)))
    if told["unit"] == "curve":
        factor = factor_text(told["line_rate_ppm"], voice.language)
        clauses.append(voice.say("price_curve", base=voice.amount(told["line_amount_cents"]), factor=factor))
    if told["line_valid_from"] is not None:
        since = month_text(told["line_valid_from"], voice.language)
        clauses.append(voice.say("since" if clauses else "price_since", since=since))
    return clauses


def _days(row: Row, told: Row, voice: Voice) -> list[str]:
    """The covered days, and what the plan's convention made of them; the dates where they are known."""
    blanks = {"covered": told["covered_days"], "billed": told["billed_days"], "month": row["days_in_month"]}
    clauses = [voice.say(_days_case(row, told), **blanks)]
    first, last = told["first_day"], told["last_day"]
    if first is not None and last is not None and told["covered_days"] < row["days_in_month"]:
        until = day_text(last, voice.language)
        start = day_text(first, voice.language).split(" ")[0]
        clauses.append(voice.say("one_day" if first == last else "from_to", first=start, last=until))
    return clauses


def _days_case(row: Row, told: Row) -> str:
    covered, billed, month = told["covered_days"], told["billed_days"], row["days_in_month"]
    if told["status"] != "pays" or covered == billed:
        part = "days_part_one" if covered == 1 else "days_part"
        return "days_whole" if covered == month else part
    if told["proration"] == "month_if_covered_on_first" and billed in (0, month):
        return "days_first_due" if billed else "days_first_free"
    if told["proration"] == "departure_month_due" and billed > covered:
        return "days_departure"
    return "days_other"


def _sum(row: Row, told: Row, voice: Voice) -> str:
    """Price, share of the month, tax on top: the amount; a sum that does not fit is not claimed."""
    month, billed, amount = row["days_in_month"], told["billed_days"], told["amount_cents"]
    result = round_half_up_div(told["unit_price_cents"] * billed, month)
    price = voice.amount(told["unit_price_cents"])
    form = "sum_whole" if billed == month else "sum_part"
    text = voice.say(form, price=price, billed=billed, month=month, result=voice.amount(result))
    if amount == result:
        return text
    if amount == result + told["tax_cents"]:
        return voice.say(
            "sum_tax", sum=text, tax=voice.amount(told["tax_cents"]), amount=voice.amount(amount)
        )
    return voice.say("sum_charged", sum=text, amount=voice.amount(amount))


def _changes(before: Row, after: Row, voice: Voice) -> list[str]:
    """Each explaining value that changed, as `days covered 30 → 12`."""
    same_amount = before["amount_cents"] == after["amount_cents"]
    names = COMPARED + (COMPARED_WHEN_EQUAL if same_amount else ())
    moved = [name for name in names if before[name] != after[name] and _is_told(name, before, after)]
    if not moved:
        return [voice.say("unlisted_change")]
    return [
        voice.say(
            "changed",
            name=voice.say(f"name_{name}"),
            before=_value(name, before[name], voice),
            after=_value(name, after[name], voice),
        )
        for name in moved
    ]


def _is_told(name: str, before: Row, after: Row) -> bool:
    """Leave out what another change already says."""
    if name == "billed_days":
        return any(told["billed_days"] != told["covered_days"] for told in (before, after))
    if name == "age":
        return any(_is_priced_by_age(told) for told in (before, after))
    if name == "child_rank":
        return all(told["child_rank"] > 0 for told in (before, after))
    return True


def _value(name: str, value: Any, voice: Voice) -> str:
    if name.endswith("_cents"):
        return voice.amount(value)
    if name == "status":
        return voice.say(f"status_{value}")
    if name == "tier":
        return voice.say(f"tier_name_{value}")
    return str(value)
