"""What was decided about one act, read by whoever the act ever was."""

import polars as pl
import pytest

from avenant.desk.pages.decisions import split_of
from avenant.store.database import Database
from avenant.store.readers.acts import decided_acts

pytestmark = pytest.mark.xdist_group("desk")


def test_an_act_alone_reads_like_the_same_act_among_all(played_book: Database) -> None:
    with played_book.snapshot() as connection:
        whole = decided_acts(connection)
        acts = whole["act_id"].unique(maintain_order=True)
        some = [*acts.head(20), *acts.tail(20)]
        assert some
        for act in some:
            assert decided_acts(connection, act=act).equals(whole.filter(pl.col("act_id") == act)), act


def test_an_act_nobody_told_of_has_no_decisions(played_book: Database) -> None:
    with played_book.snapshot() as connection:
        assert decided_acts(connection, act=2**40).is_empty()
        assert decided_acts(connection, act=10**30).is_empty()


def test_what_payers_pay_and_what_is_left_is_what_was_charged(played_book: Database) -> None:
    """What the Sécu withholds is left to the member: it stands there, and not in what the Sécu pays, too."""
    with played_book.snapshot() as connection:
        charges = decided_acts(connection).filter(
            pl.col("kind") == "charge", pl.col("lines") > 0, pl.col("charged_cents") > 0
        )
    withheld = charges.filter(pl.col("retention_cents") > 0)
    assert len(withheld) > 20
    for row in withheld.head(200).to_dicts():
        split = split_of(row)
        told = split.secu_cents + split.others_cents + split.ours_cents + split.out_of_pocket_cents
        assert told == split.charged_cents, row
