"""Price an individual plan on OpenFisca-Core and compare it with our own rules on the same people.

    facts, rulebook = comparable(facts, rulebook, "fr-individual")
    answer = run(facts, rulebook, first_month, last_month)     # seconds, and the sums to compare

OpenFisca thinks in months and persons, so ``comparable`` keeps what both can say exactly: one plan priced per
person and by age in the calendar year, by days, without tax on top; one active enrolment per member, in one
contract; and brothers and sisters covered over the same period (a rank holds for a whole month). Both answer
with the same rows, so ``sums`` of ours must equal the sums of OpenFisca's.

    python -m benchmarks.external.openfisca.run PORTFOLIO.npz      # a file written by ``write_portfolio``
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from benchmarks.external.environment import run_script

Facts = TypeVar("Facts")
Rulebook = TypeVar("Rulebook")

MILLION = 1_000_000
TABLE = ["level", "tier"]
NO_LIMIT = 32_767
COMPARED = (
    "amount_cents",
    "tax_cents",
    "employer_cents",
    "unit_price_cents",
    "covered_days",
    "age",
    "child_rank",
)


class NotComparable(ValueError):
    """The plan has a convention that this comparison does not express; the text says which."""


def comparable(facts: Facts, rulebook: Rulebook, plan: str) -> tuple[Facts, Rulebook]:
    """The part of a portfolio that OpenFisca can price too, and the rulebook with that plan alone.

    ``facts`` (frames contracts, members, enrolments) keeps the families described above. Errors:
    ``NotComparable`` when the plan has a convention that is not expressed here.
    """
    book: Any = rulebook
    plans, lines = book.plans.filter(plan=plan), book.price_lines.filter(plan=plan)
    for name, wanted in (("age_convention", "calendar_year"), ("proration", "days")):
        if plans[name][0] != wanted:
            raise NotComparable(f"{plan} has {name} {plans[name][0]}; OpenFisca is given {wanted} only")
    if plans["tax_mode"][0] == "added":
        raise NotComparable(f"{plan} adds its tax to the price; OpenFisca is given prices that contain it")
    if (lines["structure"] != "per_person").any() or (lines["unit"] == "pmss").any():
        raise NotComparable(
            f"{plan} has family prices or prices in % of PMSS; choose a plan priced per person"
        )
    portfolio: Any = facts
    kept = simple_families(portfolio.members, portfolio.enrolments, plan)
    members = portfolio.members.join(kept, on="family_id", how="semi")
    enrolments = portfolio.enrolments.join(members, on="member_id", how="semi")
    return (
        replace(portfolio, members=members, enrolments=enrolments),
        replace(book, plans=plans, price_lines=lines, rates=book.rates.filter(plan=plan)),
    )


def simple_families(members: pl.DataFrame, enrolments: pl.DataFrame, plan: str) -> pl.DataFrame:
    """``family_id`` of the families that ``comparable`` keeps."""
    child = pl.col("role") == "child"
    together = [pl.col(side).filter(child).n_unique() <= 1 for side in ("valid_from", "valid_to")]
    return (
        members.drop("ref")
        .join(enrolments, on="member_id", how="left")
        .group_by("family_id")
        .agg(
            simple=((pl.col("plan") == plan) & (pl.col("basis") == "active")).fill_null(False).all()
            & (pl.col("member_id").n_unique() == pl.len())
            & (pl.col("contract_id").n_unique() == 1)
            & pl.all_horizontal(together)
        )
        .filter("simple")
        .select("family_id")
    )


def write_portfolio(facts: Any, rulebook: Any, first_month: date, last_month: date, path: Path) -> None:
    """Write what ``priced.py`` reads: arrays of enrolments, price lines in cents, rates and months."""
    tiers = rulebook.price_lines.select(TABLE).unique().sort(TABLE).with_row_index("tier_number")
    arrays = people_arrays(facts, tiers) | price_arrays(rulebook.price_lines, tiers)
    for kind in ("tax", "employer_share"):
        arrays |= rate_arrays(rulebook, kind)
    plan = rulebook.plans.row(0, named=True)
    months = pl.date_range(first_month, last_month, "1mo", eager=True)
    np.savez(
        path,
        months=months.to_numpy(),
        paying_children=np.int32(NO_LIMIT if plan["paying_children"] is None else plan["paying_children"]),
        child_age_limit=np.int32(NO_LIMIT if plan["child_age_limit"] is None else plan["child_age_limit"]),
        **arrays,
    )


def people_arrays(facts: Any, tiers: pl.DataFrame) -> dict[str, Any]:
    """One element per enrolment."""
    people = (
        facts.enrolments.drop("ref")
        .join(facts.members, on="member_id")
        .join(tiers, left_on=["level", "role"], right_on=TABLE)
        .sort("birth_date", "ref")
        .with_row_index("birth_order")
    )
    far_away = pl.lit(date(2999, 1, 1))
    told = people.select(
        pl.col("birth_date").dt.year().alias("birth_year"),
        pl.col("birth_order"),
        (pl.col("role") == "child").alias("is_child"),
        pl.col("tier_number").alias("tier"),
        pl.col("family_id").alias("family"),
        pl.col("valid_from").to_physical().alias("first_day"),
        pl.col("valid_to").fill_null(far_away).to_physical().alias("day_after_last"),
    ).cast(pl.Int32)
    return {name: told[name].to_numpy() for name in told.columns}


def price_arrays(lines: pl.DataFrame, tiers: pl.DataFrame) -> dict[str, Any]:
    """One element per price line."""
    components = lines.select("component").unique().sort("component").with_row_index("component_number")
    told = (
        lines.join(tiers, on=TABLE)
        .join(components, on="component")
        .select(
            price_component="component_number",
            price_tier="tier_number",
            price_age_from="age_from",
            price_age_to="age_to",
            price_valid_from="valid_from",
            price_cents=price_cents(),
        )
    )
    return {name: told[name].to_numpy() for name in told.columns}


def rate_arrays(rulebook: Any, kind: str) -> dict[str, Any]:
    """The plan's rates of one kind with their first days; 0 from the first price on when it has none."""
    rates = rulebook.rates.filter(kind=kind).sort("valid_from")
    dates, values = rates["valid_from"], rates["rate_ppm"]
    if rates.is_empty():
        dates, values = rulebook.price_lines["valid_from"].sort().head(1), pl.Series([0])
    return {f"{kind}_valid_from": dates.to_numpy(), f"{kind}_ppm": values.to_numpy()}


