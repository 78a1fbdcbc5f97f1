"""The reimbursements that the facts of care imply: the pure heart of the nightly run's second book."""

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.model import Care, CareTerms, ExpectedCare
from avenant.core.frames.care import LINK, WAITING


def expected_reimbursements(care: Care, terms: CareTerms) -> ExpectedCare:
    """Every reimbursement row that ``care`` implies under ``terms``, what waits, and which line makes which act."""
    if care.lines.is_empty():
        return nothing_expected()
    raise ValueError(f"{len(care.lines)} lines and {len(terms.rules.tariffs)} tariffs: adjudication is not here yet")


def nothing_expected() -> ExpectedCare:
    """The answer where nobody told us anything."""
    types = {name: REIMBURSEMENTS.columns[name] for name in REIMBURSEMENTS.expected}
    return ExpectedCare(pl.DataFrame(schema=types), pl.DataFrame(schema=WAITING), pl.DataFrame(schema=LINK))
