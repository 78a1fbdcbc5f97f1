"""Messages on care in CSV and JSON files: what they say is read exactly, and a damaged file stops no other."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from jsonschema import Draft202012Validator

from avenant.core.importing.checking import World
from avenant.core.importing.judging import Judgement, judged
from avenant.core.importing.state import NOTHING_STORED
from avenant.core.importing.tables import CARE_FILES, file_columns
from avenant.core.rulebook.model import empty_rulebook
from avenant.gateways import json_values
from avenant.gateways.csv_files import FileRefused
from avenant.gateways.document_folder import read_documents
from avenant.gateways.document_json import documents_schema
from avenant.gateways.document_rows import Arrived

TODAY = date(2026, 3, 14)
DOCUMENTS = "ref,kind,payer,member_ref,received_on,currency\nD-1,secu_return,amo,M-1,2026-03-09,EUR\n"
LINES = """document_ref,line,act_code,care_from,charged,base,rate,secu,retention
D-1,1,G,2026-03-03,30.00,30,70,19.00,2
D-1,2,G,2026-03-04,30.00,30,70,19.00,2
"""
FLAT = """document_ref;kind;member_ref;received_on;currency;act_code;care_from;charged
B-1;member_invoice;M-1;2026-03-09;EUR;G;2026-03-03;30,00
B-1;member_invoice;M-1;2026-03-09;EUR;G;2026-03-04;30,00
B-2;member_invoice;M-2;2026-03-09;EUR;G;2026-03-04;26,50
"""
INVOICE = {
    "ref": "J-1",
    "kind": "member_invoice",
    "member_ref": "M-1",
    "received_on": "2026-03-09",
    "currency": "EUR",
    "amounts": [{"coding": "x|total", "amount": "56.50"}],
    "lines": [
        {
            "act_code": "G",
            "care_from": "2026-03-03",
            "charged": "30.00",
            "amounts": [{"coding": "x|fee", "amount": 30}],
        },
        {"act_code": "G", "care_from": "2026-03-04", "charged": 26.5, "quantity": 1, "optam": False},
    ],
}


def arrived(*paths: Path) -> Arrived:
    return read_documents(paths, lambda stage, done, total: None)


def judge(*paths: Path) -> Judgement:
    return judged(arrived(*paths).told, World(NOTHING_STORED, empty_rulebook(), TODAY))


def refusals(judgement: Judgement) -> list[tuple[str, int | None, str, str]]:
    return judgement.rejects.select("file", "line", "column", "reason").rows()


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    return folder


def test_a_set_of_tables_and_a_file_of_lines_are_read_side_by_side(tmp_path: Path) -> None:
    judgement = judge(written(tmp_path, documents_csv=DOCUMENTS, care_lines_csv=LINES, invoices_csv=FLAT))
    assert refusals(judgement) == []
    assert sorted(judgement.news.documents["ref"]) == ["B-1", "B-2", "D-1"]
    lines = judgement.news.care_lines.sort("document_ref", "line")
    assert lines.select("document_ref", "line", "charged_cents").rows() == [
        ("B-1", 1, 30_00),
        ("B-1", 2, 30_00),
        ("B-2", 1, 26_50),
        ("D-1", 1, 30_00),
        ("D-1", 2, 30_00),
    ]


def test_two_opinions_about_one_document_refuse_it_and_leave_the_others(tmp_path: Path) -> None:
    text = FLAT.replace(
        "B-1;member_invoice;M-1;2026-03-09;EUR;G;2026-03-04",
        "B-1;member_invoice;M-9;2026-03-09;EUR;G;2026-03-04",
    )
    judgement = judge(written(tmp_path, bills_csv=text))
    assert ("bills.csv", 2, "ref", "ref told twice") in refusals(judgement)
    assert judgement.news.documents["ref"].to_list() == ["B-2"]
    assert judgement.news.care_lines["document_ref"].to_list() == ["B-2"]


def test_a_row_that_cannot_be_read_refuses_the_document_it_names(tmp_path: Path) -> None:
    """Without it the document would be told in part, and the missing line taken back."""
    judgement = judge(written(tmp_path, bills_csv=FLAT + "B-2;member_invoice;M-2\n"))
    assert refusals(judgement) == [
        ("bills.csv", 4, "ref", "depends on a refused row"),
        ("bills.csv", 5, "", "wrong number of values"),
    ]
    assert judgement.news.documents["ref"].to_list() == ["B-1"]


def test_a_set_is_not_read_without_one_of_its_files(tmp_path: Path) -> None:
    folder = written(tmp_path, documents_csv=DOCUMENTS, bills_csv=FLAT)
    (folder / "care_lines.csv").write_bytes(b"document_ref,line\n\xe9,1\n")
    judgement = judge(folder)
    assert ("care_lines.csv", 2, "", "file cannot be read") in refusals(judgement)
    assert ("documents.csv", None, "", "set cannot be read") in refusals(judgement)
    assert sorted(judgement.news.documents["ref"]) == ["B-1", "B-2"]


DAMAGED = {
    "empty.json": b"",
    "empty.csv": b"",
    "empty.jsonl": b"\n",
    "cut.json": b'{"ref": "J-1", "lines": [',
    "latin.json": '{"ref": "é"}'.encode("latin-1"),
    "wide.csv": "document_ref,kind\n".encode("utf-16"),
    "quotes.csv": FLAT.encode() + b'"B-9;member_invoice',
    "columns.csv": b"a,b\n1,2\n",
    "bundle.xml": b"<Bundle",
    "scan.pdf": b"%PDF",
    "twice.json": b'{"ref": "J-1", "ref": "J-2"}',
    "nan.json": b'{"ref": "J-1", "lines": [{"charged": NaN}]}',
    "deep.json": b"[" * 100_000,
    "claim.json": b'{"resourceType": "Claim", "id": "1"}',
}


def test_each_damaged_file_is_told_with_what_to_do_and_the_others_are_read(tmp_path: Path) -> None:
    for name, content in DAMAGED.items():
        (tmp_path / name).write_bytes(content)
    judgement = judge(written(tmp_path, good_json=json.dumps(INVOICE)))
    assert set(judgement.rejects["file"]) == set(DAMAGED)
    assert all(judgement.rejects["remedy"])
    assert judgement.news.documents["ref"].to_list() == ["J-1"]


def test_a_json_file_too_large_to_be_read_whole_says_how_to_send_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 MB in one value; as lines the same content is read."""
    monkeypatch.setattr(json_values, "WHOLE_BYTES", 200)
    text = json.dumps(INVOICE)
    judgement = judge(written(tmp_path, big_json=text, big_jsonl=text + "\n"))
    assert refusals(judgement) == [("big.json", None, "", "file cannot be read")]
    assert ".jsonl" in judgement.rejects["remedy"][0]
    assert judgement.news.documents["ref"].to_list() == ["J-1"]


