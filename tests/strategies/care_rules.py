"""Hypothesis strategy for the care side of a rulebook: every form of guarantee, tariffs that change, envelopes.

Plan ``plan`` is a responsible contract, plan ``free`` is not; both have levels ``one`` and ``two``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import strategies as st

from avenant.core.claims.model import CareTerms
from avenant.core.frames.care_rules import (
    CareActs,
    CareFamilies,
    CarePlans,
    EnvelopeFamilies,
    Envelopes,
    Guarantees,
    Tariffs,
)
from tests.core.claims.small_rules import ACTS, TARIFFS, care_rules, guarantee, parameters, tariff

Row = dict[str, Any]
PLANS = [("plan", True), ("free", False)]
LEVELS = ["one", "two"]
SINCE = date(2016, 1, 1)
CHANGES = [date(2024, 5, 15), date(2025, 3, 4)]
FAMILIES = sorted(set(ACTS.values()))
BASKETS = {
    "dental_prosthesis": ["no_rac", "controlled"],
    "optics_frame": ["class_a", "class_b"],
    "optics_lens": ["class_a", "class_b"],
    "hearing_aid": ["class_1", "class_2"],
}
LIMITED = tariff("CROWN", 12_000, price_limit_cents=44_000)
OTHER_TARIFFS = [
    LIMITED,
    tariff("M01", 900, date(2020, 1, 1), price_limit_cents=3_000),
    tariff("GHS", 60_000, date(2020, 1, 1), rate_ppm=800_000),
    tariff("BIG", 10_000, age_from=16),
    tariff("BIG", 8_000, age_to=16),
]
CODES = ACTS | {"M01": "optics_frame"}


@st.composite
def care_terms(draw: st.DrawFn) -> CareTerms:
    """Guarantees for most families, tariffs, up to three envelopes, and the parameters of the small rulebook."""
    lines = [line for plan, _ in PLANS for level in LEVELS for line in draw(guarantee_lines(plan, level))]
    for number, line in enumerate(lines, start=1):
        line |= {"line_id": number, "line": number, "content_key": str(number)}
    small = care_rules(guarantee("other", flat_cents=1), tariffs=[*draw(tariff_lines())])
    codes = [
        {"act_code": code, "family": family, "label": code, "source": "", "basket": basket_of(code)}
        for code, family in CODES.items()
    ]
    envelopes, drawing = draw(envelope_lines())
    rules = replace(
        small,
        plans=framed([{"plan": plan, "responsible": kind} for plan, kind in PLANS], CarePlans),
        families=CareFamilies.validate(small.families),
        acts=framed(codes, CareActs),
        tariffs=Tariffs.validate(small.tariffs),
        guarantees=framed(lines, Guarantees),
        envelopes=framed(envelopes, Envelopes),
        envelope_families=framed(drawing, EnvelopeFamilies),
    )
    return CareTerms(rules, parameters())


def framed(rows: list[Row], schema: Any) -> pl.DataFrame:
    """The rows as a frame that keeps its contract."""
    columns = schema.create_empty().schema
    usual = {"source": "made up", "file": "rules.yaml"}
    return schema.validate(  # type: ignore[no-any-return]
        pl.DataFrame([{name: (usual | row).get(name) for name in columns} for row in rows], columns)
    )


def basket_of(code: str) -> str | None:
    """The basket that follows from a code, for some of them."""
    return {"M01": "class_a", "M03": "class_b", "VU1": "class_b", "VU4": "class_b"}.get(code)


@st.composite
def guarantee_lines(draw: st.DrawFn, plan: str, level: str) -> list[Row]:
    """What one level guarantees: for each family nothing, one line, several parts, by basket, OPTAM, age or date."""
    lines: list[Row] = []
    for family in FAMILIES:
        for part in range(1, 1 + draw(st.sampled_from([0, 1, 1, 1, 2]))):
            baskets = [None, *draw(st.sampled_from([[], BASKETS.get(family, [])]))]
            optams = draw(st.sampled_from([["any"], ["any"], ["optam", "non_optam"]]))
            dates = draw(st.sampled_from([[SINCE, None], [SINCE, None], [SINCE, draw(changes), None]]))
            ages = draw(st.sampled_from([[0, 151], [0, 151], [0, 16, 151]]))
            for basket in baskets[draw(st.sampled_from([0, 0, min(1, len(baskets) - 1)])) :]:
                for optam in optams:
                    for (age_from, age_to), (valid_from, valid_to) in (
                        (age, day) for age in pairwise(ages) for day in pairwise(dates)
                    ):
                        scope = {"part": part, "basket": basket, "optam": optam, "plan": plan, "level": level}
                        period = {"valid_from": valid_from, "valid_to": valid_to}
                        ceiling = draw(ceilings(basket))
                        told = scope | period | ceiling | {"age_from": age_from, "age_to": age_to}
                        lines.append(guarantee(family, **told))
    return lines


changes = st.sampled_from(CHANGES)


@st.composite
def ceilings(draw: st.DrawFn, basket: str | None) -> Row:
    """Any form of a guarantee."""
    if basket in ("no_rac", "class_a", "class_1") and draw(st.booleans()):
        return {"price_limit": True}
    forms = [
        {"rate_ppm": 1_000_000},
        {"rate_ppm": 1_300_000},
        {"rate_ppm": 2_200_000},
        {"rate_ppm": 800_000},
        {"rate_ppm": 4_000_000, "flat_cents": 20_000},
        {"flat_cents": 2_500},
        {"flat_cents": 6_000, "per": "session"},
        {"pmss_ppm": 15_000, "per": "day"},
        {"pmss_ppm": 50_001},
        {"real_cost": True},
    ]
    basis = {"basis": draw(st.sampled_from(["total", "total", "complement"]))}
    return draw(st.sampled_from(forms)) | basis


@st.composite
def tariff_lines(draw: st.DrawFn) -> list[Row]:
    """The tariffs of the small rulebook, with or without a price limit for crowns."""
    limited = {"CROWN", "BIG"} if draw(st.booleans()) else {"BIG"}
    usual = [line for line in TARIFFS if line["act_code"] not in limited]
    others = [line for line in OTHER_TARIFFS if line["act_code"] != "CROWN" or "CROWN" in limited]
    return usual + others


@st.composite
def envelope_lines(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Up to three envelopes of both plans: sums, counts, renewal periods; and which families draw on them."""
    lines: list[Row] = []
    drawing: list[Row] = []
    for name in ["a", "b", "c"][: draw(st.integers(0, 3))]:
        windowed = draw(st.booleans())
        limits = {
            "period": "window" if windowed else "calendar_year",
            "months": draw(st.sampled_from([1, 12, 24])) if windowed else None,
            "scope": draw(st.sampled_from(["member", "member", "location"])),
            "max_cents": draw(st.sampled_from([None, 900, 2_000, 30_000])),
            "pmss_ppm": draw(st.sampled_from([None, None, None, 10_000])),
            "max_count": draw(st.sampled_from([None, None, 1, 2])),
        }
        families = draw(st.sets(st.sampled_from(FAMILIES), min_size=1, max_size=4))
        for plan, level in ((plan, level) for plan, _ in PLANS for level in LEVELS):
            common = {"plan": plan, "level": level, "envelope": name}
            number = len(lines) + 1
            lines.append(
                common
                | limits
                | {"label": name, "age_from": 0, "age_to": 151, "valid_from": SINCE, "valid_to": None}
                | {"line_id": number, "line": number, "content_key": f"envelope {number}"}
            )
            drawing += [common | {"family": family} for family in sorted(families)]
    return lines, drawing
