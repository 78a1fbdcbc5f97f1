"""Names of some members by their numbers, for lists of people."""

from collections.abc import Sequence

from avenant.store.database import Connection
from avenant.store.readers.people import as_shown


def names_shown(connection: Connection, refs: Sequence[str]) -> dict[str, str | None]:
    """The name of each member in ``refs`` that is known, as pages show it (``erased on …`` once erased)."""
    rows = connection.execute(
        f"""SELECT m.ref, {as_shown("d")} FROM member AS m
            LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
            WHERE m.version = 1 AND m.ref = ANY(%s)""",
        [list(refs)],
    )
    return dict(rows.fetchall())
