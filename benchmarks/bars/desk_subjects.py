"""Who and what the pages of the desk are asked about: drawn at random, from a seed, from the book itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from avenant.store.database import Connection, Database
from avenant.store.readers.invoices import NUMBER
from benchmarks.bars.books import SEED

MEMBER = """
    SELECT m.ref, c.ref, e.ref, m.birth_date, d.value, p.month
    FROM premium AS p JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
    JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
    JOIN enrolment AS e ON e.member_id = p.member_id AND e.version = 1
    JOIN person_detail AS d ON d.member_id = p.member_id AND d.kind = 'name'
    WHERE p.entry_id = ANY(%s)"""
ACT = """
    SELECT r.act_id, m.ref, l.ref, d.ref FROM reimbursement AS r
    JOIN member AS m ON m.member_id = r.member_id AND m.version = 1
    JOIN care_line AS l ON l.line_id = r.act_id AND l.version = 1
    JOIN document AS d ON d.document_id = l.document_id AND d.version = 1
    WHERE r.entry_id = ANY(%s)"""
OF_A_MEMBER = ("member", "contract", "enrolment", "birth_date", "name", "month")
OF_AN_ACT = ("act", "patient", "line", "document")
COMPANY = "SELECT ref FROM contract WHERE kind = 'company' AND version = 1 ORDER BY ref"
LARGEST = """
    SELECT c.ref FROM contract AS c JOIN enrolment AS e ON e.contract_id = c.contract_id AND e.version = 1
    WHERE c.version = 1 GROUP BY c.ref ORDER BY count(*) DESC, c.ref LIMIT 20"""
PAPER = f"SELECT {NUMBER} FROM {{0}} AS i WHERE {{0}}_id = ANY(%s) AND number IS NOT NULL"
WAITS = "SELECT waiting_id FROM waiting WHERE state = 'waiting' AND waiting_id = ANY(%s)"
DRAWN = 8
"""So many numbers are drawn for each subject that is wanted: not every number is one."""
OPEN_DAYS = 60
"""A past moment lies so long after the opening, so that something is known at it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of everything that pages are asked about; each drawn by itself, but for members and acts.

    company: any; largest: one of the twenty with the most people.

    member: with its contract, enrolment, birth_date, name and one month of its premiums. act: with its patient, line
    and document. past: an instant some time back, as links carry it.
    """

    member: str
    contract: str
    enrolment: str
    birth_date: date
    name: str
    month: date
    act: int
    patient: str
    line: str
    document: str
    company: str
    largest: str
    invoice: str
    payout: str
    run: int
    check: str
    case: int
    past: str
    today: date

    @property
    def typo(self) -> str:
        """The name with two of its letters swapped."""
        return self.name[:2] + self.name[3:4] + self.name[2:3] + self.name[4:]


def subjects(db: Database, count: int) -> list[Subject]:
    """``count`` subjects, the same for the same book. Errors: AssertionError for a book without one of the kinds."""
    dice = random.Random(SEED)
    today, opens = db.today(), db.settings().opens
    with db.snapshot() as connection:
        people, acts = (
            _some(connection, dice, "premium", MEMBER, count),
            _some(connection, dice, "reimbursement", ACT, count),
        )
        companies, largest = ([ref for (ref,) in connection.execute(some)] for some in (COMPANY, LARGEST))
        papers = {
            table: _some(connection, dice, table, PAPER.format(table), count)
            for table in ("invoice", "payout")
        }
        runs = [run for (run,) in connection.execute("SELECT run_id FROM run")]
        checks = [name for (name,) in connection.execute("SELECT DISTINCT check_name FROM check_finding")]
        cases = [case for (case,) in connection.execute("SELECT id FROM desk_case")]
    return [
        Subject(
            **dict(zip(OF_A_MEMBER, people[place], strict=True)),
            **dict(zip(OF_AN_ACT, acts[place], strict=True)),
            company=dice.choice(companies),
            largest=dice.choice(largest),
            invoice=papers["invoice"][place][0],
            payout=papers["payout"][place][0],
            run=dice.choice(runs),
            check=dice.choice(checks),
            case=dice.choice(cases),
            past=f"{opens + timedelta(days=dice.randrange(OPEN_DAYS, (today - opens).days))}T12:00:00",
            today=today,
        )
        for place in range(count)
    ]


def _some(
    connection: Connection, dice: random.Random, table: str, query: str, count: int
) -> Sequence[tuple[Any, ...]]:
    """``count`` rows of ``query`` in an order of their own, for drawn numbers of ``table``; some twice if few are."""
    key = "entry_id" if table in ("premium", "reimbursement") else f"{table}_id"
    row = connection.execute(f"SELECT min({key}), max({key}) FROM {table}").fetchone()
    assert row is not None and row[0] is not None, f"the book has no {table}"
    drawn = [dice.randint(*row) for _ in range(DRAWN * count)]
    rows = sorted(connection.execute(query, [drawn]).fetchall())
    assert rows, f"none of {len(drawn)} drawn numbers of {table} is one"
    return dice.choices(rows, k=count)
