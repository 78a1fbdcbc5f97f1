"""Messages on care go from files into the book and are read back as they were told, to the cent."""

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from avenant.flows.importing_documents import DocumentsReport, import_documents
from avenant.store.database import PARIS, Database

FHIR = Path(os.environ.get("AVENANT_REAL_DATA", "")) / "fhir"
DOCUMENTS = """ref,kind,payer,member_ref,received_on,currency
D-1,secu_return,amo,M-unknown,2026-03-09,EUR
D-2,member_invoice,,M-unknown,2026-03-09,EUR
"""
LINES = """document_ref,line,act_code,care_from,charged,base,rate,secu,retention,provider_ref
D-1,1,G,2026-03-03,30.00,30,70,19.00,2,P-1
D-1,2,G,2026-03-04,30.00,30,70,19.00,2,P-1
D-2,1,G,2026-03-03,30.00,,,,,
"""


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    return new_book(opens=date(2014, 1, 1), starts_at=datetime(2026, 3, 14, 9, tzinfo=PARIS))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "documents.csv").write_text(DOCUMENTS)
    (tmp_path / "care_lines.csv").write_text(LINES)
    return tmp_path


def stored(db: Database, query: str) -> list[tuple[object, ...]]:
    with db.connect() as connection:
        return connection.execute(query).fetchall()


def arrive(db: Database, *paths: Path, **options: bool) -> DocumentsReport:
    return import_documents(db, paths, **options)  # type: ignore[arg-type]


def test_documents_are_learnt_once_however_often_they_arrive(book: Database, inbox: Path) -> None:
    first = arrive(book, inbox)
    assert (first.loaded, first.refused) == ({"documents": 2, "care_lines": 3}, {})
    assert (first.written["document"], first.written["care_line"]) == (2, 3)
    again = arrive(book, inbox)
    assert (again.loaded, again.written, again.rev) == (first.loaded, {}, None)


def test_a_corrected_document_replaces_what_it_said_before(book: Database, inbox: Path) -> None:
    arrive(book, inbox)
    (inbox / "care_lines.csv").write_text(LINES.replace("D-1,2,G,2026-03-04,30.00,30,70,19.00,2,P-1\n", ""))
    report = arrive(book, inbox)
    assert report.written["care_line"] == 1
    latest = "SELECT DISTINCT ON (line_id) ref, withdrawn FROM care_line ORDER BY line_id, version DESC"
    assert sorted(stored(book, latest)) == [("D-1#1", False), ("D-1#2", True), ("D-2#1", False)]


def test_a_bad_document_is_refused_with_its_lines_and_the_rest_goes_on(book: Database, inbox: Path) -> None:
    (inbox / "care_lines.csv").write_text(LINES.replace("19.00,2,P-1\nD-2", "-19.00,2,P-1\nD-2"))
    (inbox / "broken.json").write_text("{")
    report = arrive(book, inbox)
    assert report.loaded == {"documents": 1, "care_lines": 1}
    assert report.refused == {"documents": 1, "care_lines": 2}
    assert report.rejects_file == inbox / "rejects.csv"
    rejects = pl.read_csv(inbox / "rejects.csv", infer_schema=False)
    assert set(rejects["reason"]) == {"negative amount", "depends on a refused row", "file cannot be read"}
    assert stored(book, "SELECT ref FROM document") == [("D-2",)]


def test_half_a_correction_takes_nothing_back(book: Database, inbox: Path) -> None:
    """One line of a corrected document is wrong: all its lines stay as they were known."""
    arrive(book, inbox)
    (inbox / "care_lines.csv").write_text(LINES.replace("2026-03-04", "2026-13-04"))
    report = arrive(book, inbox)
    assert report.refused == {"documents": 1, "care_lines": 2}
    assert report.written == {}
    assert stored(book, "SELECT count(*) FROM care_line WHERE withdrawn") == [(0,)]


