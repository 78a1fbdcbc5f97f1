"""Invoices and payout statements in five formats: text, JSON, PDF, XLSX and CSV.

Example: `render(header, entries, "pdf", "fr")` is the PDF, as bytes, of the invoice `header`.
"""

from avenant.gateways.documents.formats import FORMATS, document_bytes, file_name, render

__all__ = ["FORMATS", "document_bytes", "file_name", "render"]
