"""Step 12, whom we pay: the provider what it asks us for (tiers payant), the member the rest.

Example: a dentist was paid 100.00 € by the member and asks us for the 20.00 € left. Of 120.00 € decided 20.00
€ go to the dentist. When the provider asked for all of it and the member sends the bill too, the member gets
nothing twice.
"""

from __future__ import annotations

import polars as pl

from avenant.core.claims.adjudication.waiting import explained, waiting


def with_known_payee(frame: pl.DataFrame) -> pl.DataFrame:
    """Waits: ``provider_unknown`` where a provider asks for money and no message says which one."""
    nobody = (pl.col("asked_cents") > 0) & pl.col("provider_id").is_null()
    payable = pl.col("covered") | pl.col("exception_cents").is_not_null()
    return waiting(frame, provider_unknown=nobody & payable & ~pl.col("cancelled"))


def with_payees(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds provider_cents, member_cents, out_of_pocket_cents; decided_cents becomes their sum.

    Subrogation (domain facts A1): the provider stands in the member's place for what it asks. The member gets
    at most what the member can have paid: charged - Sécu - others - asked. All payers together never exceed
    what was charged.
    """
    asked = pl.col("asked_cents").clip(lower_bound=0)
    provider = pl.min_horizontal("decided_cents", asked)
    frame = frame.with_columns(provider_cents=pl.when(asked.is_null()).then(0).otherwise(provider))
    own = (pl.col("left_cents") - asked.fill_null(0)).clip(lower_bound=0)
    rest = pl.col("decided_cents") - pl.col("provider_cents")
    frame = frame.with_columns(member_cents=pl.min_horizontal(rest, own))
    decided = pl.col("provider_cents") + pl.col("member_cents")
    secu_paid = pl.col("secu_cents") - pl.col("retention_cents")
    stays = pl.col("charged_cents") - secu_paid - pl.col("others_cents") - decided
    frame = frame.with_columns(decided_cents=decided, out_of_pocket_cents=stays.clip(lower_bound=0))
    return explained(
        frame,
        to_provider=pl.col("provider_cents") > 0,
        asked_more=pl.col("asked_cents") > pl.col("provider_cents"),
    )
