"""Publications of rulebooks: which version came into force when, by whom and why."""

from dataclasses import dataclass
from datetime import datetime

from avenant.store.database import Connection
from avenant.store.readers.known import known


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication. previous: the version in force before it; None: it was the first."""

    publication_id: int
    version: str
    rev: int
    at: datetime
    actor: str
    reason: str
    previous: str | None


def publications(connection: Connection, rev: int | None = None, limit: int = 100) -> list[Publication]:
    """The last ``limit`` publications, newest first: the first of them is in force."""
    rows = connection.execute(
        f"""SELECT v.publication_id, v.version, r.rev, r.committed_at, c.actor, c.reason,
                   lag(v.version) OVER (ORDER BY r.rev)
            FROM rulebook_version AS v JOIN revision AS r USING (change_id) JOIN change AS c USING (change_id)
            WHERE {known("v", rev)} ORDER BY r.rev DESC LIMIT %s""",
        [limit],
    )
    return [Publication(*row) for row in rows]
