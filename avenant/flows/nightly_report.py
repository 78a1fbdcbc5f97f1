"""What a nightly run tells: counts of both books, chunk by chunk and in all."""

from dataclasses import asdict, dataclass, field
from datetime import date

import polars as pl

from avenant.flows.nightly_chunk import BOOKS, Computed


@dataclass(frozen=True, slots=True)
class BookMoves:
    """What a run wrote to one book. amount_cents: net change per currency."""

    charges: int = 0
    cancels: int = 0
    amount_cents: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NightlyReport:
    """What a nightly run did; charges, cancels and amount_booked_cents are those of the premium book.

    expected_acts: reimbursement rows recomputed. waiting: lines and acts that wait for a person or for news.
    """

    run_id: int
    business_date: date
    families: int
    expected_rows: int
    expected_acts: int
    charges: int
    cancels: int
    amount_booked_cents: dict[str, int]
    reimbursements: BookMoves
    parked: list[tuple[str, str]]
    held: int
    waiting: int
    written_rows: int
    chunks: int
    seconds: float
    read_rev: int


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows of one book in one chunk or many, and the net change of each contract in cents."""

    charges: int = 0
    cancels: int = 0
    contracts: dict[int, int] = field(default_factory=dict)

    def plus(self, more: "Moves") -> "Moves":
        """Both together."""
        contracts = dict(self.contracts)
        for contract, cents in more.contracts.items():
            contracts[contract] = contracts.get(contract, 0) + cents
        return Moves(self.charges + more.charges, self.cancels + more.cancels, contracts)


@dataclass(frozen=True, slots=True)
class Done:
    """What finished chunks tell their run. moves: by book. spilled: where rows wait to be written."""

    families: int = 0
    expected_rows: int = 0
    expected_acts: int = 0
    held: int = 0
    waiting: int = 0
    written_rows: int = 0
    parked: tuple[tuple[int, str], ...] = ()
    moves: dict[str, Moves] = field(default_factory=dict)

    def plus(self, more: "Done") -> "Done":
        """Both together."""
        return Done(
            families=self.families + more.families,
            expected_rows=self.expected_rows + more.expected_rows,
            expected_acts=self.expected_acts + more.expected_acts,
            held=self.held + more.held,
            waiting=self.waiting + more.waiting,
            written_rows=self.written_rows + more.written_rows,
            parked=self.parked + more.parked,
            moves={book.table: self.of(book.table).plus(more.of(book.table)) for book in BOOKS},
        )

    def of(self, table: str) -> Moves:
        """The moves of one book."""
        return self.moves.get(table, Moves())

    @property
    def cancels(self) -> int:
        """How many booked rows of both books are cancelled."""
        return sum(moves.cancels for moves in self.moves.values())


def done_with(computed: Computed, written: int) -> Done:
    """What a chunk, written or spilled, tells its run."""
    return Done(
        families=computed.families,
        expected_rows=computed.expected_rows,
        expected_acts=computed.expected_acts,
        held=computed.held_now,
        waiting=computed.waiting_now,
        written_rows=written,
        parked=tuple(computed.parked),
        moves={book.table: moves_of(computed.tables[book.table]) for book in BOOKS},
    )


def moves_of(entries: pl.DataFrame) -> Moves:
    """Charges and cancels of some entries, and what they move."""
    cancels = int((entries["version"] % 2 == 0).sum())
    moved = entries.group_by("contract_id").agg(pl.col("amount_cents").sum())
    return Moves(len(entries) - cancels, cancels, dict(moved.iter_rows()))


def counts(report: NightlyReport) -> dict[str, object]:
    """What the end of the run records."""
    return {
        "families": report.families,
        "expected_rows": report.expected_rows,
        "expected_acts": report.expected_acts,
        "charges": report.charges,
        "cancels": report.cancels,
        "amount_booked_cents": report.amount_booked_cents,
        "reimbursements": asdict(report.reimbursements),
        "parked": len(report.parked),
        "held": report.held,
        "waiting": report.waiting,
        "written_rows": report.written_rows,
        "read_rev": report.read_rev,
        "milliseconds": round(report.seconds * 1000),
    }
