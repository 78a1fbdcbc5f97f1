"""Whom news concerns: every family whose premiums or reimbursements may depend on some new versions of facts.

All versions of a told fact count: what left a family, a member or a contract concerns those whom it left.
"""

from collections.abc import Mapping

import polars as pl

from avenant.store.database import Connection

QUERIES = {
    "member": ("member_id", "SELECT unnest(%(ids)s::int[])"),
    "approval": ("member_id", "SELECT unnest(%(ids)s::int[])"),
    "enrolment": ("enrolment_id", "SELECT member_id FROM enrolment WHERE enrolment_id = ANY(%(ids)s::int[])"),
    "contract": ("contract_id", "SELECT member_id FROM enrolment WHERE contract_id = ANY(%(ids)s::int[])"),
    "care_line": ("line_id", "SELECT member_id FROM care_line WHERE line_id = ANY(%(ids)s::bigint[])"),
    "document": (
        "document_id",
        """SELECT m.member_id FROM document AS d JOIN member AS m ON m.ref = d.member_ref
           WHERE d.document_id = ANY(%(ids)s::int[])""",
    ),
    "answer": (
        "answer_id",
        """SELECT l.member_id FROM answer AS a JOIN care_line AS l ON l.ref IN (a.line_ref, a.other_ref)
           WHERE a.answer_id = ANY(%(ids)s::int[])""",
    ),
    "provider_status": (
        "status_id",
        """SELECT l.member_id FROM provider_status AS s JOIN care_line AS l USING (provider_id)
           WHERE s.status_id = ANY(%(ids)s::int[])""",
    ),
}
"""Per table: what identifies its facts, and whom facts with these ids concern."""


def families_touched(connection: Connection, written: Mapping[str, pl.DataFrame]) -> list[int]:
    """The ids of the families that rows ``written`` to the tables of facts concern, in order."""
    members: set[int] = set()
    for table, (key, query) in QUERIES.items():
        rows = written.get(table)
        if rows is not None and len(rows):
            found = connection.execute(query, {"ids": rows[key].unique().to_list()})
            members.update(member for (member,) in found if member is not None)
    found = connection.execute(
        "SELECT DISTINCT family_id FROM member WHERE member_id = ANY(%s::int[]) ORDER BY family_id",
        [list(members)],
    )
    return [family for (family,) in found]
