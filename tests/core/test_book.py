"""Diff, fingerprints and settling: the laws of the book."""

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant.core.book.diff import difference
from avenant.core.book.entries import PREMIUMS
from avenant.core.book.fingerprint import fingerprints
from avenant.core.book.settle import Issue, balance_movements, settlements
from avenant.core.premiums import expected as rules

JUNE = date(2026, 6, 1)
WHOLE = (1, 2, JUNE, 3, 5460, 3276, 640, 5460, 7, 30, 30, 30, 34, 0)
PART = (1, 2, JUNE, 3, 2184, 1310, 256, 5460, 7, 12, 12, 30, 34, 0)

AMOUNTS = st.integers(0, 10_000)
STATES = st.dictionaries(
    st.tuples(
        st.integers(1, 3), st.integers(1, 3), st.sampled_from([JUNE, date(2026, 7, 1)]), st.integers(1, 2)
    ),
    st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 9), st.integers(1, 28), st.integers(0, 28)),
    max_size=8,
)


def expected(*rows: tuple[object, ...]) -> pl.DataFrame:
    """Expected rows."""
    return pl.DataFrame(
        list(rows), schema={name: rules.ENTRY[name] for name in PREMIUMS.expected}, orient="row"
    )


def of_state(state: dict[tuple[object, ...], tuple[object, ...]]) -> pl.DataFrame:
    """Expected rows of a generated state: key -> amounts, price line and days."""
    return expected(*((*key, *values, 30, 34, 0) for key, values in state.items()))


def latest(entries: pl.DataFrame) -> pl.DataFrame:
    """The latest version of each key."""
    return entries.sort("version").unique(PREMIUMS.key, keep="last").sort(PREMIUMS.key)


def nothing_booked() -> pl.DataFrame:
    """An empty book."""
    return difference(
        PREMIUMS, expected(), expected().with_columns(version=pl.lit(1, pl.Int32)).select(PREMIUMS.entry)
    ).entries()


def test_a_changed_amount_is_cancelled_and_restated() -> None:
    booked = difference(PREMIUMS, expected(WHOLE), nothing_booked()).entries()
    written = difference(PREMIUMS, expected(PART), booked).entries()
    assert written["version"].to_list() == [2, 3]
    assert written["amount_cents"].to_list() == [-5460, 2184]
    assert written["employer_cents"].to_list() == [-3276, 1310]
    assert written["covered_days"].to_list() == [30, 12]


def test_what_is_no_longer_due_ends_in_a_charge_of_nothing() -> None:
    booked = difference(PREMIUMS, expected(WHOLE), nothing_booked()).entries()
    written = difference(PREMIUMS, expected(), booked).entries()
    assert written["amount_cents"].to_list() == [-5460, 0]
    assert written["covered_days"].to_list() == [30, 0]
    assert difference(PREMIUMS, expected(), latest(pl.concat([booked, written]))).entries().is_empty()


@settings(deadline=None)
@given(states=st.lists(STATES, min_size=1, max_size=5))
def test_after_any_history_the_latest_row_is_the_truth_and_the_rest_sums_to_nothing(
    states: list[dict[tuple[object, ...], tuple[object, ...]]],
) -> None:
    book = nothing_booked()
    for state in states:
        wanted = of_state(state)
        book = pl.concat([book, difference(PREMIUMS, wanted, latest(book)).entries()])
        assert difference(PREMIUMS, wanted.reverse(), latest(book)).entries().is_empty()
    live = latest(book).filter(pl.col("covered_days") > 0)
    assert live.select(PREMIUMS.expected).equals(of_state(states[-1]).sort(PREMIUMS.key))
    for rows in book.partition_by(list(PREMIUMS.key)):
        ordered = rows.sort("version")
        assert ordered["version"].to_list() == list(range(1, len(rows) + 1))
        assert ordered["amount_cents"][:-1].sum() == 0


@settings(deadline=None)
@given(states=st.lists(STATES, min_size=2, max_size=4))
def test_the_fingerprint_over_all_rows_is_that_of_the_latest(
    states: list[dict[tuple[object, ...], tuple[object, ...]]],
) -> None:
    book = nothing_booked()
    for state in states:
        book = pl.concat([book, difference(PREMIUMS, of_state(state), latest(book)).entries()])
    told = book.filter(pl.col("covered_days") > 0).with_columns(
        pl.col("amount_cents", "employer_cents", "tax_cents").abs()
    )
    order = ["contract_id", "member_id"]
    by_all = (
        fingerprints(PREMIUMS, told)
        .filter(pl.col("fingerprint") != 0)
        .select(*order, "fingerprint")
        .sort(order)
    )
    by_latest = fingerprints(PREMIUMS, of_state(states[-1])).select(*order, "fingerprint").sort(order)
    assert by_all.equals(by_latest)


@given(column=st.sampled_from(PREMIUMS.values), by=st.integers(1, 20))
def test_changing_any_single_value_changes_the_fingerprint(column: str, by: int) -> None:
    changed = expected(WHOLE).with_columns(pl.col(column) + by)
    assert (
        fingerprints(PREMIUMS, changed)["fingerprint"][0]
        != fingerprints(PREMIUMS, expected(WHOLE))["fingerprint"][0]
    )


@given(column=st.sampled_from(PREMIUMS.values))
def test_exchanging_a_value_between_two_months_changes_the_fingerprint(column: str) -> None:
    july = (1, 2, date(2026, 7, 1), 3, 2184, 1310, 256, 5461, 8, 12, 13, 31, 35, 1)
    two = expected(WHOLE, july)
    exchanged = two.with_columns(pl.col(column).reverse())
    assert (
        fingerprints(PREMIUMS, exchanged)["fingerprint"][0] != fingerprints(PREMIUMS, two)["fingerprint"][0]
    )


def settled(balance: int, *amounts: int) -> pl.DataFrame:
    """The settlement of one contract with these open amounts and this credit."""
    entries = pl.DataFrame({"contract_id": [1] * len(amounts), "amount_cents": list(amounts)}).with_columns(
        employer_cents=pl.lit(0), tax_cents=pl.lit(0)
    )
    contracts = pl.DataFrame({"contract_id": [1], "currency": ["EUR"], "balance_cents": [balance]})
    rows = settlements(entries, contracts, Issue("AV", JUNE, 41), JUNE)
    return rows.with_columns(invoice_id=pl.lit(9))


def test_credit_is_used_up_to_the_total() -> None:
    row = settled(1_000, 5460).row(0, named=True)
    assert (row["kind"], row["number"], row["balance_used_cents"], row["due_cents"]) == (
        "invoice",
        41,
        1_000,
        4_460,
    )
    assert settled(9_000, 5460)["due_cents"].item() == 0
    assert balance_movements(settled(9_000, 5460))["amount_cents"].item() == -5460


def test_a_negative_total_is_a_credit_note_that_becomes_balance() -> None:
    row = settled(0, 2184, -5460).row(0, named=True)
    assert (row["kind"], row["total_cents"], row["due_cents"]) == ("credit_note", -3276, 0)
    assert balance_movements(settled(0, 2184, -5460))["amount_cents"].item() == 3276


def test_a_total_of_nothing_settles_without_a_number() -> None:
    row = settled(500, 5460, -5460).row(0, named=True)
    assert (row["kind"], row["number"], row["balance_used_cents"]) == ("settlement", None, 0)
    assert balance_movements(settled(500, 5460, -5460)).is_empty()
