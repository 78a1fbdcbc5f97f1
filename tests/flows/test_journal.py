"""The journal of both books: hledger accepts it, and adds up to the same totals as our own tables."""

import csv
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from avenant.flows import payouts
from avenant.flows.exporting_journal import write_journal
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.database import Database
from avenant.store.setup import create_book
from tests.flows.checked_books import play
from tests.flows.paid_books import book as booked
from tests.flows.paid_books import corrected, entry

HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(
    HLEDGER is None and "AVENANT_CI" not in os.environ, reason="hledger is not installed: apt install hledger"
)


@pytest.fixture(scope="module")
def book(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Database]:
    """Three months of premiums with a credit note, three acts, one corrected after it was paid."""
    name = f"journal_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2026, 1, 1))
    play(db)
    db.simulate(datetime(2026, 4, 1, 9, tzinfo=UTC))
    booked(db, entry(db, 1, 25_00), entry(db, 2, 17_50), entry(db, 3, 30_00, "Zoe"))
    payouts.run(db, date(2026, 4, 1))
    corrected(db, 2, 17_50, 9_00)
    yield db
    server.drop_database(name)


@pytest.fixture
def journal(book: Database, tmp_path: Path) -> Callable[..., Path]:
    """Write the journal to a file."""

    def write(contract: str | None = None, rev: int | None = None) -> Path:
        path = tmp_path / "book.journal"
        with path.open("w", encoding="utf-8") as file:
            assert write_journal(book, file.write, contract, rev)
        return path

    return write


def hledger(path: Path, *words: str) -> str:
    """What hledger answers; it must not complain."""
    assert HLEDGER is not None, "AVENANT_CI is set and hledger is not installed: apt install hledger"
    done = subprocess.run([HLEDGER, "-f", str(path), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def totals(path: Path, *query: str) -> dict[str, int]:
    """Account -> cents by hledger; accounts of contracts are added to the one above."""
    rows = csv.DictReader(
        hledger(path, "balance", "--flat", "--depth", "2", "-O", "csv", *query).splitlines()
    )
    balances = {row["account"]: row["balance"] for row in rows}
    return {
        name: round(float(text.split()[0]) * 100)
        for name, text in balances.items()
        if not name.lower().startswith("total")
    }


def sums(book: Database, query: str) -> tuple[int, ...]:
    with book.connect() as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return tuple(int(value or 0) for value in row)


@needs_hledger
def test_hledger_finds_nothing_wrong_with_the_journal(journal: Callable[..., Path]) -> None:
    hledger(journal(), "check")
    hledger(journal(), "check", "ordereddates", "commodities")


@needs_hledger
def test_the_totals_of_hledger_are_ours(book: Database, journal: Callable[..., Path]) -> None:
    told = totals(journal())
    premiums, tax = sums(book, "SELECT sum(amount_cents), sum(tax_cents) FROM premium")
    (due,) = sums(book, "SELECT sum(due_cents) FROM invoice")
    (invoiced,) = sums(book, "SELECT sum(total_cents) FROM invoice")
    (balance,) = sums(book, "SELECT sum(amount_cents) FROM balance_movement")
    (reimbursed,) = sums(book, "SELECT sum(amount_cents) FROM reimbursement")
    (paid,) = sums(book, "SELECT sum(total_cents) FROM payout")
    expected = {
        "income:premiums": tax - premiums,
        "liabilities:taxes on premiums": -tax,
        "assets:premiums to invoice": premiums - invoiced,
        "assets:receivable": due,
        "liabilities:balances": -balance,
        "expenses:reimbursements": reimbursed,
        "liabilities:reimbursements to pay": paid - reimbursed,
        "assets:bank": -paid,
    }
    assert told == {account: cents for account, cents in expected.items() if cents}
    assert (reimbursed, paid) == (25_00 + 9_00 + 30_00, 25_00 + 17_50 + 30_00)


@needs_hledger
def test_one_contract_and_a_past_moment_have_journals_of_their_own(
    book: Database, journal: Callable[..., Path]
) -> None:
    (mine,) = sums(
        book, "SELECT sum(amount_cents) FROM premium JOIN contract USING (contract_id) WHERE ref = 'C2'"
    )
    path = journal("C2")
    hledger(path, "check")
    assert totals(path)["income:premiums"] == -mine
    before = journal(rev=book.head() - 1)
    assert totals(before)["expenses:reimbursements"] == 25_00 + 17_50 + 30_00


def test_an_unknown_contract_is_refused(book: Database) -> None:
    with pytest.raises(LookupError, match="there is no contract 'C404'"):
        write_journal(book, str, "C404")
