"""What people have said of things that wait: answers about lines, approvals of held months, with who and when."""

from collections.abc import Sequence
from typing import Any

from avenant.store.database import Connection
from avenant.store.readers.known import known

ANSWER_TOLD = ("ref", "version", "kind", "line_ref", "other_ref", "amount_cents", "reason", "actor", "at")
APPROVAL_TOLD = ("contract_ref", "member_ref", "from_month", "through_month", "actor", "at")


def answers_told(connection: Connection, lines: Sequence[str], rev: int | None) -> list[dict[str, Any]]:
    """Answers about the lines with these refs that are not withdrawn, by their latest version: ANSWER_TOLD."""
    query = f"""
        SELECT a.ref, a.version, a.kind, a.line_ref, a.other_ref, a.amount_cents, a.reason, c.actor, r.committed_at
        FROM answer AS a JOIN change AS c USING (change_id) JOIN revision AS r USING (change_id)
        WHERE a.line_ref = ANY(%s) AND NOT a.withdrawn AND {known("a", rev)}
          AND NOT EXISTS (SELECT FROM answer AS n
                          WHERE n.answer_id = a.answer_id AND n.version > a.version AND {known("n", rev)})
        ORDER BY r.rev, a.ref"""
    rows = connection.execute(query, [list(lines)]).fetchall()
    return [dict(zip(ANSWER_TOLD, row, strict=True)) for row in rows]


def approvals_told(
    connection: Connection, contracts: Sequence[str], members: Sequence[str], rev: int | None
) -> list[dict[str, Any]]:
    """Approvals under some contracts for some members, oldest first: APPROVAL_TOLD."""
    query = f"""
        SELECT k.ref, m.ref, a.from_month, a.through_month, c.actor, r.committed_at
        FROM approval AS a JOIN change AS c USING (change_id) JOIN revision AS r USING (change_id)
        JOIN contract AS k ON k.contract_id = a.contract_id AND k.version = 1
        JOIN member AS m ON m.member_id = a.member_id AND m.version = 1
        WHERE k.ref = ANY(%s) AND m.ref = ANY(%s) AND {known("a", rev)} ORDER BY r.rev"""
    rows = connection.execute(query, [list(contracts), list(members)]).fetchall()
    return [dict(zip(APPROVAL_TOLD, row, strict=True)) for row in rows]
