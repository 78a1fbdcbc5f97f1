"""Members found by what their name is made of: equal tokens in one index, then compared name by name.

Names are today's, also in views of the past; who was not known at that revision is not found.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from avenant.core.finding.folding import beginning_tokens, name_words, near_tokens
from avenant.core.finding.found import Found
from avenant.core.finding.ranking import name_score
from avenant.core.finding.typed import Reading, Typed
from avenant.store.database import Connection
from avenant.store.readers.known import known
from avenant.store.readers.people import as_shown

MOST_CANDIDATES: Final = 200
"""So many names are compared at most each time the index is asked; of more, those that were kept first."""
MOST_BORN: Final = 5_000
"""The same where a date of birth chooses among them, before it does."""

Tokens = Callable[[str], list[str]]
WIDER: Final[tuple[Tokens, ...]] = (lambda word: [word], beginning_tokens, near_tokens)
"""How a word is looked for: whole; or as a beginning; or one typo apart. The next while too few are found."""


def by_index_alone(connection: Connection) -> None:
    """Until this transaction ends, no table is read from end to end where an index could be asked.

    How many names have one of thirty tokens is guessed too high; then a first few hits would seem quicker to meet
    by reading everybody, and where there are none, everybody would be read.
    """
    connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")


def members_named(connection: Connection, typed: Typed, limit: int, rev: int | None = None) -> list[Found]:
    """Members whose name fits, about ``limit`` and those of equal rank that were read with them, in no order.

    Who types a date of birth means one person: then nothing less like the name is looked for beside what fits.
    """
    found: dict[str, Found] = {}
    seen: set[int] = set()
    for readings, tokens in _tries(typed):
        for reading in readings:
            some = [
                member
                for member in _candidates(connection, reading, tokens, typed.born)
                if member not in seen
            ]
            seen.update(some)
            fitting = _fitting(connection, some, typed, rev)
            found |= {one.ref: one for one in fitting}
        if len(found) >= (1 if typed.born else limit):
            break
    return list(found.values())


def _tries(typed: Typed) -> Iterator[tuple[tuple[Reading, ...], Tokens]]:
    whole, *wider = WIDER
    yield typed.readings, whole
    for tokens in wider:
        yield typed.readings, tokens
    yield typed.repaired, whole


def _candidates(
    connection: Connection, reading: Reading, tokens: Tokens, born: tuple[date, date] | None
) -> list[int]:
    """Members with a token of each word, of those born in a period alone.

    Their birth dates are looked up one by one: a join may read all members to meet a few.
    """
    words = [tokens(word) for word in dict.fromkeys(reading)]
    having = " AND ".join(["n.tokens && %s::text[]"] * len(words))
    query, parameters = f"SELECT n.member_id FROM person_name AS n WHERE {having} LIMIT %s", [*words]
    if born is None:
        rows = connection.execute(query, [*parameters, MOST_CANDIDATES])
        return [member for (member,) in rows]
    rows = connection.execute(
        f"""SELECT n.member_id FROM ({query}) AS n WHERE (
            SELECT bool_or(birth_date >= %s AND birth_date < %s) FROM member AS m WHERE m.member_id = n.member_id)
        LIMIT %s""",
        [*parameters, MOST_BORN, *born, MOST_CANDIDATES],
    )
    return [member for (member,) in rows]


def _fitting(connection: Connection, members: list[int], typed: Typed, rev: int | None) -> Iterator[Found]:
    """Those of ``members`` whose name, as it is kept, and whose birth date do fit."""
    readings = (*typed.readings, *typed.repaired)
    for ref, about, role, born_on, withdrawn, name, erased in member_rows(connection, members, rev):
        if name is None or erased or (typed.born and not typed.born[0] <= born_on < typed.born[1]):
            continue
        score = name_score(readings, name_words(name))
        if score is not None:
            yield Found("member", ref, score, name, about, role, born_on, withdrawn=withdrawn)


def member_rows(connection: Connection, members: list[int], rev: int | None) -> list[tuple[Any, ...]]:
    """ref, the family's ref, role, birth date, withdrawn, name as shown, whether erased; as last known at ``rev``."""
    if not members:
        return []
    return connection.execute(
        f"""SELECT m.ref, f.ref, m.role, m.birth_date, m.withdrawn, {as_shown("d")}, d.erased_at IS NOT NULL
        FROM unnest(%s::int[]) AS asked (member_id)
        JOIN LATERAL (SELECT t.* FROM member AS t WHERE t.member_id = asked.member_id AND {known("t", rev)}
                      ORDER BY version DESC LIMIT 1) AS m ON true
        JOIN member AS f ON f.member_id = m.family_id AND f.version = 1
        LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'""",
        [members],
    ).fetchall()
