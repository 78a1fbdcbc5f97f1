"""What a chunk's expectations and the books do not agree on: by fingerprints first, then row by row."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from avenant.core.book.diff import Difference, difference, no_difference, together
from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book
from avenant.core.book.fingerprint import fingerprints
from avenant.flows.nightly_care import ExpectedCare
from avenant.store.database import Connection
from avenant.store.readers.books import FOR_EVER, book_fingerprints, ever_covered, latest_entries, reimbursed

FIRST = pl.lit(1, pl.Int32)
"""The version of a row that was never restated."""


def premiums_found(
    connection: Connection,
    expected: pl.DataFrame,
    members: pl.DataFrame,
    booked: Mapping[str, pl.DataFrame] | None,
    horizon: date,
    exact_slice: int | None,
    former: pl.DataFrame | None = None,
) -> Difference:
    """What separates the expected premiums of ``members`` from the booked ones up to ``horizon``.

    Fetches and compares exactly only the members whose fingerprints differ, and the slice whose turn it is.
    booked: fingerprints of what the books hold, by table (None: read them). former: what other rules, under which
    the book was made, expect: of whom it equals the book, it stands for the book and nothing is fetched.
    """
    if booked is None:
        condition = ever_covered(connection, members["member_id"])
        prints = book_fingerprints(connection, PREMIUMS, horizon, condition)
    else:
        prints = booked[PREMIUMS.table]
    known = no_difference(PREMIUMS)
    if former is not None:
        standing = _standing(former, prints, members, exact_slice)
        now, then = (rows.join(standing, on="member_id", how="semi") for rows in (expected, former))
        known = difference(PREMIUMS, now, then.select(PREMIUMS.expected).with_columns(version=FIRST))
        members = members.join(standing, on="member_id", how="anti")
        expected = expected.join(standing, on="member_id", how="anti")
    differing = _differing(PREMIUMS, expected, prints, members, exact_slice)
    if differing.is_empty():
        return known
    rows = expected.join(differing, on="member_id", how="semi")
    condition = ever_covered(connection, differing["member_id"])
    found = difference(PREMIUMS, rows, latest_entries(connection, PREMIUMS, horizon, condition))
    return together(known, found)


def care_found(
    connection: Connection,
    care: ExpectedCare,
    members: pl.DataFrame,
    booked: Mapping[str, pl.DataFrame] | None,
    exact_slice: int | None,
) -> Difference:
    """The same for reimbursements; what was booked for acts that wait for a person stands until they are decided."""
    if booked is None:
        condition = reimbursed(members["member_id"], pl.Series([], dtype=pl.Int64))
        prints = book_fingerprints(connection, REIMBURSEMENTS, FOR_EVER, condition)
    else:
        prints = booked[REIMBURSEMENTS.table]
    differing = _differing(REIMBURSEMENTS, care.rows, prints, members, exact_slice)
    if differing.is_empty() and care.moved.is_empty():
        return no_difference(REIMBURSEMENTS)
    theirs = pl.col("member_id").is_in(differing["member_id"].implode())
    rows = care.rows.filter(theirs | pl.col("act_id").is_in(care.moved.implode()))
    condition = reimbursed(differing["member_id"], care.moved)
    latest = latest_entries(connection, REIMBURSEMENTS, FOR_EVER, condition)
    latest = latest.join(care.standing.to_frame("act_id"), on="act_id", how="anti")
    return difference(REIMBURSEMENTS, rows, latest)


def _standing(
    former: pl.DataFrame, booked: pl.DataFrame, members: pl.DataFrame, exact_slice: int | None
) -> pl.DataFrame:
    """Members whose rows were never restated and are exactly the ``former`` ones (column member_id)."""
    booked = booked.join(members.select("member_id"), on="member_id", how="semi")
    restated = booked.filter(pl.col("rows") != pl.col("entries")).select("member_id")
    differing = _differing(PREMIUMS, former, booked, members, exact_slice)
    moved = pl.concat([restated, differing])
    return members.select("member_id").join(moved, on="member_id", how="anti")


def _differing(
    book: Book,
    expected: pl.DataFrame,
    booked: pl.DataFrame,
    members: pl.DataFrame,
    exact_slice: int | None,
) -> pl.DataFrame:
    """Members whose live rows are not exactly the expected ones (column member_id)."""
    booked = booked.join(members.select("member_id"), on="member_id", how="semi")
    if expected.is_empty() and booked.is_empty():
        return members.select("member_id").clear()
    both = fingerprints(book, expected).join(
        booked, on=["contract_id", "member_id"], how="full", suffix="_booked", coalesce=True
    )
    differs = pl.any_horizontal(
        pl.col(name).fill_null(0) != pl.col(f"{name}_booked").fill_null(0)
        for name in ("entries", "amount_cents", "fingerprint")
    )
    if exact_slice is not None:
        differs |= pl.col("member_id") % 28 == exact_slice
    return both.filter(differs).select("member_id").unique()