def test_json_is_read_exactly_with_lines_and_amounts_numbered(tmp_path: Path) -> None:
    news = judge(written(tmp_path, bill_json=json.dumps(INVOICE, indent=1))).news
    assert news.care_lines.select("line", "charged_cents", "optam").rows() == [
        (1, 30_00, None),
        (2, 26_50, False),
    ]
    assert news.line_amounts.select("line", "position", "coding", "amount_cents", "currency").rows() == [
        (None, 1, "x|total", 56_50, "EUR"),
        (1, 2, "x|fee", 30_00, "EUR"),
    ]


@pytest.mark.parametrize("form", ["one", "list", "set", "lines", "one after the other"])
def test_every_form_of_json_says_the_same(tmp_path: Path, form: str) -> None:
    second = {**INVOICE, "ref": "J-2"}
    texts = {
        "one": json.dumps({"documents": [INVOICE, second]}, indent=1),
        "list": json.dumps([INVOICE, second]),
        "set": json.dumps({"answers": [], "documents": [INVOICE, second]}),
        "lines": f"{json.dumps(INVOICE)}\n\n{json.dumps(second)}\n",
        "one after the other": f"{json.dumps(INVOICE, indent=1)}\n{json.dumps(second)}",
    }
    path = tmp_path / ("bills.jsonl" if form == "lines" else "bills.json")
    path.write_text(texts[form])
    judgement = judge(path)
    assert refusals(judgement) == []
    assert judgement.news.documents["ref"].to_list() == ["J-1", "J-2"]
    assert judgement.news.care_lines.height == 4


