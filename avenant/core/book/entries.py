"""The two books: what identifies an entry, and the values that make two entries equal.

An entry of either book is a key, a version, amounts (negated by a cancel) and the values that explain them. All
values are integers, days or flags, so that the same fingerprint and the same difference serve both.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl


@dataclass(frozen=True, slots=True)
class Book:
    """One book. ``columns``: type of each column, in order: key, version, amounts, explanation.

    table: where it is stored. alive: the explaining value that is 0 where nothing is due any more. kept: explaining
    values that such a row keeps. period: the column that places an entry in time.
    """

    table: str
    key: tuple[str, ...]
    amounts: tuple[str, ...]
    explanation: tuple[str, ...]
    alive: str
    kept: tuple[str, ...]
    period: str
    columns: dict[str, type[pl.DataType]]
    words: tuple[tuple[tuple[str, int], ...], ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Amounts and explanation: equal entries agree in all of them."""
        return (*self.amounts, *self.explanation)

    @property
    def expected(self) -> tuple[str, ...]:
        """The columns of an expected row: an entry without its version."""
        return (*self.key, *self.values)

    @property
    def entry(self) -> tuple[str, ...]:
        """The columns of an entry."""
        return (*self.key, "version", *self.values)


def _words(*columns: str) -> tuple[tuple[tuple[str, int], ...], ...]:
    """A word of its own for each column."""
    return tuple(((column, 1),) for column in columns)


PREMIUMS: Final = Book(
    table="premium",
    key=("contract_id", "member_id", "month", "slot_id"),
    amounts=("amount_cents", "employer_cents", "tax_cents"),
    explanation=(
        "unit_price_cents",
        "line_id",
        "covered_days",
        "billed_days",
        "days_in_month",
        "age",
        "child_rank",
    ),
    alive="covered_days",
    kept=("days_in_month",),
    period="month",
    columns={
        "contract_id": pl.Int32,
        "member_id": pl.Int32,
        "month": pl.Date,
        "slot_id": pl.Int32,
        "version": pl.Int32,
        "amount_cents": pl.Int64,
        "employer_cents": pl.Int64,
        "tax_cents": pl.Int64,
        "unit_price_cents": pl.Int64,
        "line_id": pl.Int32,
        "covered_days": pl.Int16,
        "billed_days": pl.Int16,
        "days_in_month": pl.Int16,
        "age": pl.Int16,
        "child_rank": pl.Int16,
    },
    words=(
        *_words(
            "month", "slot_id", "amount_cents", "employer_cents", "tax_cents", "unit_price_cents", "line_id"
        ),
        (
            ("covered_days", 1 << 24),
            ("billed_days", 1 << 19),
            ("days_in_month", 1 << 14),
            ("age", 1 << 6),
            ("child_rank", 1),
        ),
    ),
)

REIMBURSEMENTS: Final = Book(
    table="reimbursement",
    key=("contract_id", "act_id", "payee_id"),
    amounts=("amount_cents",),
    explanation=(
        "member_id",
        "care_date",
        "lines",
        "quantity",
        "charged_cents",
        "base_cents",
        "rate_ppm",
        "secu_cents",
        "retention_cents",
        "increase_cents",
        "others_cents",
        "left_cents",
        "ceiling_cents",
        "limit_kind",
        "limit_left_cents",
        "decided_cents",
        "member_cents",
        "provider_cents",
        "out_of_pocket_cents",
        "reasons",
        "tariff_line_id",
        "guarantee_line_id",
        "envelope_line_id",
    ),
    alive="lines",
    kept=("member_id", "care_date"),
    period="care_date",
    columns={
        "contract_id": pl.Int32,
        "act_id": pl.Int64,
        "payee_id": pl.Int32,  # 0: the member's account; else the provider
        "version": pl.Int32,
        "amount_cents": pl.Int64,  # what this payee gets
        "member_id": pl.Int32,
        "care_date": pl.Date,
        "lines": pl.Int16,  # messages behind the act; 0: nothing is due any more
        "quantity": pl.Int32,
        "charged_cents": pl.Int64,
        "base_cents": pl.Int64,
        "rate_ppm": pl.Int32,
        "secu_cents": pl.Int64,  # base x rate, before the retention
        "retention_cents": pl.Int64,  # withheld by the Sécu; stays with the member
        "increase_cents": pl.Int64,  # outside the care path; stays with the member
        "others_cents": pl.Int64,
        "left_cents": pl.Int64,  # charged - secu - others, not below 0
        "ceiling_cents": pl.Int64,  # the guarantee's, Sécu taken off; -1: none (real cost)
        "limit_kind": pl.Int16,  # core.claims.reasons.LIMITS: what decided the amount
        "limit_left_cents": pl.Int64,  # what was left of that limit before this act; -1: not a sum
        "decided_cents": pl.Int64,  # ours, over all payees
        "member_cents": pl.Int64,
        "provider_cents": pl.Int64,
        "out_of_pocket_cents": pl.Int64,
        "reasons": pl.Int64,  # bits of core.claims.reasons
        "tariff_line_id": pl.Int32,  # 0: the message itself
        "guarantee_line_id": pl.Int32,
        "envelope_line_id": pl.Int32,
    },
    words=(
        *_words("act_id", "payee_id", "amount_cents", "care_date", "charged_cents", "base_cents", "rate_ppm"),
        *_words(
            "secu_cents", "retention_cents", "increase_cents", "others_cents", "left_cents", "ceiling_cents"
        ),
        *_words("limit_left_cents", "decided_cents", "member_cents", "provider_cents", "out_of_pocket_cents"),
        *_words("reasons", "tariff_line_id", "guarantee_line_id", "envelope_line_id", "quantity"),
        (("lines", 1 << 8), ("limit_kind", 1)),
    ),
)
