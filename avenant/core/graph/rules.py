"""The third column: the lines of the rulebook that amounts stand on, by what decides them and since when."""

from __future__ import annotations

from typing import Any

import polars as pl

from avenant.core.graph.model import Drawing, Node
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row, in_force, said
from avenant.core.rulebook.care_model import CONTENT_COLUMNS as CARE_COLUMNS
from avenant.core.rulebook.model import CONTENT_COLUMNS as PRICE_COLUMNS

AMOUNTS = ("base_cents", "amount_cents", "flat_cents", "max_cents")
NUMBERS = frozenset(("age_from", "age_to", "part", "months", "max_count"))
FLAGS = frozenset(("real_cost", "price_limit"))


def rules(rows: GraphRows) -> Drawing:
    """Tariff, guarantee, envelope and price lines, each from the first entry on that stands on it.

    A publication that changes its end or its source is a new state.
    """
    used, currencies = _first_used(rows), _currencies(rows)
    states = [
        (row, max(since, used[row["line_id"]]), until)
        for row, since, until in in_force(rows.rule_lines, "line_id")
        if row["line_id"] in used
    ]
    return Drawing(
        [
            _line(row, since, until, currencies.get(row["line_id"]))
            for row, since, until in states
            if until is None or since < until
        ]
    )


def _currencies(rows: GraphRows) -> dict[int, str]:
    """line_id of each price -> the currency of a contract that pays it."""
    contracts = dict(rows.contracts.select("contract_id", "currency").iter_rows())
    prices = rows.premiums.select("line_id", "contract_id").unique().iter_rows()
    return {line: contracts[contract] for line, contract in prices if contract in contracts}


def _first_used(rows: GraphRows) -> dict[int, int]:
    """line_id -> the revision of the first entry that stands on it."""
    uses = [rows.entries.select("rev", line_id=f"{kind}_line_id") for kind in CARE_COLUMNS]
    uses.append(rows.premiums.select("rev", "line_id"))
    first = pl.concat(uses).group_by("line_id").agg(pl.col("rev").min())
    return dict(first.select("line_id", "rev").iter_rows())


def rule_names(rows: GraphRows) -> dict[int, str]:
    """line_id -> id of the node."""
    return {line: f"{kind}:{line}" for line, kind in rows.rule_lines.select("line_id", "kind").iter_rows()}


def _line(row: Row, since: int, until: int | None, currency: str | None) -> Node:
    content = _content(row["kind"], row["content_key"])
    amounts = [content[name] for name in AMOUNTS if name in content]
    named = ("act_code", "family", "envelope", "component")
    what = next((str(content[name]) for name in named if name in content), "")
    return Node(
        f"{row['kind']}:{row['line_id']}",
        row["kind"],
        f"{row['kind']} {what}".strip(),
        *(since, until),
        amount_cents=amounts[0] if amounts else None,
        currency=currency,
        fields=(*content.items(), *said(row, ("source",))),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def _content(kind: str, key: str) -> dict[str, Any]:
    """What decides a line, out of its key: the kind (of care) and the columns of its contents, but its first day."""
    columns: tuple[str, ...] = PRICE_COLUMNS if kind == "price" else CARE_COLUMNS[kind]
    texts = key.split("|") if kind == "price" else key.split("|")[1:]
    told = zip(columns, texts, strict=False)
    return {name: _value(name, text) for name, text in told if text and name != "valid_from"}


def _value(name: str, text: str) -> str | int | bool:
    if name in FLAGS:
        return text == "true"
    return int(text) if name in NUMBERS or name.endswith(("_cents", "_ppm")) else text
