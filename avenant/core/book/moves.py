"""Moves: what new rows of a book do to its amounts, and which explaining value says why.

June goes from 54.60 € to 21.84 €, because 12 days are covered instead of 30: kind ``changed``, reason ``days``,
−32.76 €. Where only the explanation is different the move is 0 and the kind ``explained``.
"""

from typing import Final

import polars as pl

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book

REASONS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    PREMIUMS.table: (
        ("days", ("covered_days", "billed_days", "days_in_month")),
        ("price", ("unit_price_cents", "line_id")),
        ("age", ("age",)),
        ("child_rank", ("child_rank",)),
        ("tax_and_employer", ("tax_cents", "employer_cents")),
        ("amount", ("amount_cents",)),
    ),
    REIMBURSEMENTS.table: (
        ("messages", ("lines", "quantity", "charged_cents", "care_date", "member_id")),
        ("tariff", ("base_cents", "tariff_line_id")),
        ("rate", ("rate_ppm", "secu_cents", "retention_cents", "increase_cents")),
        ("other_payers", ("others_cents",)),
        ("guarantee", ("guarantee_line_id", "ceiling_cents")),
        ("envelope", ("envelope_line_id", "limit_kind", "limit_left_cents")),
        ("payees", ("member_cents", "provider_cents")),
        ("amount", ("amount_cents",)),
    ),
}
"""Per book, in the order in which they are looked at: why an amount moved, and the values that say so."""

KINDS: Final = pl.Enum(["new", "ended", "explained", "changed"])
"""nothing was booked; nothing is due any more; the same amount for another reason; another amount."""
WHY: Final = pl.Enum(
    list(
        dict.fromkeys(
            ["new", "ended", *(name for told in REASONS.values() for name, _ in told), "explanation"]
        )
    )
)
"""Every reason of either book; what begins or ends is its own."""
MOVE: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "month": pl.Date,
    "source_id": pl.Int32,
    "kind": KINDS,
    "reason": WHY,
    "before_cents": pl.Int64,
    "after_cents": pl.Int64,
    "move_cents": pl.Int64,
}
"""source_id: what names the plan: the slot of a premium, the guarantee line of a reimbursement; where nothing is due
any more, the one before."""

EDGES: Final = (100, 500, 2_000, 10_000, 100_000)
"""Where the steps of the distribution end, in cents."""


def moves(book: Book, rows: pl.DataFrame) -> pl.DataFrame:
    """One row (columns MOVE) for each of ``rows`` (columns of `restating.restated`), in their order."""
    lines = [f"{side}_guarantee_line_id" for side in ("after", "before")]
    guarantee = pl.when(_alive(book, "after")).then(lines[0]).otherwise(lines[1])
    source = pl.col("slot_id") if "slot_id" in book.key else guarantee
    member = "member_id" if "member_id" in book.key else "after_member_id"
    month = "month" if "month" in book.key else "after_care_date"
    before, after = pl.col("before_amount_cents").fill_null(0), pl.col("after_amount_cents")
    told = rows.select(
        contract_id="contract_id",
        member_id=member,
        month=pl.col(month).dt.truncate("1mo"),
        source_id=source,
        kind=_kind(book),
        reason=_reason(book),
        before_cents=before,
        after_cents=after,
        move_cents=after - before,
    )
    return told.select(pl.col(name).cast(kind) for name, kind in MOVE.items())


def _alive(book: Book, side: str) -> pl.Expr:
    return (pl.col(f"{side}_{book.alive}") > 0).fill_null(False)


def _kind(book: Book) -> pl.Expr:
    same = pl.col("before_amount_cents") == pl.col("after_amount_cents")
    return (
        pl.when(~_alive(book, "before"))
        .then(pl.lit("new", KINDS))
        .when(~_alive(book, "after"))
        .then(pl.lit("ended", KINDS))
        .when(same)
        .then(pl.lit("explained", KINDS))
        .otherwise(pl.lit("changed", KINDS))
    )


def _reason(book: Book) -> pl.Expr:
    """The first group of values that differs; what begins or ends is its own reason."""
    begins, ends = ~_alive(book, "before"), ~_alive(book, "after")
    chain = pl.when(begins).then(pl.lit("new", WHY)).when(ends).then(pl.lit("ended", WHY))
    for name, columns in REASONS[book.table]:
        differs = [pl.col(f"before_{column}").ne_missing(pl.col(f"after_{column}")) for column in columns]
        chain = chain.when(pl.any_horizontal(differs)).then(pl.lit(name, WHY))
    return chain.otherwise(pl.lit("explanation", WHY))


def step() -> pl.Expr:
    """The step of the distribution in which a move lies: its sign and the upper edge, such as ``-2000``.

    0 for no move; ``±inf`` beyond the last edge is written as the last edge and a cent.
    """
    size, sign = pl.col("move_cents").abs(), pl.col("move_cents").sign()
    edge = pl.when(size == 0).then(0).when(size <= EDGES[0]).then(EDGES[0])
    for end in EDGES[1:]:
        edge = edge.when(size <= end).then(end)
    return (edge.otherwise(EDGES[-1] + 1) * sign).cast(pl.Int64).alias("step_cents")
