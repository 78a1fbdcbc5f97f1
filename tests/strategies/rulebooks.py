"""Hypothesis strategy for rulebooks: every age convention, proration, price structure, unit and tax mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product

import polars as pl
from hypothesis import strategies as st

PLANS = {
    "plan": pl.String,
    "currency": pl.String,
    "cycle": pl.String,
    "age_convention": pl.String,
    "plan_year_month": pl.Int32,
    "proration": pl.String,
    "paying_children": pl.Int32,
    "child_age_limit": pl.Int32,
    "tax_code": pl.String,
    "tax_mode": pl.String,
    "retro_months": pl.Int32,
    "portability_max_months": pl.Int32,
}
PRICE_LINES = {
    "line_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "component": pl.String,
    "structure": pl.String,
    "tier": pl.String,
    "age_from": pl.Int32,
    "age_to": pl.Int32,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "unit": pl.String,
    "amount_cents": pl.Int64,
    "rate_ppm": pl.Int64,
    "content_key": pl.String,
    "source": pl.String,
    "file": pl.String,
    "line": pl.Int32,
}
RATES = {
    "plan": pl.String,
    "kind": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "rate_ppm": pl.Int64,
    "source": pl.String,
}
PARAMETERS = {
    "parameter": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "value": pl.Int64,
    "source": pl.String,
}
SLOTS = {
    "slot_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "component": pl.String,
    "tier": pl.String,
    "status": pl.String,
}
LEVELS = ["base", "plus"]
TIERS = {"per_person": ["primary", "partner", "child"], "family": ["isole", "duo", "famille"]}
BEGINNING = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class RulebookFrames:
    """The frames of a rulebook, as the pricing rules read them."""

    plans: pl.DataFrame
    price_lines: pl.DataFrame
    rates: pl.DataFrame
    parameters: pl.DataFrame
    version: str = "0123456789abcdef"


validities = st.sampled_from([[], [date(2024, 2, 1)], [date(2024, 1, 1), date(2024, 3, 1)]])
age_bands = st.sampled_from([[0, 151], [0, 151], [0, 18, 151], [0, 1, 20, 21, 45, 151]])
shares_ppm = st.one_of(st.just(500_000), st.integers(0, 500_000))


@st.composite
def rulebooks(draw: st.DrawFn) -> tuple[RulebookFrames, pl.DataFrame]:
    """A rulebook of one or two plans with two levels each, and the slots its publication would assign."""
    names = draw(st.sampled_from([["alpha"], ["alpha", "beta"]]))
    plans = [draw(plan_rows(name)) for name in names]
    components: list[tuple[str, str, str, str]] = []
    for name, level in product(names, LEVELS):
        for component in draw(st.sampled_from([["care"], ["care", "option"]])):
            structure = draw(st.sampled_from(["per_person", "per_person", "family"]))
            components.append((name, level, component, structure))
    lines = [line for component in components for line in draw(component_lines(*component))]
    if draw(st.integers(0, 9)) == 0:
        del lines[draw(st.integers(0, len(lines) - 1))]
    for number, line in enumerate(lines, start=1):
        line["line_id"] = line["line"] = number
    rates = [rate for plan in plans for rate in draw(plan_rates(plan))]
    parameters = [
        ("pmss_cents", BEGINNING, date(2024, 1, 1), 366_600, "order of 2022"),
        ("pmss_cents", date(2024, 1, 1), None, 386_400, "order of 2023"),
    ]
    frames = RulebookFrames(
        plans=pl.DataFrame(plans, PLANS),
        price_lines=pl.DataFrame(lines, PRICE_LINES),
        rates=pl.DataFrame(rates, RATES, orient="row"),
        parameters=pl.DataFrame(parameters, PARAMETERS, orient="row"),
    )
    return frames, published_slots(components)


@st.composite
def plan_rows(draw: st.DrawFn, name: str) -> dict[str, object]:
    """One plan with any mix of conventions."""
    tax_mode = draw(st.sampled_from(["none", "included", "added"]))
    return {
        "plan": name,
        "currency": "EUR",
        "cycle": "advance",
        "age_convention": draw(st.sampled_from(["calendar_year", "last_birthday", "plan_year"])),
        "plan_year_month": draw(st.sampled_from([1, 2, 3, 9])),
        "proration": draw(st.sampled_from(["days", "month_if_covered_on_first", "departure_month_due"])),
        "paying_children": draw(st.sampled_from([None, 0, 1, 2, 3])),
        "child_age_limit": draw(st.sampled_from([None, 18, 20, 21])),
        "tax_code": None if tax_mode == "none" else "TSA",
        "tax_mode": tax_mode,
        "retro_months": None,
        "portability_max_months": draw(st.sampled_from([None, 12, 2, 1, 1])),
    }


@st.composite
def component_lines(
    draw: st.DrawFn, plan: str, level: str, component: str, structure: str
) -> list[dict[str, object]]:
    """The price lines of one component: every tier, every age, every month from 2020 on."""
    starts = [BEGINNING, *draw(validities)]
    lines: list[dict[str, object]] = []
    for tier in TIERS[structure]:
        bands = draw(age_bands)
        for valid_from, valid_to in zip(starts, [*starts[1:], None], strict=True):
            unit = draw(st.sampled_from(["cents", "pmss", "curve"]))
            factor = draw(st.sampled_from([1_004_001, 1_500_000]))
            for age_from, age_to in pairwise(bands):
                line = {
                    "plan": plan,
                    "level": level,
                    "component": component,
                    "structure": structure,
                    "tier": tier,
                    "age_from": age_from,
                    "age_to": age_to,
                    "valid_from": valid_from,
                    "valid_to": valid_to,
                    "unit": unit,
                    "amount_cents": None if unit == "pmss" else draw(st.integers(0, 20_000)),
                    "rate_ppm": {"cents": None, "pmss": 18_100, "curve": factor}[unit],
                    "source": "a generated source",
                    "file": "generated.yaml",
                }
                explained = [
                    value for key, value in line.items() if key not in ("valid_to", "source", "file")
                ]
                lines.append(line | {"content_key": "|".join(map(str, explained))})
    return lines


@st.composite
def plan_rates(draw: st.DrawFn, plan: dict[str, object]) -> list[tuple[object, ...]]:
    """Perhaps an employer share; always a tax rate where the plan has a tax; each may change in February."""
    kinds = ["employer_share"] * draw(st.integers(0, 1)) + ["tax"] * (plan["tax_mode"] != "none")
    rates: list[tuple[object, ...]] = []
    for kind in kinds:
        starts = draw(st.sampled_from([[BEGINNING], [BEGINNING, date(2024, 2, 1)]]))
        for valid_from, valid_to in zip(starts, [*starts[1:], None], strict=True):
            rates.append((plan["plan"], kind, valid_from, valid_to, draw(shares_ppm), "a generated source"))
    return rates


def published_slots(components: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    """Every slot that the components can ever need, numbered from 1."""
    slots = []
    for plan, level, component, structure in components:
        wanted = [(tier, status) for tier in TIERS[structure] for status in ("pays", "portability")]
        if structure == "per_person":
            wanted.append(("child", "free"))
        else:
            wanted += [("partner", "carried"), ("child", "carried")]
        slots += [(plan, level, component, tier, status) for tier, status in wanted]
    return pl.DataFrame([(i, *slot) for i, slot in enumerate(slots, start=1)], SLOTS, orient="row")
