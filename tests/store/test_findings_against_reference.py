"""What is open and what was found, looked up place by place, equals one obvious query over all findings."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest

from avenant.store.database import Connection, Database
from avenant.store.readers.check_results import (
    OpenFinding,
    finding_history,
    last_results,
    open_findings,
)

CHECKS = ("taxes", "versions", "debts")
REFERENCE = """
    WITH runs AS (SELECT check_run_id, at, contract_id FROM check_run WHERE rev <= %(rev)s),
    seen AS (
        SELECT check_name, place, min(at) AS first_seen, max(at) AS last_seen, max(finding_id) AS finding_id,
               max(check_run_id) AS last_run
        FROM check_finding JOIN runs USING (check_run_id) GROUP BY check_name, place)
    SELECT f.finding_id, f.check_name, f.severity, told.severity AS rank, told.owner, f.place, f.message,
           f.subject_kind, f.subject_ref, f.row_count, seen.first_seen, seen.last_seen,
           (SELECT later.at FROM check_result AS r JOIN runs AS later USING (check_run_id)
            WHERE r.check_name = f.check_name AND r.check_run_id > seen.last_run AND r.complete
              AND (later.contract_id IS NULL OR later.contract_id = f.contract_id)
            ORDER BY check_run_id LIMIT 1) AS resolved_at
    FROM seen JOIN check_finding AS f USING (finding_id)
    JOIN check_result AS told ON (told.check_run_id, told.check_name) = (seen.last_run, f.check_name)"""
LAST = """
    SELECT DISTINCT ON (check_name) check_name, r.milliseconds
    FROM check_result AS r JOIN check_run USING (check_run_id) WHERE contract_id IS NULL AND rev <= %s
    ORDER BY check_name, check_run_id DESC"""
MOST_REV = 1_000


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    return new_book(opens=date(2026, 1, 1))


def check_at_random(connection: Connection, dice: random.Random, runs: int) -> None:
    """Runs of everything or of one contract, of some checks, complete or not, with findings at few places."""
    for number in range(1, runs + 1):
        contract = dice.choice((None, None, 1, 2))
        row = connection.execute(
            """INSERT INTO check_run (at, rev, origin, contract_id, milliseconds)
            VALUES (%s::timestamptz + make_interval(hours => %s), %s, 'demand', %s, 1) RETURNING check_run_id""",
            ["2026-01-01", number, dice.randint(1, 30), contract],
        ).fetchone()
        assert row is not None
        for check in dice.sample(CHECKS, dice.randint(1, len(CHECKS))):
            connection.execute(
                "INSERT INTO check_result VALUES (%s, %s, %s, 'claims', 0, 0, %s, %s)",
                [row[0], check, dice.choice(("critical", "high")), dice.random() < 0.7, number],
            )
            for place in dice.sample(range(6), dice.randint(0, 3)):
                connection.execute(
                    """INSERT INTO check_finding (check_run_id, check_name, severity, place, message, subject_kind,
                       subject_ref, contract_id, row_count) VALUES (%s, %s, 'error', %s, '', 'run', '1', %s, 1)""",
                    [row[0], check, f"place {place}", 1 + place % 2],
                )


def in_order(findings: list[OpenFinding]) -> list[OpenFinding]:
    return sorted(findings, key=lambda one: one.finding_id)


@pytest.mark.parametrize("seed", range(6))
def test_open_and_former_findings_equal_those_of_the_obvious_query(db: Database, seed: int) -> None:
    dice = random.Random(seed)
    with db.connect() as connection:
        check_at_random(connection, dice, 25)
        for rev in (None, 0, 5, 15, 30):
            rows = connection.execute(REFERENCE, {"rev": MOST_REV if rev is None else rev}).fetchall()
            everything = in_order([OpenFinding(*row) for row in rows])
            still = [one for one in everything if one.resolved_at is None]
            assert in_order(open_findings(connection, rev)) == still
            assert in_order(finding_history(connection, rev=rev)) == everything
            of_one = [one for one in everything if one.check == "taxes"]
            assert in_order(finding_history(connection, "taxes", rev=rev)) == of_one
            last = connection.execute(LAST, [MOST_REV if rev is None else rev]).fetchall()
            assert last_results(connection, rev).select("check_name", "milliseconds").rows() == last
