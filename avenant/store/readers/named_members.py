"""Members by the numbers people call them by, with what tells them apart on a list: name of today, role, birth."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from avenant.store.database import Connection
from avenant.store.readers.people import as_shown


@dataclass(frozen=True, slots=True)
class NamedMember:
    """``name``: of today, ``erased on …`` once erased; None: never told."""

    ref: str
    name: str | None
    role: str
    birth_date: date | None


def members_called(connection: Connection, refs: Iterable[str]) -> dict[str, NamedMember]:
    """Number -> member, as known now; unknown numbers are left out. One query by index, however many."""
    asked = [ref for ref in refs if "\0" not in ref]
    rows = connection.execute(
        f"""SELECT m.ref, {as_shown("d")}, m.role, m.birth_date
            FROM member AS first
            JOIN LATERAL (SELECT t.* FROM member AS t WHERE t.member_id = first.member_id
                          ORDER BY t.version DESC LIMIT 1) AS m ON true
            LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
            WHERE first.version = 1 AND first.ref = ANY(%s)""",
        [asked],
    )
    return {row[0]: NamedMember(*row) for row in rows}
