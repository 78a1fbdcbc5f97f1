"""Ways to say when a row became known: the one we use, and four mutants that look as good and are wrong.

Every way offers the same few verbs (`Stamping`), so that one test drives them all with overlapping transactions.
The mutants are kept because a test of repeatable reads that lets one of them live has gone blind.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg

from avenant.store.changes import ChangeWriter, change_on
from avenant.store.database import Connection
from avenant.store.readers.known import latest
from tests.store.sessions import contracts, value_of

MUTANTS_TABLE = """
CREATE TABLE stamped (contract_id int, version int, at timestamptz, number bigint);
CREATE SEQUENCE stamp_numbers;
GRANT ALL ON stamped TO avenant_app;
GRANT USAGE ON stamp_numbers TO avenant_app;
"""


class Stamping(Protocol):
    """One session that writes contracts in transactions, and answers what was known at an instant."""

    connection: Connection

    def begin(self) -> None: ...
    def write(self, ids: list[int], version: int) -> None: ...
    def commit(self) -> None: ...
    def roll_back(self) -> None: ...
    def resolved(self, instant: datetime) -> Any:
        """What is remembered of the question: a revision, a number or the instant itself."""

    def known(self, resolved: Any) -> str:
        """A query of contract_id, version: the latest versions known then."""


class Abandoned(Exception):
    """Rolls a transaction back on purpose."""


@dataclass(slots=True)
class CommitOrdered:
    """The store's own way: changes sealed as revisions inside COMMIT, instants closed by ticks."""

    connection: Connection
    opened: ExitStack = field(default_factory=ExitStack)
    writer: ChangeWriter | None = None

    def begin(self) -> None:
        self.opened = ExitStack()
        self.writer = self.opened.enter_context(change_on(self.connection, "writer", "overlaps with others"))

    def write(self, ids: list[int], version: int) -> None:
        assert self.writer is not None
        self.writer.write("contract", contracts(*ids, version=version))

    def commit(self) -> None:
        self.opened.close()

    def roll_back(self) -> None:
        try:
            with self.opened.pop_all():
                raise Abandoned
        except Abandoned:
            pass

    def resolved(self, instant: datetime) -> int:
        row = self.connection.execute("SELECT rev_at(%s)", [instant]).fetchone()
        assert row is not None
        return int(row[0])

    def known(self, resolved: int) -> str:
        return latest("contract", "contract_id", ["contract_id", "version"], resolved)


@dataclass(slots=True)
class WithoutTick(CommitOrdered):
    """Mutant: the latest revision up to the instant, which nothing closes."""

    def resolved(self, instant: datetime) -> int:
        query = "SELECT coalesce(max(rev), 0) FROM revision WHERE committed_at <= %s"
        row = self.connection.execute(query, [instant]).fetchone()
        assert row is not None
        return int(row[0])


@dataclass(slots=True)
class _Stamped:
    """What the mutants share: rows of one table, stamped as they are written."""

    connection: Connection
    began_at: object = None

    def begin(self) -> None:
        self.connection.execute("BEGIN")
        self.began_at = value_of(self.connection, "SELECT book_now()")

    def write(self, ids: list[int], version: int) -> None:
        self.connection.execute(
            f"""INSERT INTO stamped SELECT id, %s, {self.clock()}, nextval('stamp_numbers')
            FROM unnest(%s::int[]) AS id""",  # type: ignore[arg-type]
            [version, ids],
        )

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def roll_back(self) -> None:
        if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.connection.execute("ROLLBACK")

    def clock(self) -> str:
        return "book_now()"

    def resolved(self, instant: datetime) -> Any:
        return instant

    def known(self, resolved: Any) -> str:
        return f"""SELECT contract_id, max(version) AS version FROM stamped
            WHERE at <= '{resolved.isoformat()}' GROUP BY contract_id"""


@dataclass(slots=True)
class ClockAtBegin(_Stamped):
    """Mutant: rows carry `now()`, the instant at which their transaction began."""

    def clock(self) -> str:
        return f"'{self.began_at}'::timestamptz"


@dataclass(slots=True)
class ClockAtWrite(_Stamped):
    """Mutant: rows carry `clock_timestamp()`, the instant at which they were written."""


@dataclass(slots=True)
class SequenceSeen(_Stamped):
    """Mutant: rows carry numbers of a sequence; known is what is not above the largest number seen."""

    def resolved(self, instant: datetime) -> Any:
        return value_of(self.connection, "SELECT coalesce(max(number), 0) FROM stamped")

    def known(self, resolved: Any) -> str:
        return f"""SELECT contract_id, max(version) AS version FROM stamped
            WHERE number <= {resolved} GROUP BY contract_id"""


MUTANTS = [ClockAtBegin, ClockAtWrite, SequenceSeen, WithoutTick]
