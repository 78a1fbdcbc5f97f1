"""Find whom or what somebody means by what they type: a name, with typos, or any number.

found(db, "lerroy nora 1980")
found(db, "AV-2026-000012", rev=17)
"""

from typing import Final

from avenant.core.finding.found import Found, best
from avenant.core.finding.typed import understood
from avenant.store.database import Database
from avenant.store.readers.finding import by_index_alone, members_named
from avenant.store.readers.finding_numbers import numbered
from avenant.store.writers.names import keep_all_names

MOST: Final = 100


def found(
    db: Database, typed: str, limit: int = 20, rev: int | None = None, names: bool = True
) -> tuple[Found, ...]:
    """The best ``limit`` (1 to MOST) of what ``typed`` may mean, as known at a revision; empty for blank text.

    Names are today's. Where nobody may see them (``names`` false), they are neither told nor searched: who finds a
    member by a name has learnt it. Errors: ValueError for text that is too long or no text, and for another limit.
    """
    if not 1 <= limit <= MOST:
        raise ValueError(f"a search shows 1 to {MOST} results, not {limit}")
    meant = understood(typed)
    if meant is None:
        return ()
    with db.snapshot() as connection:
        by_index_alone(connection)
        some = numbered(connection, meant.text, limit, rev, names)
        if names:
            some += members_named(connection, meant, limit, rev)
    return best(some, limit)


def keep_names_found(db: Database) -> int:
    """Make every kept name searchable: once for a database older than the search, or when names fold anew.

    Returns how many names were read. Safe to run beside everything else, and twice.
    """
    with db.connect() as connection:
        return keep_all_names(connection)
