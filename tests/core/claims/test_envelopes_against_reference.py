"""Envelopes in columns and a loop agree with envelopes read act by act."""

from __future__ import annotations

from dataclasses import fields

import polars as pl
from hypothesis import HealthCheck, given, settings
from polars.testing import assert_frame_equal

from avenant.core.claims.adjudication.envelopes import CONSUMED, consumed
from benchmarks import reference_envelopes
from benchmarks.reference_claims_model import Rules
from benchmarks.reference_envelopes import Wanted
from tests.strategies.envelopes import Drawn, drawn_acts


def by_reference(drawn: Drawn) -> pl.DataFrame:
    """What the reference allows."""
    names = [field.name for field in fields(Wanted) if field.name in drawn.wanted.columns]
    acts = [Wanted(**row) for row in drawn.wanted.select(names).iter_rows(named=True)]
    rules = Rules.read(drawn.rules, drawn.parameters)
    found = reference_envelopes.consumed(acts, rules)
    return pl.DataFrame([act._asdict() for act in found], CONSUMED)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn_acts())
def test_envelopes_agree_with_the_slow_reference(drawn: Drawn) -> None:
    found = consumed(drawn.wanted, drawn.rules, drawn.parameters)
    assert_frame_equal(found.sort("act_id"), by_reference(drawn).sort("act_id"))
