"""What people and checks left at the desk that is measured: users of every role, cases, visits, runs of checks.

A year and a half of nights with checks, each with some findings that stay for a while; some thousand cases; visits
of twenty people a working day each.
"""

from __future__ import annotations

import random
from itertools import pairwise

import polars as pl

from avenant.commands.users import added
from avenant.flows.check_catalogue import CHECKS
from avenant.store.database import Connection, Database
from avenant.store.frames import copy_frame
from benchmarks.bars.books import SEED

NIGHTS, FINDINGS, NIGHTS_OPEN = 500, 60, 12
"""Nights with checks; findings of a night; for how many nights a finding stays."""
CASES, STEPS_OF_A_CASE = 3_000, 4
VISITS = 100_000
LEVELS = ("care", "operations", "engineering")


def leave_traces(db: Database, premiums: int) -> None:
    """Fill the desk's own tables and the results of checks; a book that has runs of checks is grown to its end.

    premiums: of the book; a small one was not looked at as often.
    """
    from avenant.desk.roles import ROLES

    for role in ROLES:
        added(db, role, role)
    dice = random.Random(SEED)
    with db.connect() as connection, connection.transaction():
        members = _refs(connection, "member")
        _cases(connection, dice, members)
        _visits(connection, dice, members, list(ROLES), min(VISITS, premiums))
        _checks(connection, dice, _refs(connection, "contract"))


def _refs(connection: Connection, table: str) -> list[str]:
    rows = connection.execute(f"SELECT ref FROM {table} WHERE version = 1 ORDER BY ref")
    return [ref for (ref,) in rows]


def _cases(connection: Connection, dice: random.Random, members: list[str]) -> None:
    """Nine of ten are closed."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO desk_case (title, kind, level, state, opened_by, assignee, member_ref, opened_at,
               changed_at, edition) VALUES (%s, %s, %s, %s, 'care', %s, %s, book_now(), book_now(), 1)""",
            [
                (
                    f"Question {number}",
                    dice.choice(("reimbursement", "premium", "invoice")),
                    dice.choice(LEVELS),
                    "closed" if dice.random() < 0.9 else "open",
                    dice.choice(("", "operations")),
                    dice.choice(members),
                )
                for number in range(CASES)
            ],
        )
    connection.execute(
        """INSERT INTO desk_casestep (case_id, at, by, step, note, path, page_title, from_level, to_level)
        SELECT id, book_now(), 'care', 'comment', 'a note', '/', '', 'care', level
        FROM desk_case, generate_series(1, %s)""",
        [STEPS_OF_A_CASE],
    )


def _visits(
    connection: Connection, dice: random.Random, members: list[str], roles: list[str], count: int
) -> None:
    visited = [(dice.choice(roles), dice.choice(members)) for _ in range(count)]
    connection.execute(
        """INSERT INTO desk_visit (at, username, role, kind, ref, page, known_at, reason)
        SELECT book_now(), person, person, 'member', ref, 'care', '', ''
        FROM unnest(%s::text[], %s::text[]) AS visited (person, ref)""",
        [[person for person, _ in visited], [ref for _, ref in visited]],
    )


def _checks(connection: Connection, dice: random.Random, contracts: list[str]) -> None:
    """A run of checks for each of the last nights, as the nightly command keeps them."""
    head = connection.execute("SELECT rev FROM head").fetchone()
    assert head is not None
    runs = connection.execute(
        """INSERT INTO check_run (at, rev, origin, milliseconds)
        SELECT book_now() - make_interval(days => %s - n), greatest(1, %s - (%s - n)), 'nightly', 60000
        FROM generate_series(1, %s) AS n RETURNING check_run_id""",
        [NIGHTS, head[0], NIGHTS, NIGHTS],
    ).fetchall()
    numbers = [number for (number,) in runs]
    some = _findings(dice, numbers, contracts)
    found = some.group_by("check_run_id", "check_name").len("findings")
    checks = pl.DataFrame(
        [(check.name, check.severity, check.owner) for check in CHECKS.values()],
        schema=["check_name", "severity", "owner"],
        orient="row",
    )
    results = (
        pl.DataFrame({"check_run_id": numbers}, schema={"check_run_id": pl.Int64})
        .join(checks, how="cross")
        .join(found, on=["check_run_id", "check_name"], how="left")
        .with_columns(pl.col("findings").fill_null(0).cast(pl.Int64), warnings=pl.lit(0, pl.Int64))
        .with_columns(complete=pl.lit(True), milliseconds=pl.lit(2_000, pl.Int64))
    )
    copy_frame(connection, "check_result", results)
    copy_frame(connection, "check_finding", some)


def _findings(dice: random.Random, runs: list[int], contracts: list[str]) -> pl.DataFrame:
    """So many findings are open in each night; each stays for some nights, then another one takes its place."""
    checks = list(CHECKS)[:6]
    rows = []
    for place in range(FINDINGS):
        starts = sorted({0, len(runs), *range(place % NIGHTS_OPEN, len(runs), NIGHTS_OPEN)})
        for begin, end in pairwise(starts):
            contract = dice.choice(contracts)
            check = checks[place % len(checks)]
            rows += [(run, check, f"contract {contract} #{place}", contract) for run in runs[begin:end]]
    found = pl.DataFrame(rows, schema=["check_run_id", "check_name", "place", "subject_ref"], orient="row")
    return found.with_columns(
        severity=pl.lit("error"),
        message=pl.lit("12.00 EUR are booked where 13.00 EUR are expected"),
        subject_kind=pl.lit("contract"),
        contract_id=pl.lit(None, pl.Int64),
        row_count=pl.lit(1, pl.Int64),
    ).sort("check_run_id")
