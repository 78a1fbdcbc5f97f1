"""A book to run again: one played case, with canaries among what nobody may see; made once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from avenant.flows.cases import played_case, scratch_book
from avenant.gateways.case_files import read_case_file
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.store.database import Database

CASE = Path(__file__).parent / "book.yaml"
CANARY = "Zoé Canari-Lefèvre FR7630006000011234567890189"


@dataclass(frozen=True, slots=True)
class Book:
    """A book and the server on which it is."""

    database: Database
    server: EmbeddedServer | ExternalServer


@pytest.fixture(scope="session")
def book(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Book]:
    case = read_case_file(CASE)
    with scratch_book(case, server) as database:
        played_case(case, database)
        with database.connect() as connection:
            connection.execute(
                """INSERT INTO person_detail (member_id, kind, value)
                   SELECT DISTINCT member_id, 'iban', %s FROM member""",
                [CANARY],
            )
        yield Book(database, server)
