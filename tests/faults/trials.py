"""A trial: one book under a fault and its undisturbed twin, and the verdict after the next run.

trial = Trial(stage, scenario)
... something happens to trial.book ...
trial.judge()
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from avenant.flows import nightly
from avenant.store.database import Database
from tests.faults.books import Rows, contents, differences, number
from tests.faults.commands import Command, chunks_of_cut_runs, cut_short
from tests.faults.gates import gate
from tests.faults.invariants import broken_invariants
from tests.faults.scenarios import Scenario, Stage, left_to_settle, next_night, settle_everybody
from tests.faults.witness import Witness

ATTEMPTS, FREE_ATTEMPTS = 12, 5
WRITTEN = "SELECT count(*) FROM run_chunk WHERE run_id = (SELECT max(run_id) FROM run)"


@dataclass(slots=True)
class Trial:
    """start: a book that waits for its night; `book` and `twin` are copies of it.

    chunks: how many chunks the night of the twin wrote; the fault should come before the last of them.
    haste: from 0, strike at any moment, to 1, strike as soon as there is something to strike.
    """

    stage: Stage
    scenario: Scenario
    start: Database = field(init=False)
    book: Database = field(init=False)
    twin: Database = field(init=False)
    witness: Witness = field(init=False)
    chunks: int = field(init=False)
    haste: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.start = self.stage.told(self.scenario)
        self.start_over()
        self.twin = self.stage.copy(self.start)
        nightly.run(
            self.twin,
            self.scenario.night,
            chunk_families=self.scenario.chunk_families,
            override_breaker=True,
        )
        self.chunks = chunks_written(self.twin)

    def start_over(self) -> None:
        """A fresh book that waits for its night."""
        self.book = self.stage.copy(self.start)
        self.witness = Witness(self.book, self.scenario.dice)
        self.witness.look()

    def until_hit(
        self, disturb: Callable[["Trial", int], bool], hold: str | None = None, opens_at: int | None = None
    ) -> None:
        """Disturb fresh books until the fault came while a run was at work (`disturb` says so).

        `disturb` gets the number of chunks after which it should strike. On a busy machine a run may end before
        the fault comes, so the later attempts strike ever earlier. The last ones strike as soon as they can, and
        behind a `gate` that holds runs at the table `hold` until then: these cannot miss.
        """
        dice = self.scenario.dice
        latest = max(0, self.chunks - 2)
        for attempt in range(ATTEMPTS):
            self.haste = min(1.0, attempt / FREE_ATTEMPTS)
            chunks = dice.randint(0, round(latest * (1 - self.haste)))
            with self.held_at(hold if self.haste == 1 else None, opens_at):
                hit = disturb(self, chunks)
            if hit:
                print(f"hit after {chunks_of_cut_runs(self.book)} of {self.chunks} chunks, attempt {attempt}")
                return
            self.start_over()
        raise AssertionError(f"no fault came in the middle of a run in {ATTEMPTS} attempts")

    def held_at(self, table: str | None, opens_at: int | None) -> AbstractContextManager[None]:
        """A gate before a table of the book; with None there is none."""
        return gate(self.stage.admin_url(self.book), table, opens_at) if table else nullcontext()

    def cut_short(self) -> bool:
        """Whether exactly one run of the book was opened and never closed."""
        return cut_short(self.book) == 1

    def nightly_command(self, **options: object) -> Command:
        """`avenant nightly` at work on the book."""
        return Command.nightly(self.stage, self.book, self.scenario, **options)

    def judge(self, known: tuple[str, ...] = ()) -> None:
        """After the next run, and after the next invoices and payouts, books are equal and the invariants hold.

        `known`: names of the program's checks that have to find something, since the test broke their promise.
        """
        next_night(self.book, self.scenario)
        none_of(differences(contents(self.book), contents(self.twin)), "after the next nightly run")
        for book in (self.book, self.twin):
            settle_everybody(book, self.scenario.night)
        none_of(differences(contents(self.book), contents(self.twin)), "after the next invoices and payouts")
        none_of(unproven(contents(self.twin)), "the scenario")
        none_of(left_to_settle(self.book, self.scenario.night), "everything was settled")
        none_of(broken_invariants(self.book, self.scenario, self.witness, known), "at rest")


def unproven(rows: Mapping[str, Rows]) -> list[str]:
    """Tables that must not be empty, or their being equal proves nothing."""
    needed = ("premium", "invoice", "settled entry", "reimbursement", "waiting line", "payout", "paid entry")
    return [f"nothing in {name}" for name in needed if not rows[name]]


def none_of(findings: list[str], when: str) -> None:
    """Fail with all findings, if there are any."""
    assert not findings, "\n".join([f"{when}:", *findings])


def chunks_written(book: Database) -> int:
    """How many chunks the latest run of a book has committed."""
    with book.connect() as connection:
        return number(connection, WRITTEN)
