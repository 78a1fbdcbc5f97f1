"""A published rulebook is read back with its care, and its lines keep their numbers for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.rulebook.care_model import FRAMES, CareRules
from avenant.core.rulebook.loading import read_inline
from avenant.core.rulebook.model import Rulebook
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.readers.rulebooks import published


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    return new_book(date(2026, 1, 1))


def in_force(db: Database) -> Rulebook:
    with db.connect() as connection:
        return published(connection).rulebook


def test_care_is_read_back_as_it_was_published(db: Database) -> None:
    shipped = shipped_rulebook()
    version = publish(db, shipped)
    read = in_force(db)
    assert read.version == version == shipped.version
    for name in FRAMES:
        frame, told = getattr(read.care, name), getattr(shipped.care, name)
        without_numbers = [column for column in told.columns if column != "line_id"]
        assert_frame_equal(frame.select(without_numbers), told.select(without_numbers))


def test_prices_and_care_share_one_registry_and_numbers_stay(db: Database) -> None:
    shipped = shipped_rulebook()
    publish(db, shipped)
    first = in_force(db)
    numbers = pl.concat(
        frame.select("content_key", "line_id")
        for frame in (first.price_lines, first.care.tariffs, first.care.guarantees, first.care.envelopes)
    )
    assert numbers["line_id"].n_unique() == len(numbers)
    fewer = replace(shipped, care=replace(shipped.care, tariffs=shipped.care.tariffs.slice(3)))
    publish(db, fewer)
    again = in_force(db).care.tariffs.select("content_key", "line_id")
    assert_frame_equal(again, first.care.tariffs.select("content_key", "line_id").slice(3))


def test_a_rulebook_without_care_is_published_and_read_as_before(db: Database) -> None:
    plan = {"currency": "EUR", "prices": [{"valid_from": "2024-01", "everyone": 50}]}
    publish(db, read_inline({"plans": {"city": plan}}))
    read = in_force(db)
    for name in FRAMES:
        assert_frame_equal(getattr(read.care, name), getattr(CareRules(), name))
