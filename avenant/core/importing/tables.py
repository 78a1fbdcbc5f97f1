"""The documented sets of files: which columns each has, which must be there, and what a header may not say.

In files about care, amounts are in currency units (`charged` 25.00) and rates in percent (`rate` 70); news holds
cents (`charged_cents` 2500) and ppm (`rate_ppm` 700_000).
"""

from collections.abc import Sequence
from difflib import get_close_matches

from avenant.core.frames.news import TABLES

FILES: dict[str, str] = {
    "contracts": "contracts.csv",
    "members": "members.csv",
    "enrolments": "enrolments.csv",
    "balances": "balances.csv",
    "approvals": "approvals.csv",
    "people": "people.csv",
}
"""Table -> file name, in the order in which they are read."""

CARE_FILES: dict[str, str] = {
    "documents": "documents.csv",
    "care_lines": "care_lines.csv",
    "line_amounts": "line_amounts.csv",
    "answers": "answers.csv",
    "provider_statuses": "provider_statuses.csv",
}
"""The same for messages about care."""

OPTIONAL_COLUMNS: dict[str, tuple[str, ...]] = {
    "contracts": ("cycle", "withdrawn"),
    "members": ("primary_ref", "withdrawn"),
    "enrolments": ("basis", "last_day", "withdrawn"),
    "balances": (),
    "approvals": (),
    "people": (),
    "documents": ("payer", "payer_rank", "paid_on", "withdrawn"),
    "care_lines": (
        *("act_code", "family", "care_last_day", "quantity", "charged", "base", "rate", "secu", "retention"),
        *(
            "others",
            "asked",
            "exemption",
            "care_path",
            "provider_ref",
            "sector",
            "optam",
            "basket",
            "location",
        ),
        *("payee", "cancels", "hold"),
    ),
    "line_amounts": ("line", "position"),
    "answers": ("other_ref", "amount", "reason", "withdrawn"),
    "provider_statuses": ("sector", "optam", "last_day", "withdrawn"),
}
"""Columns that a file may leave out altogether. `basis` is then `active`; the others are empty."""

DEFAULTS = {"basis": "active"}
"""What an empty value of a column means."""


def file_column(table: str, column: str) -> str:
    """What the file of `table` calls a column of the news: `charged` for care_lines' `charged_cents`."""
    if table not in CARE_FILES:
        return column
    return "rate" if column == "rate_ppm" else column.removesuffix("_cents")


def file_columns(table: str) -> list[str]:
    """All columns of the file of `table`, as the file calls them, in the order of the news."""
    return [file_column(table, column) for column in TABLES[table]]


def required_columns(table: str) -> list[str]:
    """The columns that the file of `table` must have."""
    return [column for column in file_columns(table) if column not in OPTIONAL_COLUMNS[table]]


def header_fault(table: str, header: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the `header` of a file of `table`, and what to do; None if nothing is."""
    columns = file_columns(table)
    missing = [column for column in required_columns(table) if column not in header]
    unknown = [name for name in header if name not in columns]
    if unknown:
        near = get_close_matches(unknown[0].lower().replace(" ", "_"), columns, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        return (
            f"a column {unknown[0]!r}, which {(FILES | CARE_FILES)[table]} does not have",
            f"{guess}the columns are: {', '.join(columns)}; remove others, or describe the file in a mapping",
        )
    if missing:
        return (
            f"no column {missing[0]!r}",
            f"add it; the columns that must be there are: {', '.join(required_columns(table))}",
        )
    return None
