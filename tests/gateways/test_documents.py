"""Invoice documents as text, JSON and CSV: complete, in both languages, harmless whatever a name holds."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import jsonschema
import polars as pl
import pytest

from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents import FORMATS, document_bytes, file_name, render
from avenant.gateways.documents.as_json import invoice_json_schema
from avenant.gateways.documents.text_layout import text_width
from tests.strategies.invoice_scenes import company, credit_note, family
from tests.strategies.invoices import chain, entries_of, header_of, state

NASTY = ['=cmd|"/c calc"!A1', "+33 1", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1"]


def text(header: InvoiceHeader, entries: pl.DataFrame, format: str, language: str = "en") -> str:
    document = render(header, entries, format, language)
    assert isinstance(document, str)
    return document


def csv_rows(document: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(document, newline=""), delimiter=delimiter))


def named(name: str | None) -> tuple[InvoiceHeader, pl.DataFrame]:
    entries = entries_of(chain(state(member_name=name)))
    return header_of(entries, customer=name), entries


def test_the_text_shows_totals_lines_and_reasons() -> None:
    shown = text(*family(), "text")
    assert "Invoice AV-2026-000123" in shown
    assert "Amount due" in shown and "€101.95" in shown
    assert "May 2026, adjustment · Confort · health · €54.60 → €57.85" in shown
    assert "Free: child no. 2 by date of birth" in shown


def test_the_text_stays_within_its_width_also_with_wide_letters() -> None:
    header, entries = named("李明" * 40)
    assert max(text_width(line) for line in text(header, entries, "text", "fr").splitlines()[10:]) <= 96


def test_a_name_cannot_repaint_a_terminal() -> None:
    shown = text(*named("Eve\x1b[2J\u202e\nTotal 0"), "text")
    assert "\x1b" not in shown and "\u202e" not in shown
    assert "Eve [2J Total 0" in shown


@pytest.mark.parametrize("scene", [family, credit_note, lambda: company(9)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_json_follows_its_schema_and_adds_up(scene: Any, language: str) -> None:
    header, entries = scene()
    told = json.loads(text(header, entries, "json", language))
    jsonschema.validate(told, invoice_json_schema(), jsonschema.Draft202012Validator)
    for rows in (told["lines"], told["entries"]):
        assert sum(row["amount_cents"] for row in rows) == header.total_cents
    assert len(told["entries"]) == entries.height


def test_the_csv_adds_up_in_the_numbers_of_each_language() -> None:
    header, entries = company(9)
    english = csv_rows(text(header, entries, "csv"))
    french = csv_rows(text(header, entries, "csv", "fr"), ";")
    assert round(sum(float(row["amount"]) for row in english) * 100) == header.total_cents
    assert [row["amount"].replace(",", ".") for row in french] == [row["amount"] for row in english]
    assert french[0]["reason"].startswith("Niveau Confort, tarif 1,81")


@pytest.mark.parametrize("name", NASTY)
def test_a_name_cannot_become_a_formula_in_the_csv(name: str) -> None:
    (row,) = csv_rows(text(*named(name), "csv"))
    assert row["name"].startswith("'")


@pytest.mark.parametrize("name", ['Anne "Nan" O\'Neil; Sr, III', "Nguyễn Văn An", "李明", "محمد"])
def test_a_name_of_any_script_survives_the_csv(name: str) -> None:
    for language, delimiter in (("en", ","), ("fr", ";")):
        (row,) = csv_rows(text(*named(name), "csv", language), delimiter)
        assert row["name"] == name


def test_a_negative_amount_stays_a_number_in_the_csv() -> None:
    amounts = {row["amount"] for row in csv_rows(text(*credit_note(), "csv"))}
    assert amounts == {"-32.76", "-54.60"}


def test_a_csv_file_tells_spreadsheets_that_it_is_utf_8() -> None:
    assert document_bytes(*family(), "csv", "fr").startswith(b"\xef\xbb\xbfinvoice;")
    assert document_bytes(*family(), "json").startswith(b"{")


def test_a_file_is_named_after_the_invoice() -> None:
    header, _ = family()
    assert file_name(header, "pdf") == "AV-2026-000123.pdf"
    assert file_name(replace(header, number=None, contract_ref="../C 1"), "text") == "-C-1-2026-06.txt"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no format 'docx': choose one of text, json, pdf, xlsx, csv"):
        render(*family(), "docx")


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_invoice_gives_the_same_document_in_any_order_of_entries(format: str) -> None:
    header, entries = family()
    assert render(header, entries.reverse(), format, "fr") == render(header, entries, format, "fr")


@pytest.mark.parametrize("format", FORMATS)
def test_an_invoice_without_lines_or_names_has_every_format(format: str) -> None:
    empty = entries_of()
    assert render(header_of(empty, customer=None), empty, format)
    assert render(*named(None), format)
