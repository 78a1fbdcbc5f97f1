"""Simulation: what we would pay for an act that did not happen (yet), on top of all care we know.

Example: a crown in March for 600.00 € under an envelope of 1,000.00 € of which 700.00 € are used: at most
300.00 €.
"""

import polars as pl

from avenant.core.claims.adjudication.decisions import adjudicated
from avenant.core.claims.expected import matched_care
from avenant.core.claims.model import Care, CareTerms, ExpectedCare
from avenant.core.frames.care import ACT, LINK


def simulated(acts: pl.DataFrame, care: Care, terms: CareTerms) -> ExpectedCare:
    """What would be decided for the hypothetical ``acts`` (ACT; act_id that no real act has), real history
    included.

    Envelopes are consumed in the order of care dates, hypothetical acts in their place. The answer holds the
    hypothetical acts alone, though they may change later real ones; its links are empty.
    """
    history = matched_care(care, terms).acts
    both = pl.concat(
        [history.select(*ACT), acts.select(pl.col(name).cast(dtype) for name, dtype in ACT.items())]
    )
    found = adjudicated(both, care, terms)
    mine = acts["act_id"].implode()
    return ExpectedCare(
        rows=found.rows.filter(pl.col("act_id").is_in(mine)),
        waiting=found.waiting.filter(pl.col("line_id").is_in(mine)),
        links=pl.DataFrame(schema=LINK),
    )
