"""The PDF of an invoice: its text holds the amounts, its names are only letters, it is made in a moment."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import polars as pl
import pytest
from pypdf import PdfReader

from avenant.core.invoices.header import InvoiceHeader
from avenant.gateways.documents import render
from avenant.gateways.documents.as_pdf import invoice_pages
from tests.strategies.invoice_scenes import company, credit_note, family
from tests.strategies.invoices import chain, entries_of, header_of, state

MARKUP = '#sys.version *b* _i_ `c` $x$ <l> @r [x] \\ // "q" =h'


def pdf(header: InvoiceHeader, entries: pl.DataFrame, language: str = "en") -> PdfReader:
    document = render(header, entries, "pdf", language)
    assert isinstance(document, bytes)
    return PdfReader(io.BytesIO(document))


def words(reader: PdfReader) -> str:
    """All text, every kind of space one plain space."""
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_the_pdf_holds_totals_lines_and_reasons() -> None:
    shown = words(pdf(*family()))
    for expected in (
        "Invoice AV-2026-000123",
        "€126.95",
        "€101.95",
        "−€25.00",
        "14/30 × €24.10 = €11.25",
        "Page 1 of 1",
    ):
        assert expected in shown


def test_the_french_pdf_writes_french_figures() -> None:
    shown = words(pdf(*company(40), "fr"))
    for expected in (
        "Facture AV-2026-004711",
        "2 766,71 €",
        "dont part employeur",
        "1 659,91 €",
        "Page 1 sur",
    ):
        assert expected in shown


def test_a_credit_note_has_its_own_words() -> None:
    shown = words(pdf(*credit_note(), "fr"))
    assert "Avoir AV-2026-000123" in shown and "Ajouté à votre solde" in shown and "87,36 €" in shown


def test_markup_in_a_name_is_only_letters() -> None:
    entries = entries_of(chain(state(member_name=MARKUP)))
    header = header_of(entries, customer=MARKUP, issuer=MARKUP, contract_ref="#panic()")
    assert words(pdf(header, entries)).count(MARKUP) >= 3


def test_a_simulated_invoice_says_so_on_every_page() -> None:
    header, entries = company(12)
    marked = pdf(replace(header, simulated=True), entries)
    assert len(marked.pages) > 1
    assert all("SIMULATED" in page.extract_text() for page in marked.pages)
    assert "SIMULATED" not in words(pdf(header, entries))


def test_the_pdf_says_what_it_is_and_when() -> None:
    about = pdf(*family()).metadata
    assert about is not None
    assert (about.title, about.author) == ("Invoice AV-2026-000123", "Avenant Mutuelle")
    assert about.creation_date is not None and about.creation_date.date().isoformat() == "2026-06-01"


def test_pages_can_be_looked_at_as_pictures() -> None:
    (page,) = invoice_pages(*family(), "fr", ppi=40)
    assert page.startswith(b"\x89PNG")


def test_many_adjusted_months_have_room() -> None:
    months = [pl.date_range(pl.date(2024, 1, 1), pl.date(2025, 12, 1), "1mo", eager=True)]
    chains = [chain(state(month)) for series in months for month in series if month.month != 2]
    entries = entries_of(*chains)
    shown = words(pdf(header_of(entries), entries))
    assert shown.count("December 2025") >= 2


@pytest.mark.parametrize("employees", [300])
def test_hundreds_of_members_take_seconds_at_most(employees: int) -> None:
    header, entries = company(employees)
    begun = time.perf_counter()
    assert render(header, entries, "pdf", "fr")
    assert time.perf_counter() - begun < 10
