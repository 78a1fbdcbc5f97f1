"""Step 6, who pays before us: the Sécu, other insurers and public payers, and what they leave.

The Sécu's part is base × rate, rounded per line, before anything is withheld (domain facts A3); it is never
above what was charged (CSS L160-10). What the Sécu withholds is not deducted: so it stays with the member.
Example: 30.00 € charged, base 30.00 €, 70 %: 21.00 € of which 2.00 € are withheld; 9.00 € are left.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from avenant.core.claims.adjudication.joining import without
from avenant.core.claims.adjudication.waiting import with_bits
from avenant.core.money import PPM, round_half_up_div


def with_secu(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``secu_cents``, the Sécu's part before its retention; charged_cents is 0 where nothing was.

    Told in full (paid and withheld), it is their sum. Told as paid alone, it is base × rate, but not less
    than what was paid. Else it is base × rate, less an increase that no rate expresses.
    """
    product = round_half_up_div(pl.col("base_cents") * pl.col("rate_ppm"), PPM)
    paid, kept = pl.col("told_paid_cents"), pl.col("told_retention_cents")
    secu = (
        pl.when(paid.is_not_null() & kept.is_not_null())
        .then(paid + kept)
        .when(paid.is_not_null())
        .then(pl.max_horizontal(product, paid))
        .when(pl.col("told_rate_ppm").is_null())
        .then(product - _hidden_increase())
        .otherwise(product)
    )
    charged = pl.col("charged_cents").fill_null(0).clip(lower_bound=0)
    frame = frame.with_columns(charged_cents=charged, secu_uncapped=secu)
    secu = pl.col("secu_uncapped")
    held = pl.min_horizontal(secu.clip(lower_bound=0), "charged_cents")
    capped = (secu > held) & ~pl.col("cancelled")
    return frame.with_columns(secu_cents=held, reasons=with_bits(secu_capped=capped)).pipe(
        without, "secu_uncapped"
    )


@cache
def _hidden_increase() -> pl.Expr:
    """The increase where it was capped: the rate still is the standard one then."""
    capped = pl.col("rate_ppm") == pl.col("standard_rate_ppm")
    return pl.when(capped).then("increase_cents").otherwise(0)


def with_left(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``left_cents``: charged - Sécu - others that come before us, not below 0: nobody gains (A3 point 4)."""
    left = (pl.col("charged_cents") - pl.col("secu_cents") - pl.col("others_cents")).clip(lower_bound=0)
    return frame.with_columns(
        left_cents=left,
        reasons=with_bits(
            others_first=pl.col("others_cents") > 0,
            nothing_left=(left == 0) & pl.col("covered") & ~pl.col("cancelled"),
        ),
    )
