"""The documented set of files: which columns each has, which must be there, and what a header may not say."""

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

OPTIONAL_COLUMNS: dict[str, tuple[str, ...]] = {
    "contracts": ("cycle", "withdrawn"),
    "members": ("primary_ref", "withdrawn"),
    "enrolments": ("basis", "last_day", "withdrawn"),
    "balances": (),
    "approvals": (),
    "people": (),
}
"""Columns that a file may leave out altogether. `basis` is then `active`; the others are empty."""

DEFAULTS = {"basis": "active"}
"""What an empty value of a column means."""


def required_columns(table: str) -> list[str]:
    """The columns that the file of `table` must have."""
    return [column for column in TABLES[table] if column not in OPTIONAL_COLUMNS[table]]


def header_fault(table: str, header: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the `header` of a file of `table`, and what to do; None if nothing is."""
    columns = list(TABLES[table])
    missing = [column for column in required_columns(table) if column not in header]
    unknown = [name for name in header if name not in columns]
    if unknown:
        near = get_close_matches(unknown[0].lower().replace(" ", "_"), columns, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        return (
            f"a column {unknown[0]!r}, which {FILES[table]} does not have",
            f"{guess}the columns are: {', '.join(columns)}; remove others, or describe the file in a mapping",
        )
    if missing:
        return (
            f"no column {missing[0]!r}",
            f"add it; the columns that must be there are: {', '.join(required_columns(table))}",
        )
    return None
