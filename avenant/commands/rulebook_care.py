"""What `avenant rulebook show` says about care: guarantees and limits of a plan, tariffs of an act."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from avenant.core.periods import day_before
from avenant.core.rulebook.care_list import base_phrase, envelope_list, guarantee_list, tariff_list

if TYPE_CHECKING:
    import polars as pl

    from avenant.core.rulebook.model import Rulebook


def care_of_plan(rulebook: "Rulebook", plan: str, day: date, level: str | None) -> dict[str, "pl.DataFrame"]:
    """The guarantees and envelopes of a plan on a day, of one level or of all."""
    tables = {
        "guarantees": guarantee_list(rulebook, plan, day),
        "envelopes": envelope_list(rulebook, plan, day),
    }
    if level is None:
        return tables
    return {name: table.filter(table["level"] == level) for name, table in tables.items()}


def print_care_of_plan(tables: dict[str, "pl.DataFrame"], day: date) -> None:
    """The guarantees and envelopes as lines of text; nothing for a plan that guarantees nothing."""
    for name, table in tables.items():
        if not table.height:
            continue
        typer.echo(f"\n{name} on {day}")
        for row in table.iter_rows(named=True):
            typer.echo(_guarantee(row) if name == "guarantees" else _envelope(row))


def _guarantee(row: dict[str, Any]) -> str:
    whose = [row["optam"].replace("_", "-").upper() if row["optam"] != "any" else "", row["basket"] or ""]
    whose += ["" if (row["age_from"], row["age_to"]) == (0, 151) else ages(row)]
    together = f"({row['part']}) " if row["part"] > 1 else ""
    for_whom = ", ".join(word for word in whose if word)
    return (
        f"{row['level']:<12} {row['family']:<24} {for_whom:<20} {together + row['pays']:<28} {_origin(row)}"
    )


def _envelope(row: dict[str, Any]) -> str:
    return f"{row['level']:<12} {row['families']:<24} {ages(row):<20} {row['limit']:<28} {_origin(row)}"


def _origin(row: dict[str, Any]) -> str:
    return f"since {row['valid_from']}, {row['file']}:{row['line']}"


def ages(row: dict[str, Any]) -> str:
    """The ages of a row (age_from, age_to exclusive) as people say them."""
    first, last = row["age_from"], row["age_to"] - 1
    if last == 150:
        return "any age" if first == 0 else f"{first}+"
    return str(first) if first == last else f"{first}-{last}"


def show_act(rulebook: "Rulebook", code: str, as_json: bool) -> None:
    """One act with its family and every base that is known, by date. Errors: ``ValueError`` for an unknown act."""
    acts = rulebook.care.acts
    found = acts.filter(acts["act_code"] == code)
    if not found.height:
        raise ValueError(
            f"there is no act {code!r} in {acts.height} acts: check the code, or add it to acts:"
        )
    tariffs = tariff_list(rulebook, code)
    if as_json:
        shown = {"act": json.loads(found.write_json())[0], "tariffs": json.loads(tariffs.write_json())}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    act = found.row(0, named=True)
    typer.echo(f"{code}  {act['label']}, family {act['family']}, basket {act['basket'] or '–'}")
    for row in tariffs.iter_rows(named=True):
        typer.echo(_tariff(row))
    if not tariffs.height:
        typer.echo("no base is known: only the Sécu's message tells it")


def _tariff(row: dict[str, Any]) -> str:
    until = f"through {day_before(row['valid_to'])}" if row["valid_to"] else ""
    rate = "" if row["rate_ppm"] in (None, 0) else f" at {row['rate_ppm'] / 10_000:g} %"
    limit = f", price limit {row['price_limit_cents'] / 100:.2f}" if row["price_limit_cents"] else ""
    period = f"from {row['valid_from']} {until:<18}"
    who = f"{row['optam']:<9} {ages(row):<8}"
    return f"{period} {who} {base_phrase(row):>8}{rate}{limit}   {row['file']}:{row['line']}"
