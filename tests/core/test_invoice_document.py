"""The invoice before it has a format: totals that follow from each other, notes, marks that warn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from avenant.core.invoices.document import InvoiceDocument, invoice_document
from tests.strategies.invoice_scenes import EMMA, company, credit_note, family
from tests.strategies.invoices import chain, entries_of, header_of, state


def totals(document: InvoiceDocument) -> dict[str, int]:
    return {row.key: row.cents for row in document.totals}


def test_totals_lead_from_the_month_to_the_amount_due() -> None:
    header, entries = family()
    assert totals(invoice_document(header, entries, "en")) == {
        "current": 5_460 + 5_785 + 2_410,
        "adjustments": 325 + (1_125 - 2_410) - 2_410 + 2_410,
        "total": 12_695,
        "tax": header.tax_cents,
        "balance_used": -2_500,
        "due": 12_695 - 2_500,
    }


def test_a_company_sees_both_parts_and_each_employee() -> None:
    header, entries = company(10)
    document = invoice_document(header, entries, "en")
    assert totals(document)["employer"] + totals(document)["employee"] == totals(document)["total"]
    assert sum(row.amounts.total_cents for row in document.families) == header.total_cents
    assert sum(row.current_cents + row.adjustment_cents for row in document.families) == header.total_cents
    assert [member.role for member in document.members][:3] == ["employee", "employee", "child, family E-004"]


def test_a_credit_note_says_where_the_money_goes() -> None:
    document = invoice_document(*credit_note(), "en")
    assert document.title == "Credit note AV-2026-000123"
    assert totals(document)["credited"] == 8_736
    assert (
        document.notes[0]
        == "Nothing to pay: €87.36 go to your balance and are deducted from your next invoices."
    )


def test_a_settlement_without_number_says_so() -> None:
    entries = entries_of()
    document = invoice_document(header_of(entries), entries, "fr")
    assert document.title == "Décompte sans facture"
    assert document.facts[0][0] == "Date"
    assert document.notes[1] == "Aucune ligne\u00a0: tous les montants de la période s’annulent."


def test_a_family_left_out_is_named() -> None:
    assert any("family E-999" in note for note in invoice_document(*company(2), "en").notes)


def test_simulated_and_past_states_are_marked() -> None:
    header, entries = family()
    past = replace(header, simulated=True, known_at=datetime(2026, 3, 14, 9, 12, tzinfo=UTC), revision=812)
    assert invoice_document(past, entries, "en").marks == (
        "SIMULATED: From a simulated database: not a claim on anybody.",
        "As known on 14 March 2026, 09:12 UTC (revision 812)",
    )
    assert invoice_document(header, entries, "en").marks == ()


def test_adjustments_are_summed_by_month() -> None:
    assert invoice_document(*family(), "en").months == (("April 2026", 1_125 - 2_410), ("May 2026", 325))


def test_a_family_without_lines_of_its_primary_is_named_by_its_reference() -> None:
    entries = entries_of(chain(state(price=2_410, **EMMA)))
    (row,) = invoice_document(header_of(entries, contract_kind="company"), entries, "en").families
    assert (row.name, row.ref) == (None, "M-1")
