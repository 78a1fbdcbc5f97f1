"""What a finding is about, so that a screen or an alert can lead there: a kind of thing, and its number.

contract C2, member Zoe, June 2026, slot solo     member Zoe
settlement 12                                     invoice 12
change 40, table premium                          change 40
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SUBJECTS: Final = (
    ("act", "act_id"),
    ("line", "ref"),
    ("invoice", "invoice_id"),
    ("payout", "payout_id"),
    ("run", "run_id"),
    ("member", "member_id"),
    ("family", "family_id"),
    ("contract", "contract_id"),
    ("revision", "rev"),
    ("change", "change_id"),
    ("table", "table_name"),
)
"""Kind of subject -> the column of a finding's row that holds it, the most telling first."""
BOOK: Final = "book"


@dataclass(frozen=True, slots=True)
class Subject:
    """``kind``: one of SUBJECTS, or ``book`` for the whole; ``ref``: what people call it, else its number."""

    kind: str
    ref: str


WHOLE: Final = Subject(BOOK, "")


def subject_of(row: Mapping[str, Any], contracts: Mapping[int, str], members: Mapping[int, str]) -> Subject:
    """What the row of a finding is about. contracts, members: what people call them, by id; others keep their id."""
    refs = {"contract": contracts, "member": members, "family": members}
    for kind, column in SUBJECTS:
        value = row.get(column)
        if value is not None:
            return Subject(kind, refs.get(kind, {}).get(value, str(value)))
    return WHOLE
