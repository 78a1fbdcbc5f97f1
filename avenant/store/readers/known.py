"""As-of conditions: SQL that keeps what was known at a revision and, of versioned facts, the latest version."""

from collections.abc import Iterable


def known(alias: str, rev: int | None) -> str:
    """A condition on ``alias``'s change: true for rows known at ``rev`` (None: for every visible row)."""
    if rev is None:
        return "true"
    return f"{alias}.change_id IN (SELECT change_id FROM revision WHERE rev <= {int(rev)})"


def latest(table: str, key: str, columns: Iterable[str], rev: int | None, where: str = "true") -> str:
    """A query of the latest known version of each fact of ``table``, withdrawn ones included.

    ``where`` is a condition on the alias ``t``. The version is looked up fact by fact: an anti-join would scan
    the whole index for every chunk of families. It is looked up among corrections alone, which are few and, where
    facts are many, have an index of their own: versions are 1, 2, 3 without gaps.
    """
    corrected = f"n.{key} = t.{key} AND n.version > 1 AND {known('n', rev)}"
    return f"""
        SELECT {", ".join(f"t.{name}" for name in columns)} FROM {table} AS t
        WHERE {where} AND {known("t", rev)} AND t.version = coalesce((
            SELECT max(n.version) FROM {table} AS n WHERE {corrected}), 1)"""


def array(ids: Iterable[int]) -> str:
    """Integers as a PostgreSQL array constant."""
    return f"'{{{','.join(str(int(number)) for number in ids)}}}'::int[]"


def bigints(ids: Iterable[int]) -> str:
    """The same as a constant of 64-bit integers."""
    return f"'{{{','.join(str(int(number)) for number in ids)}}}'::bigint[]"