def price_cents() -> pl.Expr:
    """The price of a line in cents, a base price times its age factor rounded half up."""
    scaled = (pl.col("amount_cents") * pl.col("rate_ppm") * 2 + MILLION) // (2 * MILLION)
    return pl.when(pl.col("unit") == "curve").then(scaled).otherwise("amount_cents")


def sums(rows: pl.DataFrame) -> dict[str, int]:
    """What is compared, of our own premium rows."""
    return {"rows": rows.height} | {name: int(rows[name].cast(pl.Int64).sum()) for name in COMPARED}


def run_file(path: Path, cache: Path | None = None, times: int = 1) -> dict[str, Any]:
    """Price a written portfolio on OpenFisca: CPU ``seconds`` of the last of ``times`` times, and the ``sums``."""
    return run_script("openfisca", "priced.py", [str(path), str(times)], cache)


def run(
    facts: Any, rulebook: Any, first_month: date, last_month: date, cache: Path | None = None
) -> dict[str, Any]:
    """Price comparable facts on OpenFisca; its ``seconds`` leave out files and the start of Python."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "portfolio.npz"
        write_portfolio(facts, rulebook, first_month, last_month, path)
        return run_file(path, cache)


def main() -> None:
    """Command line: price a file written by ``write_portfolio``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("portfolio", type=Path)
    print(json.dumps(run_file(parser.parse_args().portfolio)))


if __name__ == "__main__":
    main()
