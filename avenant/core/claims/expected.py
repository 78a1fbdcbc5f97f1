"""The reimbursements that the facts of care imply: the pure heart of the nightly run's second book.

Example: the Sécu's return of a visit of 30.00 €, and the member's bill for it, are one act; of the 9.00 €
that the Sécu leaves, 9.00 € are due to the member under a guarantee of 100 %.
"""

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.adjudication.decisions import adjudicated
from avenant.core.claims.matching import matched
from avenant.core.claims.model import Care, CareTerms, ExpectedCare, Matched
from avenant.core.frames.care import LINK, WAITING


def expected_reimbursements(care: Care, terms: CareTerms) -> ExpectedCare:
    """Every reimbursement row that ``care`` implies under ``terms``, what waits, and which line makes which
    act.

    Each live line is part of an act or waits; each act has its rows or waits. The order of the input is
    irrelevant. Errors: ``ValueError`` with file and line when two lines of the rulebook answer for one day.
    """
    if care.lines.is_empty():
        return nothing_expected()
    found = matched_care(care, terms)
    decided = adjudicated(found.acts, care, terms)
    return ExpectedCare(decided.rows, pl.concat([found.waiting, decided.waiting]), found.links)


def matched_care(care: Care, terms: CareTerms) -> Matched:
    """The messages of ``care`` as acts, links and what waits (see ``core.claims.matching``)."""
    return matched(care.lines, care.answers, terms.rules.acts)


def nothing_expected() -> ExpectedCare:
    """The answer where nobody told us anything."""
    types = {name: REIMBURSEMENTS.columns[name] for name in REIMBURSEMENTS.expected}
    return ExpectedCare(pl.DataFrame(schema=types), pl.DataFrame(schema=WAITING), pl.DataFrame(schema=LINK))
