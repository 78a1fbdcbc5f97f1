"""What all publications of the rulebook say that a graph may stand on, read once per process."""

from dataclasses import dataclass

import polars as pl

from avenant.core.graph.rows import TABLES
from avenant.core.rulebook.model import Rulebook
from avenant.store.database import Connection
from avenant.store.readers.known import known
from avenant.store.readers.rulebooks import ReadOnce, published

RULE_LINES = {
    "tariffs": "tariff",
    "guarantees": "guarantee",
    "envelopes": "envelope",
}
"""Frame of the rules of care -> kind of its lines."""


@dataclass(frozen=True, slots=True)
class RulesThroughTime:
    """Every publication up to one of them, by revision: frames with the columns of TABLES."""

    act_codes: pl.DataFrame
    rule_lines: pl.DataFrame
    parameters: pl.DataFrame
    rates: pl.DataFrame


READ: ReadOnce[RulesThroughTime] = ReadOnce()


def rules_through_time(connection: Connection, rev: int | None = None) -> RulesThroughTime:
    """What the publications known at ``rev`` said. Nothing about them ever changes: see `published`."""
    query = f"""
        SELECT v.version, r.digest, r.rev FROM rulebook_version AS v JOIN revision AS r USING (change_id)
        WHERE {known("v", rev)} ORDER BY r.rev"""
    publications = connection.execute(query).fetchall()
    if not publications:
        return _one_after_the_other([])
    version, digest, _ = publications[-1]
    return READ.answer(
        (bytes(digest), version),
        lambda: _one_after_the_other(
            [_said(published(connection, since).rulebook, since) for _, _, since in publications]
        ),
    )


def _said(rulebook: Rulebook, rev: int) -> RulesThroughTime:
    """One publication, which became revision ``rev``."""
    care = rulebook.care
    lines = [_lines(getattr(care, name), kind) for name, kind in RULE_LINES.items()]
    rates = care.families.drop_nulls("rate_parameter")
    frames = {
        "act_codes": care.acts,
        "rule_lines": pl.concat([*lines, _lines(rulebook.price_lines, "price")]).sort("line_id"),
        "parameters": rulebook.parameters.sort("parameter", "valid_from"),
        "rates": rates.rename({"rate_parameter": "parameter"}),
    }
    published_at = pl.lit(rev, pl.Int64).alias("rev")
    return RulesThroughTime(
        **{
            name: frame.with_columns(published_at).select(list(TABLES[name]))
            for name, frame in frames.items()
        }
    )


def _lines(lines: pl.DataFrame, kind: str) -> pl.DataFrame:
    told = lines.select("line_id", "content_key", "valid_from", "valid_to", "source")
    return told.with_columns(kind=pl.lit(kind))


def _one_after_the_other(publications: list[RulesThroughTime]) -> RulesThroughTime:
    frames = {
        name: [pl.DataFrame(schema=TABLES[name]), *(getattr(one, name) for one in publications)]
        for name in RulesThroughTime.__slots__
    }
    return RulesThroughTime(**{name: pl.concat(parts) for name, parts in frames.items()})
