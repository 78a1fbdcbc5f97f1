"""A frame is refused, cast or handed on exactly as dataframely would, though mostly without asking it."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from avenant.core.frames import checked as module
from avenant.core.frames.checked import checked
from avenant.core.frames.invoices import InvoiceEntries
from avenant.core.frames.payouts import PayoutEntries
from tests.strategies import invoices, payouts

INVOICE = invoices.entries_of(
    invoices.chain(invoices.state()),
    invoices.chain(invoices.state(invoices.MAY), invoices.state(invoices.MAY)),
)
PAYOUT = payouts.entries_of(payouts.chain(payouts.decision(), payouts.decision(), settled=1))
FRAMES = {
    InvoiceEntries: InvoiceEntries.validate(INVOICE, cast=True),
    PayoutEntries: PayoutEntries.validate(PAYOUT, cast=True),
}


def outcome(check: Any, schema: type[dy.Schema], frame: pl.DataFrame) -> pl.DataFrame | tuple[type, str]:
    try:
        return check(schema, frame)  # type: ignore[no-any-return]
    except Exception as refused:
        return type(refused), str(refused)


def asked(schema: type[dy.Schema], frame: pl.DataFrame) -> pl.DataFrame:
    return schema.validate(frame, cast=True)


def spoilt(frame: pl.DataFrame, name: str) -> list[pl.DataFrame]:
    """The frame with one column wrong in every way there is."""
    kind = frame.schema[name]
    values = [None, "nobody's word"] if kind == pl.String else [None, -1, 32, 1_000]
    first = pl.int_range(pl.len()) == 0
    changed = [
        frame.with_columns(pl.when(first).then(pl.lit(value)).otherwise(name).cast(kind).alias(name))
        for value in (values if kind != pl.Date else [None])
    ]
    same = frame.with_columns(pl.col(name).first())
    return [*changed, same, frame.drop(name), frame.with_columns(pl.col(name).cast(pl.String))]


@pytest.mark.parametrize(
    ("schema", "name"), [(schema, name) for schema, frame in FRAMES.items() for name in frame.columns]
)
def test_a_spoilt_frame_is_refused_with_the_same_words(schema: type[dy.Schema], name: str) -> None:
    for frame in spoilt(FRAMES[schema], name):
        mine, theirs = outcome(checked, schema, frame), outcome(asked, schema, frame)
        if isinstance(theirs, pl.DataFrame):
            assert isinstance(mine, pl.DataFrame)
            assert_frame_equal(mine, theirs)
        else:
            assert mine == theirs


@pytest.mark.parametrize("schema", FRAMES)
def test_a_right_frame_is_handed_on_without_asking(
    schema: type[dy.Schema], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "validate", None)
    frame = FRAMES[schema]
    assert_frame_equal(checked(schema, frame.with_columns(beside=pl.lit(1))), frame)
    assert_frame_equal(checked(schema, frame.clear()), frame.clear())


@pytest.mark.parametrize("schema", FRAMES)
def test_no_rule_of_a_schema_is_left_out(schema: type[dy.Schema]) -> None:
    """Rules across columns would be: these schemas have none."""
    contract = module._contract(schema)
    columns = schema.columns()
    apart = {
        f"{name}|{rule}" for name, column in columns.items() for rule in column.validation_rules(pl.col(name))
    }
    assert set(schema._validation_rules(with_cast=False)) == apart | {"primary_key"}
    assert contract.key == tuple(schema.primary_key())