def test_a_dry_run_judges_everything_and_writes_nothing(book: Database, inbox: Path) -> None:
    (inbox / "broken.json").write_text("{")
    before, files = book.head(), sorted(inbox.iterdir())
    report = arrive(book, inbox, dry_run=True)
    assert (report.loaded, report.written, report.rejects.height) == (
        {"documents": 2, "care_lines": 3},
        {},
        1,
    )
    assert (book.head(), sorted(inbox.iterdir())) == (before, files)


def test_another_insurer_s_files_come_in_through_a_mapping(book: Database, tmp_path: Path) -> None:
    """German decimals, their own words; a line of theirs makes a document and its line."""
    (tmp_path / "visits.csv").write_text(
        "NR;WER;TAG;KOSTEN\n7;M-1;03.03.2026;1.230,50\n8;M-1;04.03.2026;20,00\n"
    )
    (tmp_path / "mapping.yaml").write_text(
        """format: avenant-import-1
sources: {visits: {file: visits.csv, called: visit}}
tables:
  documents:
    from: visits
    columns:
      ref: {column: NR, prefix: "V-"}
      kind: {constant: member_invoice}
      member_ref: WER
      received_on: {constant: "2026-03-10"}
      currency: {constant: EUR}
  care_lines:
    from: visits
    columns:
      document_ref: {column: NR, prefix: "V-"}
      line: {constant: "1"}
      act_code: {constant: G}
      care_from: {column: TAG, date: "%d.%m.%Y"}
      charged: {column: KOSTEN, decimal: ","}
"""
    )
    report = import_documents(book, [tmp_path], tmp_path / "mapping.yaml")
    assert report.rejects.height == 0
    found = stored(book, "SELECT ref, care_from, charged_cents FROM care_line ORDER BY ref")
    assert found == [("V-7#1", date(2026, 3, 3), 1_230_50), ("V-8#1", date(2026, 3, 4), 20_00)]


@pytest.mark.skipif(
    not (FHIR / "bluebutton_eob_bundle.json").is_file(),
    reason="AVENANT_REAL_DATA does not name a folder with fhir/bluebutton_eob_bundle.json",
)
def test_the_fhir_bundle_is_read_back_as_the_source_says(book: Database, tmp_path: Path) -> None:
    """Ten statements, 63 lines, and every amount of every category, out of the database again."""
    path = FHIR / "bluebutton_eob_bundle.json"
    report = import_documents(book, [path], findings_file=tmp_path / "findings.csv")
    assert (report.written["document"], report.written["care_line"]) == (10, 63)
    assert (report.rejects.height, report.held) == (0, 63 - 12 - 8 - 6)
    source: Counter[tuple[str, str]] = Counter()
    for entry in json.loads(path.read_text(), parse_float=Decimal)["entry"]:
        for item in entry["resource"]["item"]:
            line = f"ExplanationOfBenefit/{entry['resource']['id']}#{item['sequence']}"
            for one in item["adjudication"]:
                coding = " ".join(f"{c['system']}|{c['code']}" for c in one["category"]["coding"])
                if "amount" in one:
                    source[line, coding] += int(Decimal(one["amount"]["value"]) * 100)
    sums = stored(
        book,
        """SELECT l.ref, a.coding, sum(a.amount_cents)::int FROM line_amount AS a JOIN care_line AS l USING (line_id)
        WHERE a.currency = 'USD' GROUP BY l.ref, a.coding""",
    )
    assert {(ref, coding): amount for ref, coding, amount in sums} == dict(source)
    assert set(
        stored(book, "SELECT DISTINCT currency, member_id FROM document JOIN care_line USING (document_id)")
    ) == {("USD", None)}
    assert pl.read_csv(tmp_path / "findings.csv").height == report.findings.height > 0
    assert import_documents(book, [path]).written == {}
    everything = import_documents(book, [FHIR], dry_run=True)
    assert everything.loaded == {"documents": 19, "care_lines": 77, "line_amounts": 656}
    assert everything.rejects.is_empty()
