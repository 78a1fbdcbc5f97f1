"""Hypothesis strategies for envelopes: small rulebooks of limits over time, and acts that draw on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl
from hypothesis import strategies as st

from avenant.core.frames.care_rules import EnvelopeFamilies, Envelopes
from avenant.core.rulebook.care_model import CareRules

WANTED = {
    "act_id": pl.Int64,
    "member_id": pl.Int32,
    "plan": pl.String,
    "level": pl.String,
    "family": pl.String,
    "basket": pl.String,
    "location": pl.String,
    "care_from": pl.Date,
    "age": pl.Int32,
    "wanted_cents": pl.Int64,
    "quantity": pl.Int32,
    "excepted": pl.Boolean,
}
PARAMETERS = {"parameter": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "value": pl.Int64}
FAMILIES = ["soft_medicine", "dental_prosthesis", "optics_frame", "hearing_aid"]
BEGINNING, CHANGE = date(2023, 1, 1), date(2024, 7, 1)
EDGES = [date(2023, 2, 28), date(2024, 1, 31), date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1)]
CEILINGS = [(BEGINNING, date(2024, 1, 1), 366_600), (date(2024, 1, 1), None, 386_400)]


@dataclass(frozen=True, slots=True, repr=False)
class Drawn:
    """Acts, and the envelopes and parameters they are held against."""

    wanted: pl.DataFrame
    rules: CareRules
    parameters: pl.DataFrame

    def __repr__(self) -> str:
        """The rows, all columns of them."""
        frames = (self.wanted, self.rules.envelopes, self.rules.envelope_families)
        return "\n".join(str(row) for frame in frames for row in frame.rows(named=True))


def parameters() -> pl.DataFrame:
    """The monthly ceiling of 2023 and of 2024."""
    rows = [("pmss_cents", valid_from, valid_to, value) for valid_from, valid_to, value in CEILINGS]
    return pl.DataFrame(rows, PARAMETERS, orient="row")


def envelope(line_id: int, code: str, **told: object) -> dict[str, object]:
    """One envelope line; what is not told: a calendar year, per member, all ages, from the beginning on."""
    usual = {
        "plan": "alpha",
        "level": "base",
        "label": code,
        "period": "calendar_year",
        "months": None,
        "scope": "member",
        "age_from": 0,
        "age_to": 151,
        "max_cents": None,
        "pmss_ppm": None,
        "max_count": None,
        "valid_from": BEGINNING,
        "valid_to": None,
        "source": "a generated source",
        "file": "generated.yaml",
    }
    return usual | {
        "line_id": line_id,
        "line": line_id,
        "envelope": code,
        "content_key": f"{code}{line_id}",
        **told,
    }


def care_rules(lines: list[dict[str, object]], families: list[tuple[str, str, str | None]]) -> CareRules:
    """Envelope lines, and (envelope, family, basket) for both levels of the plan."""
    drawing = [
        {"plan": "alpha", "level": level, "envelope": code, "family": family, "basket": basket}
        for level in ("base", "plus")
        for code, family, basket in families
    ]
    return CareRules(
        envelopes=Envelopes.validate(pl.DataFrame(lines, Envelopes.create_empty().schema)),
        envelope_families=EnvelopeFamilies.validate(
            pl.DataFrame(drawing, EnvelopeFamilies.create_empty().schema)
        ),
    )


@st.composite
def drawn_acts(draw: st.DrawFn, steady: bool = False) -> Drawn:
    """Up to a dozen acts of two members under up to three envelopes; ``steady``: lines never change.

    Acts crowd on few days, edges of months and years among them, so that ties and windows that end to the
    day happen.
    """
    codes = ["a", "b", "c"][: draw(st.integers(1, 3))]
    lines = [line for code in codes for line in draw(envelope_lines(code, steady))]
    for number, line in enumerate(lines, start=1):
        line["line_id"] = line["line"] = number
        line["content_key"] = f"{line['envelope']}{number}"
    chosen = draw(st.sets(st.tuples(st.sampled_from(codes), st.sampled_from(FAMILIES)), min_size=1))
    families = [(*pair, draw(st.sampled_from([None, None, "class_b"]))) for pair in sorted(chosen)]
    acts = draw(st.lists(wanted_acts(not steady), min_size=1, max_size=12))
    for number, act in enumerate(draw(st.permutations(acts)), start=1):
        act["act_id"] = number
    return Drawn(pl.DataFrame(acts, WANTED), care_rules(lines, families), parameters())


@st.composite
def envelope_lines(draw: st.DrawFn, code: str, steady: bool) -> list[dict[str, object]]:
    """One envelope on both levels of a plan, perhaps by age, perhaps with other limits after a change."""
    windowed = draw(st.booleans())
    scope = draw(st.sampled_from(["member", "location"]))
    dates = (
        [BEGINNING, None] if steady else draw(st.sampled_from([[BEGINNING, None], [BEGINNING, CHANGE, None]]))
    )
    ages = [0, 151] if steady else draw(st.sampled_from([[0, 151], [0, 6, 16, 151]]))
    levels = [draw(limits(windowed))] * 2 if steady else None
    return [
        envelope(
            0,
            code,
            level=level,
            period="window" if windowed else "calendar_year",
            scope=scope,
            valid_from=valid_from,
            valid_to=valid_to,
            age_from=age_from,
            age_to=age_to,
            **(levels[0] if levels else draw(limits(windowed))),
        )
        for level in ("base", "plus")
        for valid_from, valid_to in pairwise(dates)
        for age_from, age_to in pairwise(ages)
    ]


@st.composite
def limits(draw: st.DrawFn, windowed: bool) -> dict[str, int | None]:
    """Any mix of limits, tight enough to be reached; perhaps none at all."""
    return {
        "months": draw(st.sampled_from([1, 6, 12, 24])) if windowed else None,
        "max_cents": draw(st.sampled_from([None, 0, 5_000, 10_001])),
        "pmss_ppm": draw(st.sampled_from([None, None, None, 15_000])),
        "max_count": draw(st.sampled_from([None, None, 1, 2, 3])),
    }


@st.composite
def wanted_acts(draw: st.DrawFn, exceptions: bool) -> dict[str, object]:
    """One act of one of two members; rarely one that a person wants paid in full."""
    days = st.one_of(st.sampled_from(EDGES), st.dates(date(2023, 6, 1), date(2025, 6, 1)))
    return {
        "member_id": draw(st.sampled_from([1, 1, 1, 2])),
        "plan": draw(st.sampled_from(["alpha", "alpha", "alpha", "alpha", "beta"])),
        "level": draw(st.sampled_from(["base", "base", "plus"])),
        "family": draw(st.sampled_from(FAMILIES)),
        "basket": draw(st.sampled_from([None, "class_a", "class_b"])),
        "location": draw(st.sampled_from([None, "left", "right"])),
        "care_from": draw(days),
        "age": draw(st.sampled_from([5, 15, 40])),
        "wanted_cents": draw(st.one_of(st.sampled_from([0, 1, 5_000]), st.integers(0, 8_000))),
        "quantity": draw(st.sampled_from([1, 1, 2, 3])),
        "excepted": draw(st.sampled_from([False] * (9 if exceptions else 1) + [True] * exceptions)),
    }