def test_a_fault_in_json_is_told_with_its_line_and_path_and_stops_no_other_document(tmp_path: Path) -> None:
    """All on one line of the file: one bad document does not take the others along."""
    bad = json.loads(json.dumps(INVOICE)) | {"ref": "J-2"}
    bad["lines"][1]["charged"] = "a lot"
    bad["lines"][0]["chargd"] = 3
    judgement = judge(written(tmp_path, bills_json=json.dumps([INVOICE, bad])))
    assert ("bills.json", 1, "$[1].lines[1].charged", "malformed amount") in refusals(judgement)
    assert ("bills.json", 1, "$[1].lines[0].chargd", "unknown property") in refusals(judgement)
    assert judgement.news.documents["ref"].to_list() == ["J-1"]


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("[1]", "$[0]", "not a document"),
        ('{"documents": 3}', "$.documents", "unknown property"),
        ('{"documents": [], "extra": []}', "$.extra", "unknown property"),
        ('{"ref": "J-1", "lines": [3]}', "$.lines", "not a list of objects"),
        ('{"ref": ["J-1"]}', "$.ref", "malformed text"),
        ('{"ref": "J\\u0000"}', "$.ref", "malformed text"),
        ('{"ref": "\\ud800"}', "$.ref", "malformed text"),
    ],
)
def test_what_is_no_document_is_told_with_its_path(
    tmp_path: Path, text: str, column: str, reason: str
) -> None:
    judgement = judge(written(tmp_path, x_json=text))
    assert ("x.json", 1, column, reason) in refusals(judgement)
    assert judgement.news.rows() == 0


def test_a_damaged_line_stops_no_other_line(tmp_path: Path) -> None:
    judgement = judge(written(tmp_path, bills_jsonl=f"{json.dumps(INVOICE)}\n{{oops\n"))
    assert refusals(judgement) == [("bills.jsonl", 2, "$", "not JSON")]
    assert judgement.news.documents["ref"].to_list() == ["J-1"]


def test_what_an_import_writes_beside_the_files_is_not_read_again(tmp_path: Path) -> None:
    folder = written(
        tmp_path, bill_json=json.dumps(INVOICE), rejects_csv="file,line\n", findings_csv="file\n"
    )
    assert arrived(folder).files == {"bill.json": 1}


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no such file or folder"):
        arrived(tmp_path / "inbox")


def test_the_published_schema_knows_the_same_names_as_the_files() -> None:
    schema = documents_schema()["$defs"]
    Draft202012Validator.check_schema(documents_schema())
    names = {"documents": "document", "care_lines": "line", "line_amounts": "amount", "answers": "answer"}
    names["provider_statuses"] = "provider_status"
    nested = {"documents": {"lines", "amounts"}, "care_lines": {"amounts"}}
    implied = {"care_lines": {"document_ref"}, "line_amounts": {"document_ref", "line", "position"}}
    for table in CARE_FILES:
        told = set(file_columns(table)) - implied.get(table, set()) | nested.get(table, set())
        assert set(schema[names[table]]["properties"]) == told


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"kind": "letter"}, False),
        ({"extra": 1}, False),
        ({"received_on": "09/03/2026"}, False),
        ({"currency": None}, False),
        ({"withdrawn": True}, True),
        ({"lines": [{"care_from": "2026-03-03", "charged": "30.001"}]}, False),
        ({"lines": [{"care_from": "2026-03-03", "family": "surgery"}]}, False),
        ({"lines": [{"charged": 30}]}, False),
    ],
)
def test_the_schema_and_the_rules_refuse_the_same(
    tmp_path: Path, change: dict[str, object], valid: bool
) -> None:
    document = {**INVOICE, **change}
    assert Draft202012Validator(documents_schema()).is_valid(document) == valid
    assert (refusals(judge(written(tmp_path, x_json=json.dumps(document)))) == []) == valid


def test_an_amount_is_never_a_float(tmp_path: Path) -> None:
    """0.1 + 0.2: as floats 0.30000000000000004; 999999.99 stays as it is."""
    lines = [{"care_from": "2026-03-03", "charged": amount} for amount in ("0.10", "0.20", "999999.99")]
    text = (
        json.dumps({**INVOICE, "lines": lines}).replace('"0.10"', "0.10").replace('"999999.99"', "999999.99")
    )
    cents = judge(written(tmp_path, x_json=text)).news.care_lines["charged_cents"]
    assert cents.to_list() == [10, 20, 999_999_99]
    assert cents.dtype == pl.Int64
