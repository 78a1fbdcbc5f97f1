"""No premium stays unsettled for longer than its cycle allows: each waits for one invoice run at most.

premium of March, billed in advance, known since 10 February     due on 1 March      not invoiced on 30 April: 60 days
correction of January, known since 20 April                      due on 20 April     the next invoice carries it
"""

from datetime import date
from typing import Final

import polars as pl

from avenant.core.checks.finding import NOTE, WARNING, Finding, Row, cents, listed
from avenant.core.checks.ranks import ATTENTION, OPERATIONS

NAME: Final = "unsettled-age"
SENTENCE: Final = "No premium stays uninvoiced for longer than the billing cycle of its contract allows."
SEVERITY: Final = ATTENTION
OWNER: Final = OPERATIONS
MOST_DAYS: Final = 45
"""One cycle and two weeks."""


def findings(
    unsettled: pl.DataFrame, invoiced_kinds: list[str], today: date, most_days: int = MOST_DAYS
) -> list[Finding]:
    """Contracts with premiums due for more than ``most_days``.

    unsettled: contract_id, kind, due_on (the earliest), entries, amount_cents, parked (of families that are left out
    of invoices) of entries without an invoice. invoiced_kinds: kinds of contracts that some invoice run was for.
    """
    days = (pl.lit(today) - pl.col("due_on")).dt.total_days()
    late = unsettled.with_columns(days=days).filter(pl.col("days") > most_days).sort("due_on", "contract_id")
    begun = late.filter(pl.col("kind").is_in(invoiced_kinds))
    return [
        *listed(NAME, begun.filter(~pl.col("parked")), _late, severity=WARNING),
        *listed(NAME, begun.filter("parked"), _left_out, severity=NOTE),
        *_not_begun(late.filter(~pl.col("kind").is_in(invoiced_kinds))),
    ]


def _late(row: Row) -> str:
    return (
        f"{row['entries']} entries, {cents(row['amount_cents'])} in all, are due since {row['due_on']}, "
        f"{row['days']} days: run `avenant invoices run`"
    )


def _left_out(row: Row) -> str:
    return f"{cents(row['amount_cents'])} are due since {row['due_on']} and left out of invoices: a family is parked"


def _not_begun(late: pl.DataFrame) -> list[Finding]:
    kinds = late.group_by("kind").agg(pl.len().alias("contracts")).sort("kind")
    return [
        Finding(
            NAME, NOTE, "the book", f"{number:,} {kind} contracts have premiums due; none was ever invoiced"
        )
        for kind, number in kinds.iter_rows()
    ]
