"""Payout statements in all formats: complete, in both languages, sums that add up, harmless whatever a name holds."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader

from avenant.core.payouts.header import PayoutHeader
from avenant.gateways.documents import FORMATS, document_bytes, file_name, render
from avenant.gateways.documents.statement_json import statement_json_schema
from avenant.gateways.documents.statement_pdf import statement_pages
from avenant.gateways.documents.text_layout import text_width
from tests.strategies.payouts import (
    Scene,
    chain,
    decision,
    entries_of,
    family,
    gone,
    header_of,
    hospital,
    provider,
)

MARKUP = '#sys.version *b* _i_ `c` $x$ <l> @r [x] \\ // "q" =h'
RANGE = re.compile(r"'([^']+)'!\$([A-Z]+)\$2:\$[A-Z]+\$(\d+)")


def text(header: PayoutHeader, entries: pl.DataFrame, format: str, language: str = "en") -> str:
    document = render(header, entries, format, language)
    assert isinstance(document, str)
    return document


def words(header: PayoutHeader, entries: pl.DataFrame, language: str = "en") -> str:
    """All text of the PDF, every kind of space one plain space."""
    reader = PdfReader(io.BytesIO(document_bytes(header, entries, "pdf", language)))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def named(name: str | None) -> Scene:
    entries = entries_of(
        chain(decision(member_name=name, act_label=name, care_family=None, provider_ref=name))
    )
    return header_of(entries, payee=name), entries


def taken_back() -> Scene:
    """An act behind which nothing stands any more, and another that pays for it."""
    entries = entries_of(
        chain(decision(), gone(decision()), settled=1), chain(decision(2, 300_00, ours=79_00))
    )
    return header_of(entries), entries


def test_the_text_shows_who_pays_what_and_why() -> None:
    shown = text(*family(), "text")
    assert "Statement AVP-2026-000123" in shown and "Transfer to your account" in shown and "€353.40" in shown
    assert "Charged €30.00 = Sécu €19.00 + Us €9.00 + Left to you €2.00" in shown
    assert "2 February 2026, correction · Consultation · G · €9.00 → €0.00" in shown
    assert max(map(text_width, shown.splitlines())) <= 96


@pytest.mark.parametrize("scene", [family, provider, hospital, taken_back])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_json_follows_its_schema_and_adds_up(scene: Any, language: str) -> None:
    header, entries = scene()
    told = json.loads(text(header, entries, "json", language))
    jsonschema.validate(told, statement_json_schema(), jsonschema.Draft202012Validator)
    for rows in (told["lines"], told["entries"]):
        assert sum(row["amount_cents"] for row in rows) == header.total_cents
    assert len(told["entries"]) == entries.height


def test_the_json_names_the_reasons_by_their_codes() -> None:
    told = json.loads(text(*family(), "json"))
    assert {"not_covered", "guarantee_reached"} <= {
        code for row in told["lines"] for code in row["reason_codes"]
    }


def test_the_csv_adds_up_in_the_numbers_of_each_language() -> None:
    header, entries = family()
    english = list(csv.DictReader(io.StringIO(text(header, entries, "csv"))))
    french = list(csv.DictReader(io.StringIO(text(header, entries, "csv", "fr")), delimiter=";"))
    assert round(sum(float(row["amount"]) for row in english) * 100) == header.total_cents
    assert [row["amount"].replace(",", ".") for row in french] == [row["amount"] for row in english]
    for row in english:
        parts = sum(float(row[name]) for name in ("secu", "others", "ours", "rest"))
        assert round(parts, 2) == float(row["charged"])


@pytest.mark.parametrize("name", ['=cmd|"/c calc"!A1', "+33 1", "@SUM(A1)", "\t=1"])
def test_a_name_stays_a_text_in_spreadsheets(name: str) -> None:
    (row,) = csv.DictReader(io.StringIO(text(*named(name), "csv"), newline=""))
    assert row["name"].startswith("'") and row["provider"].startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(document_bytes(*named(name), "xlsx")))
    assert (book["Lines"]["C2"].data_type, book["Lines"]["G2"].data_type) == ("s", "s")


def test_every_sum_on_the_first_sheet_is_the_sum_of_the_cells_it_names() -> None:
    content = document_bytes(*family(), "xlsx", "fr")
    formulas, values = (openpyxl.load_workbook(io.BytesIO(content), data_only=data) for data in (False, True))
    assert formulas.sheetnames == ["Décompte", "Lignes", "Écritures"]
    seen = {}
    for row in formulas["Décompte"].iter_rows(min_col=2, max_col=2):
        formula = str(row[0].value)
        if not formula.startswith("=ROUND("):
            continue
        (sheet, column, last), *rest = RANGE.findall(formula)
        numbers = [values[sheet][f"{column}{line}"].value for line in range(2, int(last) + 1)]
        if rest:
            kinds = [values[sheet][f"{rest[0][1]}{line}"].value for line in range(2, int(last) + 1)]
            wanted = re.search(r'"(\w+)"', formula)
            assert wanted is not None
            numbers = [cents for cents, kind in zip(numbers, kinds, strict=True) if kind == wanted[1]]
            numbers = [cents for cents in numbers if ',"<0"' not in formula or cents < 0]
        seen[row[0].coordinate] = round(sum(numbers), 2)
        assert seen[row[0].coordinate] == values["Décompte"][row[0].coordinate].value
    assert list(seen.values()) == [367.4, -14.0, 353.4, 353.4]


def test_the_pdf_holds_totals_lines_and_reasons() -> None:
    shown = words(*family())
    for expected in (
        "Statement AVP-2026-000123",
        "€353.40",
        "−€14.00",
        "Crown · HBLD734",
        "€290.00",
        "Page 1 of 1",
    ):
        assert expected in shown
    assert "Your contract did not cover you on that day." in shown


def test_the_french_pdf_writes_french_figures() -> None:
    shown = words(*hospital(), "fr")
    for expected in (
        "Décompte AVP-2026-000123",
        "Séjour à l’hôpital · GHS",
        "23 456,78 €",
        "Autres organismes",
        "Reste à votre charge",
        "371,36 €",
    ):
        assert expected in shown


def test_what_is_taken_back_whole_shows_no_waterfall() -> None:
    assert "– – – – −€9.00" in words(*taken_back())


def test_markup_in_a_name_is_only_letters() -> None:
    assert words(*named(MARKUP)).count(MARKUP) >= 2


def test_a_simulated_statement_says_so_on_every_page() -> None:
    header, entries = provider()
    content = document_bytes(replace(header, simulated=True), entries, "pdf")
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) > 1 and all("SIMULATED" in page.extract_text() for page in pages)


def test_pages_can_be_looked_at_as_pictures() -> None:
    (page,) = statement_pages(*family(), "en", ppi=40)
    assert page.startswith(b"\x89PNG")


def test_a_file_is_named_after_the_payout() -> None:
    header, _ = family()
    assert file_name(header, "pdf") == "AVP-2026-000123.pdf"
    assert file_name(replace(header, number=None, payee_ref="../M 1"), "text") == "-M-1-2026-06-14.txt"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="a statement has no format 'docx'"):
        render(*family(), "docx")


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_payout_gives_the_same_document_in_any_order_of_entries(format: str) -> None:
    header, entries = family()
    assert render(header, entries.reverse(), format, "fr") == render(header, entries, format, "fr")


@pytest.mark.parametrize("format", FORMATS)
def test_a_payout_without_lines_or_names_has_every_format(format: str) -> None:
    empty = entries_of()
    assert render(header_of(empty, payee=None), empty, format)
    assert render(*named(None), format)
