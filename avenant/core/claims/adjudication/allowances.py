"""Step 11, what a single act's rules cannot see: envelopes and renewal periods, and a person's exception.

Example: 150.00 € a year for soft medicine of which 110.00 € are used: of 60.00 € wanted 40.00 € are decided.
A person's exception of 60.00 € for the same act is paid, up to what is left to pay, and uses up the envelope.
"""

from __future__ import annotations

import polars as pl

from avenant.core.claims.adjudication.dated_values import DatedValues
from avenant.core.claims.adjudication.envelopes import consumed, undetermined
from avenant.core.claims.adjudication.guarantee import MONTHLY_CEILING
from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.waiting import explained, waiting
from avenant.core.claims.model import CareTerms
from avenant.core.claims.reasons import LIMITS

INPUTS = (
    *("act_id", "member_id", "plan", "level", "family", "basket", "location", "care_from", "age"),
    *("wanted_cents", "quantity", "excepted"),
)
NAMES = {"limit_kind": "envelope_kind", "limit_left_cents": "envelope_left"}


def with_decided(frame: pl.DataFrame, terms: CareTerms, values: DatedValues) -> pl.DataFrame:
    """Adds decided_cents and envelope_line_id; updates limit_kind and limit_left_cents.

    Waits: ``parameter_unknown`` where an envelope is a share of a monthly ceiling that is not known for that
    day.
    """
    excepted = pl.col("exception_cents").is_not_null() & ~pl.col("cancelled")
    paid = pl.min_horizontal("exception_cents", "left_cents").clip(lower_bound=0)
    frame = frame.with_columns(
        excepted=excepted, wanted_cents=pl.when(excepted).then(paid).otherwise("wanted_cents")
    )
    frame = _undetermined_wait(frame, terms, values)
    found = consumed(_drawing(frame, terms), terms.rules, terms.parameters).rename(NAMES)
    frame = beside(frame, found)
    return _decided(frame)


def _drawing(frame: pl.DataFrame, terms: CareTerms) -> pl.DataFrame:
    """The acts that can use up an envelope."""
    families = terms.rules.envelope_families["family"].unique().to_list()
    limited = pl.col("family").is_in(families)
    wanted = (pl.col("wanted_cents") > 0) & pl.col("covered") & pl.col("waits").is_null()
    drawing = (limited & wanted).alias("drawing")
    acts = frame[list(INPUTS)].filter(frame.select(drawing)["drawing"])
    return acts.with_columns(pl.col("family").cast(pl.String))


def _undetermined_wait(frame: pl.DataFrame, terms: CareTerms, values: DatedValues) -> pl.DataFrame:
    """Only days without a known ceiling are looked at more closely: as a rule there is none."""
    if terms.rules.envelopes["pmss_ppm"].is_null().all():
        return frame
    ceilings = values.on(frame["care_from"], MONTHLY_CEILING).to_series()
    if not ceilings.has_nulls():
        return frame
    unknown = undetermined(_drawing(frame.filter(ceilings.is_null()), terms), terms.rules, terms.parameters)
    if unknown.is_empty():
        return frame
    return waiting(frame, parameter_unknown=pl.col("act_id").is_in(unknown.implode()))


def _decided(frame: pl.DataFrame) -> pl.DataFrame:
    excepted, bound = pl.col("excepted"), pl.col("envelope_kind").fill_null(0) > 0
    kind = (
        pl.when(excepted).then(LIMITS["exception"]).when(bound).then("envelope_kind").otherwise("limit_kind")
    )
    left = pl.when(excepted).then(-1).when(bound).then("envelope_left").otherwise("limit_left_cents")
    allowed = pl.when(bound & ~excepted).then("allowed_cents").otherwise("wanted_cents")
    frame = frame.with_columns(
        decided_cents=allowed,
        limit_kind=kind.cast(pl.Int16),
        limit_left_cents=left,
        envelope_line_id=pl.col("envelope_line_id").fill_null(0),
    )
    frame = explained(
        frame,
        exception=excepted,
        exception_capped=excepted & (pl.col("exception_cents") > pl.col("left_cents")),
        **{
            code: pl.col("limit_kind") == LIMITS[code]
            for code in ("envelope_amount", "envelope_count", "renewal")
        },
    )
    return frame.pipe(without, "excepted", "allowed_cents", "envelope_kind", "envelope_left", "renewal_until")
