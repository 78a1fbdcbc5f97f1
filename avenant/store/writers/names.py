"""What members are found by: the folded words of their names, kept beside the names and forgotten with them.

A trigger forgets them when a name changes or is erased; here they are written, from names that are kept just now.
"""

from collections.abc import Iterable
from typing import Final

from avenant.core.finding.folding import name_tokens
from avenant.store.database import Connection

ROWS_AT_ONCE: Final = 2_000


def keep_names(connection: Connection, names: Iterable[tuple[int, str]]) -> None:
    """Let members be found by ``names`` (member_id, name as kept; of one member the last counts).

    A name that is not kept, because it was erased or replaced meanwhile, is passed over.
    """
    rows = list(dict(names).items())
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        tokens = [" ".join(name_tokens(name)) for _, name in some]
        connection.execute(
            """INSERT INTO person_name AS kept (member_id, tokens)
            SELECT member_id, string_to_array(t.tokens, ' ')
            FROM unnest(%s::int[], %s::text[], %s::text[]) AS t (member_id, name, tokens)
            JOIN person_detail AS d USING (member_id)
            WHERE d.kind = 'name' AND d.value = t.name
            ON CONFLICT (member_id) DO UPDATE SET tokens = excluded.tokens WHERE kept.tokens <> excluded.tokens""",
            [[member for member, _ in some], [name for _, name in some], tokens],
        )


def keep_all_names(connection: Connection) -> int:
    """Let everybody be found whose name is kept: for names that are older than this table, or than its folding.

    Returns how many names were read. Commits in between where the connection does.
    """
    last, read = -1, 0
    while True:
        some = connection.execute(
            """SELECT member_id, value FROM person_detail
            WHERE kind = 'name' AND value IS NOT NULL AND member_id > %s ORDER BY member_id LIMIT %s""",
            [last, ROWS_AT_ONCE],
        ).fetchall()
        if not some:
            return read
        keep_names(connection, some)
        last, read = some[-1][0], read + len(some)
