"""As-of answers are the same for ever, however transactions overlap; and stamps that look as good are not.

Two harnesses drive the same ways of stamping rows (`stampings.py`). One interleaves the steps of several open
transactions in a single thread, so that Hypothesis can choose, shrink and replay every interleaving. The other
lets threads race, so that commits and questions also meet inside COMMIT. Each counts what really overlapped, and
each has to kill the mutants.

AVENANT_SOAK=1 makes both long; AVENANT_SEED repeats a run, whose seed every failure prints.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from time import monotonic, sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from avenant.gateways.postgres_databases import DatabaseServer
from avenant.store.database import Connection, Database
from tests.store.sessions import superuser, value_of
from tests.store.stampings import MUTANTS, MUTANTS_TABLE, CommitOrdered, Stamping

SOAK = os.environ.get("AVENANT_SOAK") == "1"
SEED = int(os.environ.get("AVENANT_SEED") or (random.randrange(2**32) if SOAK else 20260314))
START = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SESSIONS = 4
ASKED_MEANWHILE, COMMITS, PATIENCE_SECONDS = 10, 30, 300

Answer = frozenset[tuple[int, int]]
IDS = count(1)


class AnswerChanged(AssertionError):
    """The same question had another answer than before."""


@contextmanager
def sessions(db: Database, way: type[Stamping], number: int) -> Iterator[list[Stamping]]:
    with ExitStack() as stack:
        yield [way(stack.enter_context(db.connect())) for _ in range(number)]  # type: ignore[call-arg]


# One thread, every interleaving chosen by Hypothesis.


@dataclass(slots=True)
class Transaction:
    """An open transaction: what it wrote, and what happened meanwhile."""

    began: int
    versions: dict[int, int] = field(default_factory=dict)
    asked_meanwhile: int = 0


@dataclass(slots=True)
class Question:
    """An instant that was asked about, what it was resolved to, and the first answer."""

    instant: datetime
    resolved: Any
    answer: Answer


def interleavings(
    writers: list[Stamping], reader: Stamping, seen: Counter[str], clock_goes_back: bool
) -> type[RuleBasedStateMachine]:
    """A machine whose rules are the steps of several transactions, of a clock, and of those who ask."""
    fresh, order, days = count(1), count(), count(1)
    any_of_them = st.integers(0, len(writers) - 1)
    some_open = precondition(lambda machine: machine.open)

    class Interleaving(RuleBasedStateMachine):
        @initialize()
        def another_day(self) -> None:
            self.open: dict[int, Transaction] = {}
            self.committed: dict[int, int] = {}
            self.questions: list[Question] = []
            self.first_id = next(fresh)
            self.clock = self.latest = START + next(days) * timedelta(days=1)
            self.set_clock(self.clock)
            self.begin(rows=1)
            self.begin(rows=2)

        def set_clock(self, instant: datetime) -> None:
            self.clock, self.latest = instant, max(self.latest, instant)
            reader.connection.execute("UPDATE simulated_clock SET at = %s", [instant])

        def opened(self, which: int) -> int:
            return sorted(self.open)[which % len(self.open)]

        @precondition(lambda self: len(self.open) < len(writers))
        @rule(rows=st.sampled_from([0, 1, 2, 40]))
        def begin(self, rows: int) -> None:
            slot = min(set(range(len(writers))) - set(self.open))
            writers[slot].begin()
            self.open[slot] = Transaction(next(order))
            if rows:
                self.write_to(slot, rows)

        @some_open
        @rule(which=any_of_them, rows=st.sampled_from([1, 2, 40]))
        def write(self, which: int, rows: int) -> None:
            self.write_to(self.opened(which), rows)

        def write_to(self, slot: int, rows: int) -> None:
            ids = [next(fresh) for _ in range(rows)]
            writers[slot].write(ids, 1)
            self.open[slot].versions |= dict.fromkeys(ids, 1)

        @some_open
        @rule(which=any_of_them, pick=st.integers(0, 1_000))
        def correct(self, which: int, pick: int) -> None:
            slot = self.opened(which)
            taken = {number for other in self.open.values() for number in other.versions}
            if free := sorted(set(self.committed) - taken):
                number = free[pick % len(free)]
                writers[slot].write([number], self.committed[number] + 1)
                self.open[slot].versions[number] = self.committed[number] + 1

        @some_open
        @rule(which=any_of_them)
        def commit(self, which: int) -> None:
            slot = self.opened(which)
            writers[slot].commit()
            done = self.open.pop(slot)
            self.committed |= done.versions
            seen["asked while the writer was under way"] += bool(done.asked_meanwhile and done.versions)
            seen["overtook an earlier writer"] += any(o.began < done.began for o in self.open.values())

        @some_open
        @rule(which=any_of_them)
        def abandon(self, which: int) -> None:
            slot = self.opened(which)
            writers[slot].roll_back()
            del self.open[slot]

        @rule(step=st.sampled_from([1, 1_000, 1_000_000]))
        def clock_ticks(self, step: int) -> None:
            self.set_clock(self.clock + step * MICROSECOND)

        @precondition(lambda self: clock_goes_back)
        @rule(step=st.sampled_from([1, 1_000_000, 3_600_000_000]))
        def set_back(self, step: int) -> None:
            self.set_clock(self.clock - step * MICROSECOND)

        @rule()
        def ask_about_now(self) -> None:
            self.set_clock(self.latest + timedelta(milliseconds=1))
            assert self.ask(self.clock) == frozenset(self.committed.items()), (
                "all that was acknowledged, no more"
            )

        @rule(back=st.integers(0, 2_000_000))
        def ask_about_the_past(self, back: int) -> None:
            self.ask(self.clock - back * MICROSECOND)

        def ask(self, instant: datetime) -> Answer:
            resolved = reader.resolved(instant)
            self.questions.append(Question(instant, resolved, self.known(resolved)))
            for transaction in self.open.values():
                transaction.asked_meanwhile += bool(transaction.versions)
            return self.questions[-1].answer

        def known(self, resolved: Any) -> Answer:
            query = f"SELECT contract_id, version FROM ({reader.known(resolved)}) AS k WHERE contract_id > %s"
            return frozenset(reader.connection.execute(query, [self.first_id]))  # type: ignore[call-overload]

        @rule()
        def ask_everything_again(self) -> None:
            for question in self.questions:
                seen["asked again"] += 1
                asked_again = [question.resolved]
                if isinstance(reader, CommitOrdered):
                    asked_again.append(reader.resolved(question.instant))
                if any(self.known(resolved) != question.answer for resolved in asked_again):
                    raise AnswerChanged(f"as of {question.instant}")

        def teardown(self) -> None:
            try:
                while self.open:
                    self.commit(which=-1)
                self.ask_everything_again()
            finally:
                for slot in self.open:
                    writers[slot].roll_back()

    return seed(SEED)(Interleaving)


def play(
    db: Database, way: type[Stamping], examples: int, *, shrink: bool, clock_goes_back: bool
) -> Counter[str]:
    """Play `examples` interleavings; how often transactions and questions overlapped."""
    seen: Counter[str] = Counter()
    choices = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    with sessions(db, way, SESSIONS + 1) as [reader, *writers]:
        run_state_machine_as_test(interleavings(writers, reader, seen, clock_goes_back), settings=choices)
    return seen


@pytest.fixture
def db(new_book: Callable[..., Database], server: DatabaseServer) -> Database:
    return with_mutants_table(new_book(opens=date(2026, 1, 1)), server)


def with_mutants_table(db: Database, server: DatabaseServer) -> Database:
    with superuser(server, db) as connection:
        connection.execute(MUTANTS_TABLE)
    return db


@pytest.mark.soak
def test_the_same_question_has_the_same_answer_for_ever(db: Database) -> None:
    print(f"AVENANT_SEED={SEED}")
    seen = play(db, CommitOrdered, 3_000 if SOAK else 40, shrink=True, clock_goes_back=True)
    print(dict(seen))
    for event in ("asked while the writer was under way", "overtook an earlier writer", "asked again"):
        assert seen[event] >= 20, f"too little overlapped to prove anything: {dict(seen)}"


@pytest.mark.parametrize("mutant", MUTANTS)
def test_interleavings_kill_the_mutant(db: Database, mutant: type[Stamping]) -> None:
    with pytest.raises(AnswerChanged):
        play(db, mutant, 1_000, shrink=False, clock_goes_back=False)


# Threads that race.


@dataclass(slots=True)
class Storm:
    """Threads that write and ask for some seconds, and for as long as it takes until enough has overlapped.

    How much overlaps in a second says how busy the machine is, not whether answers are repeatable.
    """

    db: Database
    way: type[Stamping]
    seconds: float
    began: float = field(default_factory=monotonic)
    questions: list[tuple[datetime, Any, tuple[Any, ...]]] = field(default_factory=list)
    under_way: int = 0
    asked_meanwhile: int = 0
    commits: int = 0
    failures: list[BaseException] = field(default_factory=list)

    def run(self, small: int, bulk: int, readers: int) -> None:
        threads = [
            *(self.thread(self.write, n, 1, 0.002) for n in range(small)),
            *(self.thread(self.write, 100 + n, 200, 0.02) for n in range(bulk)),
            *(self.thread(self.ask, 200 + n) for n in range(readers)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def too_little_overlapped(self) -> bool:
        """Whether too few asked while others wrote, or too few wrote at all."""
        return self.asked_meanwhile < ASKED_MEANWHILE or self.commits < COMMITS

    def is_over(self) -> bool:
        """Whether its time is up, and enough has overlapped or the patience of the test has ended."""
        limit = PATIENCE_SECONDS if self.too_little_overlapped() else self.seconds
        return bool(self.failures) or monotonic() - self.began > limit

    def thread(self, work: Callable[..., None], number: int, *arguments: Any) -> threading.Thread:
        def guarded() -> None:
            try:
                with sessions(self.db, self.way, 1) as [session]:
                    while not self.is_over():
                        work(session, chance, *arguments)
            except BaseException as error:
                self.failures.append(error)

        chance = random.Random(f"{SEED} {number}")
        return threading.Thread(target=guarded)

    def write(self, session: Stamping, chance: random.Random, rows: int, pause: float) -> None:
        session.begin()
        for _ in range(chance.randint(1, 3)):
            session.write([next(IDS) for _ in range(rows)], 1)
            self.under_way += 1
            sleep(chance.uniform(0, pause))
            self.under_way -= 1
        if chance.random() < 0.05:
            session.roll_back()
        else:
            session.commit()
            self.commits += 1

    def ask(self, session: Stamping, chance: random.Random) -> None:
        instant = value_of(session.connection, "SELECT book_now()")
        assert isinstance(instant, datetime)
        if chance.random() < 0.3:
            instant -= timedelta(seconds=chance.uniform(0, 0.2))
        resolved = session.resolved(instant)
        self.questions.append((instant, resolved, answer(session, resolved)))
        self.asked_meanwhile += self.under_way > 0
        sleep(chance.uniform(0, 0.01))

    def changed(self) -> int:
        """How many answers are others now."""
        with sessions(self.db, self.way, 1) as [session]:
            return sum(
                answer(session, resolved) != first
                or (isinstance(session, CommitOrdered) and session.resolved(instant) != resolved)
                for instant, resolved, first in self.questions
            )


def answer(session: Stamping, resolved: Any) -> tuple[Any, ...]:
    """The known rows in short: their number, and a sum that any other set of rows would miss."""
    query = f"""SELECT count(*), sum(hashint8extended(contract_id, version)::numeric)
        FROM ({session.known(resolved)}) AS known"""
    row = session.connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return row  # type: ignore[no-any-return]


@pytest.mark.soak
def test_racing_threads_never_change_an_answer(new_book: Callable[..., Database]) -> None:
    print(f"AVENANT_SEED={SEED}")
    for _ in range(40 if SOAK else 1):
        db = new_book(opens=date(2026, 1, 1), clock="real")
        storm = Storm(db, CommitOrdered, seconds=3)
        storm.run(small=5, bulk=2, readers=2)
        assert not storm.too_little_overlapped(), "too little overlapped to prove anything"
        assert storm.changed() == 0, f"of {len(storm.questions)} answers"
        with db.connect() as connection:
            assert_no_gap_and_increasing_instants(connection)


def assert_no_gap_and_increasing_instants(connection: Connection) -> None:
    rows = connection.execute("SELECT rev, committed_at FROM revision ORDER BY rev").fetchall()
    assert [rev for rev, _ in rows] == list(range(1, len(rows) + 1))
    instants = [instant for _, instant in rows]
    assert instants == sorted(set(instants))


@pytest.mark.parametrize("mutant", MUTANTS)
def test_racing_threads_kill_the_mutant(
    new_book: Callable[..., Database], server: DatabaseServer, mutant: type[Stamping]
) -> None:
    for _ in range(60):  # by chance: the first or second storm on an idle machine, later on a busy one
        # A new book for each: in a full one a question takes long, so that few are asked while others write.
        db = with_mutants_table(new_book(opens=date(2026, 1, 1), clock="real"), server)
        storm = Storm(db, mutant, seconds=0.5)
        storm.run(small=4, bulk=2, readers=2)
        if storm.changed():
            return
    pytest.fail(f"{mutant.__name__} lives: this test has gone blind")
