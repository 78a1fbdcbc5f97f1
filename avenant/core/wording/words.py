"""The words that all our papers share, one table per language; every key exists in both, with the same blanks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Words = Mapping[str, Mapping[str, str]]
"""Language -> key -> the words, with named blanks."""

EN: dict[str, str] = {
    "simulated": "SIMULATED",
    "known_at": "As known on {day}, {time}",
    "revision": "revision {revision}",
    "issued_by": "From",
    "issued_to": "To",
    "fact_number": "Number",
    "fact_issue_date": "Date",
    "page": "Page",
    "page_of": "of",
    "column_line": "Line",
    "column_ref": "Reference",
    "column_name": "Name",
    "column_reason": "Reason",
    "column_section": "Kind",
    "sheet_lines": "Lines",
    "sheet_entries": "Entries",
    "entries_sum": "Sum of all entries, as a check",
    "sum_row": "Total",
    "notes_title": "How to read this",
    "colon": ": ",
    "semicolon": "; ",
}

FR: dict[str, str] = {
    "simulated": "SIMULATION",
    "known_at": "Tel que connu le {day}, {time}",
    "revision": "révision {revision}",
    "issued_by": "De",
    "issued_to": "À",
    "fact_number": "Numéro",
    "fact_issue_date": "Date",
    "page": "Page",
    "page_of": "sur",
    "column_line": "Ligne",
    "column_ref": "Référence",
    "column_name": "Nom",
    "column_reason": "Raison",
    "column_section": "Nature",
    "sheet_lines": "Lignes",
    "sheet_entries": "Écritures",
    "entries_sum": "Somme de toutes les écritures, pour contrôle",
    "sum_row": "Total",
    "notes_title": "Pour lire ce document",
    "colon": "\u00a0: ",
    "semicolon": "\u202f; ",
}

SHARED: Words = MappingProxyType({"en": EN, "fr": FR})


def with_shared(en: Mapping[str, str], fr: Mapping[str, str]) -> Words:
    """The words of one kind of paper together with the shared ones."""
    return MappingProxyType({"en": EN | dict(en), "fr": FR | dict(fr)})
