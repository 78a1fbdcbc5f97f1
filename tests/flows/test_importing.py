"""An import loads all rows or none, or with keep_going the good ones; and says what came of it."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from avenant.flows.importing import ImportRefused, import_files
from avenant.flows.publishing import publish
from avenant.gateways.csv_files import FileRefused
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import PARIS, Database
from avenant.store.readers.rulebooks import NothingPublished

CONTRACTS = "ref,kind,currency\nC-1,individual,EUR\nC-2,individual,EUR\n"
MEMBERS = "ref,role,birth_date,primary_ref\nM-1,primary,1980-05-01,\nM-2,child,2012-01-31,M-1\n"
ENROLMENTS = """ref;contract_ref;member_ref;plan;level;valid_from;last_day
E-1;C-1;M-1;fr-individual;confort;2025-01-01;
E-2;C-1;M-2;fr-individual;confort;2025-01-01;2025-06-30
"""
BAD = "E-3;C-2;M-1;fr-individual;confort;2025-03-01;2025-02-28\n"


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    db = new_book(opens=date(2025, 1, 1))
    publish(db, shipped_rulebook())
    return db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contracts.csv").write_text(CONTRACTS)
    (tmp_path / "members.csv").write_text(MEMBERS)
    (tmp_path / "enrolments.csv").write_text(ENROLMENTS)
    return tmp_path


def stored(db: Database) -> dict[str, int]:
    counts = {}
    with db.connect() as connection:
        for table in ("contract", "member", "enrolment"):
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row is not None
            counts[table] = row[0]
    return counts


def test_every_row_is_loaded_once_however_often_it_is_told(book: Database, folder: Path) -> None:
    first = import_files(book, folder)
    assert first.files == {"contracts.csv": 2, "members.csv": 2, "enrolments.csv": 2}
    assert stored(book) == dict(first.written) == {"contract": 2, "member": 2, "enrolment": 2}
    again = import_files(book, folder)
    assert (again.loaded, again.written, again.rev) == (first.loaded, {}, None)


def test_one_bad_row_and_nothing_is_loaded(book: Database, folder: Path) -> None:
    (folder / "enrolments.csv").write_text(ENROLMENTS + BAD)
    before = book.head()
    with pytest.raises(ImportRefused) as raised:
        import_files(book, folder)
    report = raised.value.report
    assert report.reasons == {"end before start": 1}
    assert report.rejects.row(0)[:3] == ("enrolments.csv", 4, "last_day")
    assert (report.rejected, report.written, book.head()) == (1, {}, before)
    assert sorted(path.name for path in folder.iterdir()) == [
        "contracts.csv",
        "enrolments.csv",
        "members.csv",
    ]


def test_keep_going_loads_the_good_rows_and_writes_the_others_with_reasons(
    book: Database, folder: Path
) -> None:
    (folder / "enrolments.csv").write_text(ENROLMENTS + BAD)
    report = import_files(book, folder, keep_going=True)
    assert stored(book) == {"contract": 2, "member": 2, "enrolment": 2}
    assert report.rejects_file == folder / "rejects.csv"
    (reject,) = pl.read_csv(folder / "rejects.csv").to_dicts()
    assert (reject["line"], reject["reason"], reject["seen"]) == (4, "end before start", "2025-02-28")
    (folder / "enrolments.csv").write_text(ENROLMENTS)
    assert import_files(book, folder, keep_going=True).rejected == 0
    assert pl.read_csv(folder / "rejects.csv").height == 0


def test_the_list_of_refused_rows_can_be_had_without_loading_any(book: Database, folder: Path) -> None:
    (folder / "enrolments.csv").write_text(ENROLMENTS + BAD)
    with pytest.raises(ImportRefused):
        import_files(book, folder, rejects_file=folder / "wrong.csv")
    assert pl.read_csv(folder / "wrong.csv")["line"].to_list() == [4]
    assert stored(book)["contract"] == 0


def test_a_rejects_file_that_cannot_be_written_stops_the_import_before_it_loads(
    book: Database, folder: Path
) -> None:
    (folder / "enrolments.csv").write_text(ENROLMENTS + BAD)
    with pytest.raises(FileRefused, match="cannot be written"):
        import_files(book, folder, keep_going=True, rejects_file=folder / "nowhere" / "rejects.csv")
    assert stored(book)["contract"] == 0


def test_later_files_may_refer_to_what_is_stored_and_are_checked_against_it(
    book: Database, folder: Path
) -> None:
    import_files(book, folder)
    (folder / "contracts.csv").unlink()
    (folder / "members.csv").unlink()
    header = ENROLMENTS.splitlines()[0] + "\n"
    (folder / "enrolments.csv").write_text(header + "E-3;C-1;M-2;fr-individual;confort;2025-07-01;\n")
    assert import_files(book, folder).written == {"enrolment": 1}
    (folder / "enrolments.csv").write_text(header + "E-4;C-1;M-2;fr-individual;confort;2025-06-30;\n")
    with pytest.raises(ImportRefused) as raised:
        import_files(book, folder)
    assert raised.value.report.reasons == {"overlapping enrolments": 1}


def test_birth_is_compared_with_the_day_the_database_believes_it_is(book: Database, folder: Path) -> None:
    members = MEMBERS + "M-3,child,2025-03-14,M-1\n"
    (folder / "members.csv").write_text(members)
    book.simulate(datetime(2025, 3, 13, 22, 0, tzinfo=PARIS))
    with pytest.raises(ImportRefused):
        import_files(book, folder)
    book.simulate(datetime(2025, 3, 14, 8, 0, tzinfo=PARIS))
    assert import_files(book, folder).rejected == 0


def test_without_a_rulebook_the_import_says_what_to_do(
    new_book: Callable[..., Database], folder: Path
) -> None:
    with pytest.raises(NothingPublished, match="avenant rulebook publish"):
        import_files(new_book(opens=date(2025, 1, 1)), folder)
