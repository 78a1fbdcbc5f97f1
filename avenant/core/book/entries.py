"""The columns of a premium entry: its key, and the values that make two entries equal."""

from typing import Final

KEY: Final = ("contract_id", "member_id", "month", "slot_id")
AMOUNTS: Final = ("amount_cents", "employer_cents", "tax_cents")
EXPLANATION: Final = (
    "unit_price_cents",
    "line_id",
    "covered_days",
    "billed_days",
    "days_in_month",
    "age",
    "child_rank",
)
VALUES: Final = (*AMOUNTS, *EXPLANATION)
EXPECTED: Final = (*KEY, *VALUES)
ENTRY: Final = (*KEY, "version", *VALUES)
