"""Sessions in every role, and the smallest facts to write: what the tests of the store share."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import polars as pl
import psycopg

from avenant.gateways.postgres_databases import DatabaseServer
from avenant.store.database import Connection, Database

CONTRACT = {"kind": "individual", "cycle": "advance", "currency": "EUR", "withdrawn": False}


def contracts(*ids: int, version: int = 1, cycle: str = "advance") -> pl.DataFrame:
    """One version of each of some contracts, as the table `contract` takes them."""
    rows = [
        {"contract_id": number, "version": version, "ref": f"C-{number}", **CONTRACT, "cycle": cycle}
        for number in ids
    ]
    return pl.DataFrame(rows)


def name_of(db: Database) -> str:
    return unquote(urlsplit(db.url).path[1:])


@contextmanager
def superuser(server: DatabaseServer, db: Database) -> Iterator[Connection]:
    """An autocommit session of whoever administers the server."""
    with psycopg.connect(server.admin_url(name_of(db)), autocommit=True) as connection:
        yield connection


def value_of(connection: Connection, query: str) -> object:
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return row[0]
