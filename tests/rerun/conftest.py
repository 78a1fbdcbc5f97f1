"""A book to run again: one played case, with canaries among what nobody may see; made once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from avenant.flows.cases import played_case, scratch_book
from avenant.gateways.case_files import read_case_file
from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from avenant.gateways.rulebook_files import shipped_folder
from avenant.store.database import Database

CASE = Path(__file__).parent / "book.yaml"
CANARY = "Zoé Canari-Lefèvre FR7630006000011234567890189"

DEARER = """plan: care
currency: EUR
prices: [{valid_from: 2025-01-01, source: a test, everyone: 31.00}]
responsible: false
guarantees: [{valid_from: 2025-01-01, source: a test, basis: total, consultation_gp: 100 % BR}]
"""


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


@pytest.fixture
def dearer(tmp_path: Path) -> Path:
    """A folder of plan files that nobody published: the plan of the book costs 31 € instead of 30 €."""
    folder = tmp_path / "dearer"
    shutil.copytree(shipped_folder(), folder)
    (folder / "care.yaml").write_text(DEARER, encoding="utf-8")
    return folder
