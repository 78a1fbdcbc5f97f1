"""Step 9, equipment: caps of responsible contracts on glasses of class B and hearing aids of class II (R871-2
3°, 4°).

All caps include what the Sécu pays. Example: a frame of class B for 150.00 € of which the Sécu pays 0.03 €:
at most 99.97 € are ours (frame part ≤ 100 € since 2020).

A pair is what one member buys of class B on one day from one provider. What its lenses are is read from their act
codes (LENSES), which makes its category (PAIRS); its cap is the parameter optics_cap_a_cents … optics_cap_f_cents.
Lenses under other codes have no category, and no cap on the pair.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.guarantee import UNLIMITED
from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.waiting import explained, waiting
from avenant.core.claims.reasons import LIMITS

HEARING_CAP: Final = "hearing_aid_class2_total_cap_cents"
FRAME_CAP: Final = "optics_frame_cap_cents"
LENSES: Final = {"VU1": "a", "VU4": "c", "VM1": "c", "VM4": "f"} | {
    f"OPT_LENS_B_{c.upper()}": c for c in "abcdef"
}
"""Simple single-vision lenses are a, complex ones and multifocal lenses c, complex multifocal lenses f. A code
OPT_LENS_B_… states the category of the whole pair."""
PAIRS: Final = {"ac": "b", "af": "d", "cf": "e"}
"""The categories that two different lenses make; two equal ones make their own."""
CATEGORIES: Final = tuple("abcdef")
LETTERS: Final = pl.DataFrame({"act_code": list(LENSES), "letter": list(LENSES.values())})
KNOWN: Final = pl.DataFrame(
    {"kinds": [*CATEGORIES, *PAIRS], "category": [*CATEGORIES, *PAIRS.values()]}, orient="col"
)
"""Several different lenses that are not among these make the category of the last letter."""
CAPPED: Final = ("class_2", "class_b")
PAIR: Final = ("member_id", "care_from", "provider_id")


def equipment_cap(frame: pl.DataFrame, values: DatedValues) -> pl.DataFrame:
    """Adds ``cap_cents`` (UNLIMITED: none), ours alone, and ``capped_by``, the code of its reason."""
    if not frame["basket"].is_in(CAPPED).any():
        return frame.with_columns(cap_cents=pl.lit(UNLIMITED), capped_by=pl.lit(None, pl.String))
    frame = frame.hstack(values.on(frame["care_from"], HEARING_CAP, FRAME_CAP))
    hearing = _bound("hearing_aid", "class_2") & pl.col(HEARING_CAP).is_not_null()
    glasses = _bound("optics_frame", "class_b") & pl.col(FRAME_CAP).is_not_null()
    total = pl.when(hearing).then(HEARING_CAP).when(glasses).then(FRAME_CAP) * pl.col("quantity")
    cap = (total - pl.col("secu_cents")).clip(lower_bound=0)
    code = pl.when(hearing).then(pl.lit("hearing_cap")).when(glasses).then(pl.lit("optics_cap"))
    return frame.with_columns(cap_cents=cap.fill_null(UNLIMITED), capped_by=code).pipe(
        without, HEARING_CAP, FRAME_CAP
    )


def _bound(family: str, basket: str) -> pl.Expr:
    fits = (pl.col("family") == family) & (pl.col("basket") == basket)
    return pl.col("responsible") & fits.fill_null(False)


def with_pair_cap(frame: pl.DataFrame, values: DatedValues) -> pl.DataFrame:
    """Lowers wanted_cents of glasses of class B where a pair would get more than its category's cap.

    The acts of a pair share its cap in the order of act_id. Waits: ``parameter_unknown`` where the cap of the
    category is not known for that day.
    """
    if not (frame["basket"] == "class_b").any():
        return frame
    part = _bound("optics_frame", "class_b") | _bound("optics_lens", "class_b")
    due = part & pl.col("waits").is_null() & pl.col("covered") & ~pl.col("cancelled")
    acts = frame.select("act_id", *PAIR, "act_code", "wanted_cents", "secu_cents", due=due).filter("due")
    if acts.is_empty():
        return frame
    acts = acts.sort("act_id").join(
        _categories(acts), on=PAIR, how="inner", nulls_equal=True, maintain_order="left"
    )
    names = [f"optics_cap_{letter}_cents" for letter in CATEGORIES]
    acts = acts.hstack(values.on(acts["care_from"], *names))
    cap = pl.coalesce(
        *(pl.when(pl.col("category") == c).then(name) for c, name in zip(CATEGORIES, names, strict=True))
    )
    before = pl.col("wanted_cents").cum_sum() - pl.col("wanted_cents")
    room = cap - (pl.col("secu_cents").sum() + before).over(PAIR)
    rooms = acts.select("act_id", pair_room=room.clip(lower_bound=0), capless=cap.is_null())
    return _lowered(beside(frame, rooms))


def _categories(acts: pl.DataFrame) -> pl.DataFrame:
    """The category of each pair that has one: PAIR, category."""
    lenses = acts.join(LETTERS, on="act_code")
    pairs = lenses.group_by(PAIR).agg(kinds=pl.col("letter").unique().sort().str.join())
    known = beside(pairs, KNOWN, "kinds")
    return known.select(*PAIR, category=pl.coalesce("category", pl.col("kinds").str.slice(-1)))


def _lowered(frame: pl.DataFrame) -> pl.DataFrame:
    frame = waiting(frame, parameter_unknown=pl.col("by_rules") & pl.col("capless"))
    bound = (pl.col("pair_room") < pl.col("wanted_cents")).fill_null(False)
    frame = explained(frame, optics_cap=bound)
    return frame.with_columns(
        limit_kind=pl.when(bound).then(LIMITS["responsible"]).otherwise("limit_kind").cast(pl.Int16),
        limit_left_cents=pl.when(bound).then("pair_room").otherwise("limit_left_cents"),
        wanted_cents=pl.when(bound).then("pair_room").otherwise("wanted_cents"),
    ).pipe(without, "pair_room", "capless")
