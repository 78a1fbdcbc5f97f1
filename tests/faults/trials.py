"""A trial: one book under a fault and its undisturbed twin, and the verdict after the next run.

trial = Trial(stage, scenario)
... something happens to trial.book ...
trial.judge()
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from avenant.flows import nightly
from avenant.store.database import Database
from tests.faults.books import contents, differences
from tests.faults.commands import Command, chunks_of_cut_runs, cut_short
from tests.faults.invariants import broken_invariants
from tests.faults.scenarios import Scenario, Stage, invoice_everybody, next_night
from tests.faults.witness import Witness

ATTEMPTS = 12
WRITTEN = "SELECT count(*) FROM run_chunk WHERE run_id = (SELECT max(run_id) FROM run)"


@dataclass(slots=True)
class Trial:
    """`chunks`: how many chunks the night of the twin wrote; the fault should come before the last of them.

    haste: from 0, strike at any moment, to 1, strike as soon as there is something to strike.
    """

    stage: Stage
    scenario: Scenario
    book: Database = field(init=False)
    twin: Database = field(init=False)
    witness: Witness = field(init=False)
    chunks: int = field(init=False)
    haste: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.start_over()
        self.twin = self.stage.copy(self.book)
        nightly.run(
            self.twin,
            self.scenario.night,
            chunk_families=self.scenario.chunk_families,
            override_breaker=True,
        )
        self.chunks = chunks_written(self.twin)

    def start_over(self) -> None:
        """A fresh book that waits for its night."""
        self.book = self.stage.told(self.scenario)
        self.witness = Witness(self.book, self.scenario.dice)
        self.witness.look()

    def until_hit(self, disturb: Callable[["Trial", int], bool]) -> None:
        """Disturb fresh books until the fault came while a run was at work (`disturb` says so).

        `disturb` gets the number of chunks after which it should strike. On a busy machine a run may end
        before the fault comes, so the later attempts strike ever earlier, the last as soon as they can.
        """
        dice = self.scenario.dice
        latest = max(0, self.chunks - 2)
        for attempt in range(ATTEMPTS):
            self.haste = attempt / (ATTEMPTS - 1)
            if disturb(self, dice.randint(0, round(latest * (1 - self.haste)))):
                print(f"hit after {chunks_of_cut_runs(self.book)} of {self.chunks} chunks")
                return
            self.start_over()
        raise AssertionError(f"no fault came in the middle of a run in {ATTEMPTS} attempts")

    def cut_short(self) -> bool:
        """Whether exactly one run of the book was opened and never closed."""
        return cut_short(self.book) == 1

    def nightly_command(self, **options: object) -> Command:
        """`avenant nightly` at work on the book."""
        return Command.nightly(self.stage, self.book, self.scenario, **options)

    def judge(self, known: tuple[str, ...] = ()) -> None:
        """After the next run, and after the next invoices, the books are equal and the invariants hold.

        `known`: names of the program's checks that have to find something, since the test broke their promise.
        """
        next_night(self.book, self.scenario)
        none_of(differences(contents(self.book), contents(self.twin)), "after the next nightly run")
        for book in (self.book, self.twin):
            invoice_everybody(book, self.scenario.night)
        none_of(differences(contents(self.book), contents(self.twin)), "after the next invoice run")
        none_of(broken_invariants(self.book, self.scenario, self.witness, known), "at rest")


def none_of(findings: list[str], when: str) -> None:
    """Fail with all findings, if there are any."""
    assert not findings, "\n".join([f"{when}:", *findings])


def chunks_written(book: Database) -> int:
    """How many chunks the latest run of a book has committed."""
    with book.connect() as connection:
        row = connection.execute(WRITTEN).fetchone()
    return int(row[0]) if row else 0
