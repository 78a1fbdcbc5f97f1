"""Books with reimbursements written directly, as a nightly run would have: who gets what, then payouts."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.frames.care import CARE_LINE
from avenant.flows import learn, publishing
from avenant.store.changes import change
from avenant.store.database import Database
from tests.flows.checked_books import people, rulebook

CARE = date(2026, 3, 2)


def paid_book(database: Database) -> Database:
    """The people of the checked books and two providers; it is 10 March 2026."""
    database.simulate(datetime(2026, 3, 10, 9, tzinfo=UTC))
    publishing.publish(database, rulebook())
    learn.learn(database, people(), "operations", "signed")
    with change(database, "test", "providers") as writer:
        writer.write("provider", pl.DataFrame({"provider_id": [1, 2], "ref": ["DR-1", "PHARMA-2"]}))
    return database


def ids(database: Database, table: str) -> dict[str, int]:
    """Number -> id of all contracts or members."""
    with database.connect() as connection:
        return dict(connection.execute(f"SELECT ref, {table}_id FROM {table} WHERE version = 1").fetchall())


def entry(
    database: Database, act: int, cents: int, member: str = "Anna", version: int = 1, **given: Any
) -> dict[str, Any]:
    """A row of the reimbursement book; a cancel (even version) carries minus ``cents``."""
    contract = {"Zoe": "C2", "Max": "ACME", "Eva": "ACME"}.get(member, "C1")
    payee = given.get("payee_id", 0)
    zeros = dict.fromkeys(REIMBURSEMENTS.entry, 0)
    told = {
        "contract_id": ids(database, "contract")[contract],
        "act_id": act,
        "version": version,
        "amount_cents": -cents if version % 2 == 0 else cents,
        "member_id": ids(database, "member")[member],
        "care_date": CARE,
        "lines": 1,
        "quantity": 1,
        "charged_cents": cents,
        "left_cents": cents,
        "ceiling_cents": -1,
        "limit_left_cents": -1,
        "decided_cents": cents,
        "provider_cents" if payee else "member_cents": cents,
    }
    return zeros | told | given


def book(database: Database, *entries: dict[str, Any]) -> None:
    """Write entries as one revision."""
    with change(database, "test", "reimburse") as writer:
        writer.write("reimbursement", pl.DataFrame(list(entries), schema=REIMBURSEMENTS.columns))


def corrected(database: Database, act: int, was: int, now: int, member: str = "Anna", **given: Any) -> None:
    """A cancel of ``was`` and a charge of ``now``, versions 2 and 3."""
    book(
        database,
        entry(database, act, was, member, 2, **given),
        entry(database, act, now, member, 3, **given),
    )


def message(database: Database, act: int, **said: Any) -> None:
    """The message that named an act first."""
    line = dict.fromkeys(CARE_LINE) | {
        "line_id": act,
        "version": 1,
        "ref": f"D{act}#1",
        "document_id": act,
        "kind": "secu_return",
        "received_on": CARE,
        "care_from": CARE,
        "care_last_day": CARE,
        "quantity": 1,
        "withdrawn": False,
    }
    with change(database, "test", "a message") as writer:
        writer.write("care_line", pl.DataFrame([line | said], schema=CARE_LINE))


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with database.connect() as connection:
        return connection.execute(query).fetchall()


PAYOUTS = """
    SELECT i.payee_kind, coalesce(m.ref, p.ref), i.number, i.total_cents, i.entries FROM payout AS i
    LEFT JOIN member AS m ON i.payee_kind = 'member' AND m.member_id = i.payee_id AND m.version = 1
    LEFT JOIN provider AS p ON i.payee_kind = 'provider' AND p.provider_id = i.payee_id
    ORDER BY i.payout_id"""
