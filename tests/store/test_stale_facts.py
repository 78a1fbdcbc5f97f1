"""A chunk is not written when what it was computed from has changed since, whichever way."""

from collections.abc import Callable
from datetime import date

import polars as pl
import psycopg
import pytest

from avenant.store.changes import change
from avenant.store.database import Connection, Database
from avenant.store.readers.facts import Families
from avenant.store.tables import TABLES
from avenant.store.writers import runs
from avenant.store.writers.runs import StaleFacts, Superseded, refuse_stale, refuse_superseded
from tests.store.sessions import contracts

BORN, JANUARY = date(1980, 1, 1), date(2026, 1, 1)
ANN, ANNS_CHILD, BEN = 1, 2, 3
CONTRACT_OF_ANN, CONTRACT_OF_BEN, NEW_CONTRACT = 1, 2, 3
ANNS, BENS = Families(ANN, ANN), Families(BEN, BEN)


def rows(table: str, *values: tuple[object, ...]) -> dict[str, pl.DataFrame]:
    return {table: pl.DataFrame(list(values), schema=TABLES[table], orient="row")}


def member(number: int, version: int, family: int) -> tuple[object, ...]:
    return number, version, f"M{number}", "primary" if number == family else "child", BORN, family, False


def enrolment(number: int, version: int, contract: int, member: int) -> tuple[object, ...]:
    return number, version, f"E{number}", contract, member, "p", "l", "active", JANUARY, None, False


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    """Ann and her child under one contract, Ben under another: revision 1."""
    db = new_book(opens=JANUARY)
    people = rows("member", member(ANN, 1, ANN), member(ANNS_CHILD, 1, ANN), member(BEN, 1, BEN))
    enrolled = [
        enrolment(1, 1, CONTRACT_OF_ANN, ANN),
        enrolment(2, 1, CONTRACT_OF_ANN, ANNS_CHILD),
        enrolment(3, 1, CONTRACT_OF_BEN, BEN),
    ]
    learnt(
        db,
        {"contract": contracts(CONTRACT_OF_ANN, CONTRACT_OF_BEN), **people, **rows("enrolment", *enrolled)},
    )
    return db


def learnt(db: Database, news: dict[str, pl.DataFrame]) -> None:
    with change(db, "care", "news") as writer:
        for table, frame in news.items():
            writer.write(table, frame)


def is_stale(db: Database, families: Families) -> bool:
    """Whether a chunk of these families computed from revision 1 is refused."""
    with db.connect() as connection:
        try:
            refuse_stale(connection, 1, families.condition("family_id"))
        except StaleFacts:
            return True
    return False


@pytest.mark.parametrize(
    ("news", "concerned"),
    [
        pytest.param(rows("member", member(ANN, 2, ANN)), "Ann", id="a birth date"),
        pytest.param(
            rows("member", member(ANNS_CHILD, 2, BEN)), "Ann Ben", id="a child moves to another family"
        ),
        pytest.param(rows("member", member(4, 1, ANN)), "Ann", id="a child is born"),
        pytest.param(
            rows("enrolment", enrolment(1, 2, NEW_CONTRACT, ANN)), "Ann", id="a member changes contract"
        ),
        pytest.param(
            rows("enrolment", enrolment(2, 2, CONTRACT_OF_ANN, BEN)), "Ann Ben", id="it was somebody else"
        ),
        pytest.param(rows("enrolment", enrolment(4, 1, CONTRACT_OF_ANN, BEN)), "Ben", id="a new enrolment"),
        pytest.param(
            {"contract": contracts(CONTRACT_OF_BEN, version=2, cycle="arrears")}, "Ben", id="a contract"
        ),
        pytest.param(rows("approval", (CONTRACT_OF_ANN, ANN, JANUARY, JANUARY)), "Ann", id="an approval"),
        pytest.param({"contract": contracts(NEW_CONTRACT)}, "", id="a contract without members"),
        pytest.param(rows("parking", (ANN, "parked", "why")), "", id="no fact at all"),
    ],
)
def test_news_concerns_the_families_it_comes_to_and_those_it_leaves(
    db: Database, news: dict[str, pl.DataFrame], concerned: str
) -> None:
    assert not is_stale(db, ANNS) and not is_stale(db, BENS)
    learnt(db, news)
    assert (is_stale(db, ANNS), is_stale(db, BENS)) == ("Ann" in concerned, "Ben" in concerned)


def test_a_newer_rulebook_supersedes_the_whole_run(db: Database) -> None:
    learnt(db, rows("rulebook_version", ("newer", "{}")))
    with db.connect() as connection, pytest.raises(Superseded, match="run it again"):
        refuse_superseded(connection, "older")


def test_facts_that_come_between_the_last_look_and_the_commit_are_noticed_inside_the_commit(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_then_stopped(connection: Connection, read_rev: int, families: str) -> None:
        refuse_stale(connection, read_rev, families)
        learnt(db, rows("enrolment", enrolment(1, 2, NEW_CONTRACT, ANN)))

    monkeypatch.setattr(runs, "refuse_stale", looked_then_stopped)
    monkeypatch.setattr(runs, "refuse_superseded", lambda *_: None)
    opened = runs.open_run(
        db,
        "nightly",
        "test",
        code_version="1",
        rulebook_version="1",
        business_date=JANUARY,
        horizon=JANUARY,
        options={},
    )
    parked = pl.DataFrame({"family_id": [ANN], "state": ["parked"], "reason": ["a test"]})
    with pytest.raises(psycopg.errors.SerializationFailure, match="between the last look"):
        runs.write_chunk(db, opened, 0, 1, {"parking": parked}, ANNS.condition("family_id"))
    with db.connect() as connection:
        assert connection.execute("SELECT count(*) FROM parking").fetchone() == (0,)
