"""What cannot be right about a provider's dated status, on which base prices and guarantees depend.

ref,provider_ref,sector,optam,valid_from,last_day
S-1,dr-martin,2,yes,2024-01-01,2024-12-31
S-2,dr-martin,2,no,2024-12-15,               valid_from: two statuses of one provider on one day
"""

import polars as pl

from avenant.core.importing.document_rules import malformed_ref
from avenant.core.importing.problem import Rule, broken_rules, missing, sentence, told_twice

SECTORS = (1, 2)
IDENTITY = [
    missing("ref", "a status needs a number, by which it can be corrected", "give it one"),
    told_twice("ref"),
    malformed_ref("ref"),
]
CONTENT = [
    missing("provider_ref", "it must be known whose status this is", "write your number of the provider"),
    missing("valid_from", "the first day of the status is missing", "write it as YYYY-MM-DD"),
    Rule(
        column="sector",
        reason="status missing",
        broken=pl.col("sector").is_null() & pl.col("optam").is_null(),
        message=sentence("neither sector nor optam is told"),
        remedy=sentence("write the sector (1 or 2), or optam (yes or no)"),
    ),
    Rule(
        column="sector",
        reason="unknown sector",
        broken=~pl.col("sector").is_in(list(SECTORS)),
        message=sentence("{} is not a sector we know", "sector"),
        remedy=sentence("write 1 or 2"),
    ),
    Rule(
        column="last_day",
        reason="end before start",
        broken=pl.col("last_day") < pl.col("valid_from"),
        message=sentence("the last day lies before the first, {}", "valid_from"),
        remedy=sentence("correct one of the two"),
    ),
    Rule(
        column="valid_from",
        reason="overlapping statuses",
        broken=pl.col("valid_from") <= pl.col("reached"),
        message=sentence("an earlier status of {} lasts until {}", "provider_ref", "reached"),
        remedy=sentence("end that one before this one begins"),
    ),
]


def provider_status_problems(statuses: pl.DataFrame) -> pl.DataFrame:
    """Problems of the told `statuses` (news columns and `row_index`); a withdrawn one needs only its ref.

    Of two told statuses that overlap, the one that begins later is named.
    """
    live = statuses.filter(~pl.col("withdrawn").fill_null(False))
    end = pl.col("last_day").fill_null(pl.date(9999, 12, 31)).cum_max().shift(1).over("provider_ref")
    rows = live.sort("provider_ref", "valid_from", "ref").with_columns(end.alias("reached"))
    return pl.concat(
        [
            broken_rules("provider_statuses", statuses, IDENTITY),
            broken_rules("provider_statuses", rows, CONTENT),
        ]
    )
