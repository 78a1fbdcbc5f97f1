"""Books for the tests of checks: one played through the flows, copied and then corrupted by a superuser."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import polars as pl
import psycopg

from avenant.core.frames.news import TABLES, News
from avenant.core.rulebook.loading import read_inline
from avenant.core.rulebook.model import Rulebook
from avenant.flows import invoicing, learn, nightly, publishing
from avenant.store.database import Database

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def rulebook(retroactivity_months: int | None = None) -> Rulebook:
    """Plan solo, 50 € each, the first child pays; plan staff with a family price."""
    solo = {
        "currency": "EUR",
        "children": "first",
        "prices": [{"valid_from": "2026-01", "everyone": 50}],
    }
    if retroactivity_months is not None:
        solo["retroactivity_months"] = retroactivity_months
    staff = {
        "currency": "EUR",
        "components": {"health": "family"},
        "prices": [{"valid_from": "2026-01", "isole": 60, "duo": 110, "famille": 150}],
    }
    return read_inline({"plans": {"solo": solo, "staff": staff}})


def rows(table: str, *told: tuple[object, ...]) -> pl.DataFrame:
    """Rows of one news table."""
    return pl.DataFrame(list(told), schema=TABLES[table], orient="row")


def enrolled(
    ref: str, contract: str, member: str, plan: str, first: date, last: date | None = None
) -> tuple[object, ...]:
    """A row of news about an enrolment."""
    return (ref, contract, member, plan, "standard", "active", first, last, False)


def people() -> News:
    """Anna with two children on her own contract; Max and his partner through their employer."""
    return News(
        contracts=rows(
            "contracts",
            ("C1", "individual", None, "EUR", False),
            ("C2", "individual", None, "EUR", False),
            ("ACME", "company", None, "EUR", False),
        ),
        members=rows(
            "members",
            ("Anna", "primary", date(1990, 5, 1), None, False),
            ("Tom", "child", date(2015, 3, 1), "Anna", False),
            ("Lea", "child", date(2018, 3, 1), "Anna", False),
            ("Zoe", "primary", date(1980, 5, 1), None, False),
            ("Max", "primary", date(1985, 5, 1), None, False),
            ("Eva", "partner", date(1986, 5, 1), "Max", False),
        ),
        enrolments=rows(
            "enrolments",
            *(
                enrolled(f"E{number}", "C1", who, "solo", date(2026, 1, 1))
                for number, who in enumerate(("Anna", "Tom", "Lea"))
            ),
            enrolled("E7", "C2", "Zoe", "solo", date(2026, 1, 10)),
            enrolled("E8", "ACME", "Max", "staff", date(2026, 1, 1)),
            enrolled("E9", "ACME", "Eva", "staff", date(2026, 1, 11)),
        ),
    )


def end_of_anna() -> News:
    """Anna and her children left on 20 January, as is learnt in February; she comes back in March."""
    left = date(2026, 1, 20)
    told = [
        enrolled(f"E{number}", "C1", who, "solo", date(2026, 1, 1), left)
        for number, who in enumerate(("Anna", "Tom", "Lea"))
    ]
    return News(enrolments=rows("enrolments", *told, enrolled("E3", "C1", "Anna", "solo", date(2026, 3, 1))))


def play(book: Database) -> None:
    """Three months: a first booking, a correction with a credit note, an invoice that uses it."""
    publishing.publish(book, rulebook())
    learn.learn(book, people(), "operations", "signed")
    month_end(book, JANUARY)
    learn.learn(book, end_of_anna(), "operations", "left")
    month_end(book, FEBRUARY)
    month_end(book, MARCH)


def month_end(book: Database, day: date) -> None:
    """A nightly run and both invoice runs."""
    nightly.run(book, day)
    for kind in ("individual", "company"):
        invoicing.run(book, kind, day.replace(day=1), day)


def corrupt(admin_url: str, *statements: str) -> None:
    """Run statements as the superuser, around every trigger, and put the triggers back."""
    with psycopg.connect(admin_url) as connection, triggers_off(connection):
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def triggers_off(connection: psycopg.Connection) -> Iterator[None]:
    """No trigger fires in the block; afterwards all of them are as they were."""
    known = connection.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    ).fetchall()
    for table in {table for table, _ in known}:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")  # type: ignore[call-overload]
    yield
    for table, trigger in known:
        connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")  # type: ignore[call-overload]
