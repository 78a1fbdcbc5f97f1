"""What was said already of items that wait: it counts from the next night on, until then the item stays listed.

told = answers_of(db, found.items)
told[item.key]        # (Said(ref="same/D2.1/D1.1", kind="same", ...),)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from avenant.flows.learn import LearnReport, learn
from avenant.flows.telling import news
from avenant.flows.work_model import HeldMonths, WorkItem
from avenant.store.database import Database
from avenant.store.readers.work_answers import answers_told, approvals_told


@dataclass(frozen=True, slots=True)
class Said:
    """One answer that counts: same, different, exception (``amount_cents``: what we pay in all) or approve.

    ref: by which it is withdrawn ('' for an approval, which stays). version: grows when it is changed.
    """

    ref: str
    version: int
    kind: str
    other: str | None
    amount_cents: int | None
    reason: str
    actor: str
    at: datetime


def answers_of(
    db: Database, items: Sequence[WorkItem], rev: int | None = None
) -> dict[str, tuple[Said, ...]]:
    """What was said of each of ``items``, by key, as known at ``rev``; three queries at most."""
    lines = {item.line.ref: item.key for item in items if item.line is not None}
    held = {(item.ref, item.member): item for item in items if item.held is not None}
    found: dict[str, tuple[Said, ...]] = {item.key: () for item in items}
    with db.snapshot() as connection:
        answers = answers_told(connection, list(lines), rev) if lines else []
        keys = list(held)
        contracts, members = [ref for ref, _ in keys], [str(member) for _, member in keys]
        approvals = approvals_told(connection, contracts, members, rev) if held else []
    for row in answers:
        names = ("ref", "version", "kind", "amount_cents", "reason", "actor", "at")
        said = Said(other=row["other_ref"], **{name: row[name] for name in names})
        found[lines[row["line_ref"]]] += (said,)
    for row in approvals:
        item = held.get((row["contract_ref"], row["member_ref"]))
        if item is not None and item.held is not None and _covers(row, item):
            said = Said("", 1, "approve", None, None, "", row["actor"], row["at"])
            found[item.key] += (said,)
    return found


def _covers(row: dict[str, Any], item: WorkItem) -> bool:
    """Whether an approval is of all the months that are held."""
    months = item.held
    assert months is not None
    first, last = row["from_month"], row["through_month"]
    return bool(first <= months.first_month and months.last_month <= last)


def approve_held(db: Database, item: WorkItem, months: HeldMonths, actor: str) -> LearnReport:
    """Say yes to the ``months`` held of a member under a contract; the next night books them. Errors: NewsRefused."""
    row = {
        "contract_ref": item.ref,
        "member_ref": item.member,
        "from_month": months.first_month,
        "through_month": months.last_month,
    }
    return learn(db, news(approvals=[row]), actor, "approval of a held change")
