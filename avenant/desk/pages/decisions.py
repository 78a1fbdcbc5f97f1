"""What was decided about an act, version by version, for a page: the waterfall, the limit hit, reasons in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from avenant.core.claims.reasons import decoded, limit_named, told
from avenant.core.payouts.care_names import NAMES
from avenant.core.timeline.model import Split
from avenant.desk.context import Desk
from avenant.desk.roles import Permission
from avenant.store.readers.acts import decided_acts, lines_with_documents

BEYOND_ANY_ACT = 2**63


@dataclass(frozen=True, slots=True)
class Decision:
    """One charge of the book in words. row: its columns. now: it is the latest of its key."""

    row: dict[str, Any]
    split: Split
    reasons: tuple[str, ...]
    limit: str
    now: bool


@dataclass(frozen=True, slots=True)
class ActStory:
    """One act: its decisions, newest first (one line per payee and version), and the messages about it."""

    act_id: int
    family: str
    currency: str
    decisions: tuple[Decision, ...]
    messages: tuple[dict[str, Any], ...]


def act_stories(desk: Desk, acts: Sequence[int]) -> list[ActStory]:
    """The stories of some acts as known at the page's moment; an act nobody decided yet has none."""
    wanted = [act for act in acts if act < BEYOND_ANY_ACT]
    with desk.db.snapshot() as connection:
        decided = decided_acts(connection, act=wanted, rev=desk.rev).to_dicts()
        messages = lines_with_documents(connection, pl.Series(wanted, dtype=pl.Int64), desk.rev)
    found = []
    for act in wanted:
        rows = [row for row in decided if row["act_id"] == act]
        told_first = [line for line in messages if line["line_id"] == act]
        if rows or told_first:
            found.append(_story(act, rows, told_first, desk))
    return found


def _story(act: int, rows: list[dict[str, Any]], messages: list[dict[str, Any]], desk: Desk) -> ActStory:
    charges = [row for row in rows if row["kind"] == "charge"]
    latest = {(row["contract_ref"], row["payee"]): row["version"] for row in charges}
    decisions = [
        Decision(
            row,
            split_of(row),
            tuple(told(code, _reader(desk), desk.language) for code in decoded(row["reasons"])),
            limit_named(row["limit_kind"]),
            latest[(row["contract_ref"], row["payee"])] == row["version"],
        )
        for row in reversed(charges)
    ]
    first = charges[-1] if charges else messages[0]
    names = NAMES[desk.language]
    family = names.get(first.get("family") or "", names["other"])
    return ActStory(act, family, first.get("currency") or "EUR", tuple(decisions), tuple(messages))


def _reader(desk: Desk) -> str:
    return (
        "engineering" if desk.may(Permission.SEE_TECHNICAL) and not desk.may(Permission.SEE_NAMES) else "care"
    )


def split_of(row: dict[str, Any]) -> Split:
    """The waterfall of one decision."""
    return Split(
        charged_cents=row["charged_cents"],
        secu_cents=row["secu_cents"] - row["retention_cents"],
        others_cents=row["others_cents"],
        ours_cents=row["decided_cents"],
        out_of_pocket_cents=row["out_of_pocket_cents"],
        withheld_cents=row["retention_cents"] + row["increase_cents"],
    )
