"""The digest chain: every digest recomputed from the rows as they stand, up to a given revision.

The digest of the head, kept elsewhere, proves later that nothing before it was changed: not even by somebody who
could write new digests too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from avenant.core.checks import chain
from avenant.core.checks.finding import Finding, shortened
from avenant.store.database import Connection, Database
from avenant.store.readers.written import heads, recomputed_digests, recorded_digests, revisions


class NoSuchRevision(LookupError):
    """A revision beyond the head."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What was verified: all revisions up to ``rev``, whose ``digest`` (hex) is worth keeping elsewhere."""

    rev: int
    digest: str
    findings: list[Finding]


def verify_chain(
    db: Database,
    through: int | None = None,
    expect: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> ChainReport:
    """Recompute and verify the chain up to revision ``through`` (None: the head).

    expect: the digest (hex) that was kept elsewhere for that revision. Errors: NoSuchRevision.
    """
    with db.snapshot() as connection:
        return _verified(connection, through, expect, progress or _silent)


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def _verified(
    connection: Connection, through: int | None, expect: str | None, say: Callable[[str, int, int], None]
) -> ChainReport:
    known = revisions(connection)
    last = max([*known["rev"].tail(1), *(head.rev for head in heads(connection))], default=0)
    rev = last if through is None else through
    if not 0 <= rev <= last:
        raise NoSuchRevision(f"there is no revision {rev}: the head is revision {last}")
    known = known.filter(pl.col("rev") <= rev)
    changes = known.select("change_id").drop_nulls()
    recorded = recorded_digests(connection).join(changes, on="change_id", how="semi")
    recomputed = recomputed_digests(connection, rev, say)
    found = chain.findings(known, recorded, recomputed, rev, expect)
    digests = dict(known.select("rev", "digest").iter_rows())
    return ChainReport(rev, digests.get(rev, chain.ORIGIN), shortened(found))
