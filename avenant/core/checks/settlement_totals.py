"""Promise 5, first part: a settlement's total is the sum of its entries, and no entry is in two.

invoice 12: total 76.44       entries 54.60 + 21.84       fine
invoice 13: total 76.44       entries 54.60               an entry was untied, or the total changed
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, Row, cents, differs, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "settlement-totals"
SENTENCE: Final = "A settlement's total is the sum of its entries, and no entry is in two."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

SUMMED: Final = ("total_cents", "employer_cents", "tax_cents", "entries")


def findings(invoices: pl.DataFrame, sums: pl.DataFrame, twice: pl.DataFrame) -> list[Finding]:
    """Settlements that are not the sum of their entries.

    invoices: the columns of table invoice. sums: per invoice_id of the ties, SUMMED over the tied entries,
    ``missing`` (ties to entries that are not there), ``foreign`` (entries of another contract), ``later``
    (entries of a month after the invoice's). twice: entry_id, ``times``, of entries tied more than once.
    """
    both = invoices.join(sums, on="invoice_id", how="full", coalesce=True, suffix="_tied").sort("invoice_id")
    both = both.with_columns(pl.col(*(f"{name}_tied" for name in SUMMED), *_STRANGE).fill_null(0))
    untold = both.filter(pl.col("contract_id").is_null())
    told = both.filter(pl.col("contract_id").is_not_null())
    unequal = told.filter(pl.any_horizontal(differs(name, f"{name}_tied") for name in SUMMED))
    strange = told.filter(pl.any_horizontal(pl.col(name) != 0 for name in _STRANGE))
    return [
        *listed(NAME, untold.select("invoice_id", "entries_tied"), _no_invoice, _where),
        *listed(NAME, unequal.select(_SHOWN), _unequal, _where),
        *listed(NAME, strange.select("invoice_id", "contract_id", *_STRANGE), _wrong_entries, _where),
        *listed(
            NAME, twice, lambda row: f"is tied {row['times']} times", lambda row: f"entry {row['entry_id']}"
        ),
    ]


_STRANGE: Final = ("missing", "foreign", "later")
_SHOWN: Final = ("invoice_id", "contract_id", *SUMMED, *(f"{name}_tied" for name in SUMMED))


def _where(row: Row) -> str:
    return f"settlement {row['invoice_id']}"


def _no_invoice(row: Row) -> str:
    return f"{row['entries_tied']} entries are tied to it, and it does not exist"


def _unequal(row: Row) -> str:
    wrong = [name for name in SUMMED if row[name] != row[f"{name}_tied"]]
    return "; ".join(
        f"{_said(name)} is {_shown(name, row[name])}, its entries make {_shown(name, row[f'{name}_tied'])}"
        for name in wrong
    )


def _said(name: str) -> str:
    return {"total_cents": "the total", "employer_cents": "the employer's part", "tax_cents": "the tax"}.get(
        name, "the number of entries"
    )


def _shown(name: str, value: int | None) -> str:
    return str(value) if name == "entries" else cents(value)


def _wrong_entries(row: Row) -> str:
    said = {"missing": "that do not exist", "foreign": "of another contract", "later": "of a later month"}
    return "it holds " + " and ".join(f"{row[name]} entries {said[name]}" for name in _STRANGE if row[name])
