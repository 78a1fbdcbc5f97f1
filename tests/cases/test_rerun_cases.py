"""A re-run exported as a case: it passes where the re-run gave what is stored, and fails where it did not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from avenant.core.cases.pairing import Mismatch
from avenant.flows import invoicing, payouts
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.reruns.as_case import WARNING, NoCase, case_of
from avenant.flows.reruns.asked import Changed, Point, Question, Subject
from avenant.flows.reruns.importing import document_point
from avenant.flows.reruns.points import own_point
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.subjects import subject_named
from avenant.gateways.case_files import case_paths, read_case, read_case_file
from avenant.gateways.case_writing import case_text
from avenant.store.database import Connection, Database
from avenant.store.setup import Server
from tests.cases.sampling import sampled
from tests.cases.test_case_reruns import decided, differences

ROOT = Path(__file__).parent.parent.parent
BOOK = ROOT / "tests" / "rerun" / "book.yaml"
FILES = [str(path.relative_to(ROOT)) for path in case_paths([ROOT / "cases"])]
MOST_OF_ONE_FILE = 3


@pytest.fixture(scope="module")
def book(server: Server, template: str) -> Iterator[Database]:
    """The book of the re-run tests: with names and a note that must not be told."""
    case = read_case_file(BOOK)
    with scratch_book(case, server) as database:
        played_case(case, database)
        yield database


def exported(connection: Connection, subject: Subject, point: Point, *changes: Changed) -> str:
    return case_text(case_of(Scene(connection, Question(subject, point, (), changes=changes))), WARNING)


def failed(text: str, server: Server) -> list[Mismatch]:
    """What a played case does not meet."""
    case = read_case(text, "exported.yaml")
    with scratch_book(case, server) as database:
        played = played_case(case, database)
    return [each for step in played.steps for each in step.mismatches]


PAPERS = ("AV-2025-000001", "AV-2025-000002", "AVP-2025-000001")


@pytest.mark.parametrize("name", ["M1", "family:K1", "C1", "D1#1", *PAPERS])
def test_a_run_that_gives_what_is_stored_becomes_a_case_that_passes(
    name: str, book: Database, server: Server
) -> None:
    with book.snapshot() as connection:
        subject = subject_named(connection, name)
        text = exported(connection, subject, own_point(connection, subject))
    assert failed(text, server) == []
    assert text.startswith("# Pseudonymised health data")
    for secret in ("Canari", "Zoé", "rang and was upset", "DR1,", "OTHER"):
        assert secret not in text.replace("provider: DR1", ""), secret


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("K1", Changed("enrolment", "E2", "last_day", "2025-01-31")),
        ("D1#1", Changed("care_line", "D1#1", "charged_cents", "2500")),
    ],
)
def test_a_run_that_differs_becomes_a_case_that_fails(
    name: str, change: Changed, book: Database, server: Server
) -> None:
    with book.snapshot() as connection:
        subject = subject_named(connection, name)
        text = exported(connection, subject, own_point(connection, subject), change)
    assert failed(text, server)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_that_the_code_would_issue_otherwise_becomes_a_case_that_fails(
    name: str, book: Database, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with book.snapshot() as connection:
        subject = subject_named(connection, name)
        text = exported(connection, subject, own_point(connection, subject))
    for module, settling in ((invoicing, "settlements"), (payouts, "payouts")):
        right = getattr(module, settling)

        def a_cent_more(*given: Any, right: Any = right) -> pl.DataFrame:
            rows: pl.DataFrame = right(*given)
            more = pl.col("total_cents").sign()
            due = [pl.col("due_cents") + more.clip(lower_bound=0)] if "due_cents" in rows.columns else []
            return rows.with_columns(pl.col("total_cents") + more, *due)

        monkeypatch.setattr(module, settling, a_cent_more)
    assert failed(text, server)


def test_a_document_is_no_case(book: Database) -> None:
    with book.snapshot() as connection:
        subject = subject_named(connection, "D1")
        point = document_point(connection, subject.document or 0, None, date(2025, 3, 8))
        with pytest.raises(NoCase, match="its member or its act"):
            exported(connection, subject, point)


@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 12))
def test_decisions_of_case_files_become_cases_that_pass(file: str, server: Server, template: str) -> None:
    case = read_case_file(ROOT / file, name=file)
    with scratch_book(case, server) as database:
        played_case(case, database)
        with database.snapshot() as connection:
            asked = list(decided(connection))
            texts = [
                text
                for kind in ("family", "invoice", "payout")
                for text in _exported_last(connection, asked, kind)
            ]
    assert [failed(text, server) for text in texts] == [[] for _ in texts]


def _exported_last(connection: Connection, asked: list[tuple[Subject, Point]], kind: str) -> Iterator[str]:
    """The last decisions about this kind that run again the same, but for papers that no facts lead to."""
    mine = [each for each in asked if each[0].kind == kind and not differences(connection, *each)]
    for subject, point in mine[-MOST_OF_ONE_FILE:]:
        try:
            yield exported(connection, subject, point)
        except NoCase:
            assert kind != "family"
