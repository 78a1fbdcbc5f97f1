"""Step 2, rights: the contract that covers the member on the day of care, by what is known now.

The day of care decides, whenever the bill arrives (domain facts A3, point 5). Example: Léa's cover ends with
31 May, as we learn in November. A visit of 3 June was paid in June: it is decided again, under the same
contract, as 0.00 €.
"""

from __future__ import annotations

from functools import cache, lru_cache

import polars as pl

from avenant.core.claims.adjudication.joining import beside, without
from avenant.core.claims.adjudication.waiting import first_of, with_bits
from avenant.core.rulebook.care_model import CareRules

ADULT_AGE = 18


def with_rights(
    acts: pl.DataFrame, enrolments: pl.DataFrame, members: pl.DataFrame, rules: CareRules
) -> pl.DataFrame:
    """``acts`` with contract_id, plan, level, cover (number of plan and level, null: no guarantee),
    responsible, birth_date, ``covered``, ``by_rules`` (nothing but the rules decides the act), age and
    ``minor``.

    CSS L911-8: who is covered under portability is covered like before. Of several contracts that cover the
    day, one that is paid for comes before portability, then the older one. Where none covers it, but one did
    or will, the act is decided under the nearest: 0, ``not_covered``. Waits: ``no_contract`` where the member
    has no enrolment at all; ``charge_unknown`` where no message says what was charged.
    """
    spells = _spells(enrolments, members, rules)
    days = acts.select("act_id", "member_id", "care_from")
    found = _covering(days, spells)
    rest = days.join(found, on="act_id", how="anti")
    if len(rest):
        found = pl.concat([found, _nearest(rest, spells)])
    frame = beside(acts, found)
    frame = frame.with_columns(pl.col("covered").fill_null(False), **_ages())
    firm = pl.col("covered") & ~pl.col("cancelled")
    # nothing stays booked without a contract, whatever else is not known of the act
    uninsured = pl.col("contract_id").is_null()
    return frame.with_columns(
        by_rules=firm & pl.col("exception_cents").is_null(),
        reasons=with_bits(
            not_covered=~pl.col("covered"),
            portability=pl.col("covered") & pl.col("free"),
            several_contracts=pl.col("several"),
            cancelled=pl.col("cancelled"),
        ),
        waits=first_of(
            pl.when(~uninsured).then("waits"),
            no_contract=uninsured,
            charge_unknown=pl.col("charged_cents").is_null() & firm,
        ),
    ).pipe(without, "free", "several")


@lru_cache(maxsize=4)
def covers(rules: CareRules) -> pl.DataFrame:
    """plan, level, cover: every level that has guarantees, numbered."""
    pairs = rules.guarantees.select("plan", "level").unique().sort("plan", "level")
    return pairs.with_row_index("cover").cast({"cover": pl.Int32})


def _spells(enrolments: pl.DataFrame, members: pl.DataFrame, rules: CareRules) -> pl.DataFrame:
    """Enrolments in the order in which they are asked, with birth_date, cover, responsible and free."""
    return (
        enrolments.with_columns(free=pl.col("basis") == "portability")
        .sort("free", "valid_from", "contract_id", "enrolment_id")
        .join(members.select("member_id", "birth_date"), on="member_id", how="left", maintain_order="left")
        .join(covers(rules), on=["plan", "level"], how="left", maintain_order="left")
        .join(_responsible(rules), on="plan", how="left", maintain_order="left")
        .select(
            *("member_id", "contract_id", "plan", "level", "cover", "birth_date", "free"),
            *("valid_from", "valid_to"),
            pl.col("responsible").fill_null(False),
        )
    )


@lru_cache(maxsize=4)
def _responsible(rules: CareRules) -> pl.DataFrame:
    return rules.plans.select("plan", "responsible")


def _covering(days: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """For each act the first of the enrolments that cover its day; ``several``: of another contract too."""
    day = pl.col("care_from")
    inside = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    found = days.join(spells, on="member_id", maintain_order="left_right").filter(inside)
    same = pl.col("act_id") == pl.col("act_id").shift(-1)
    other = (same & (pl.col("contract_id") != pl.col("contract_id").shift(-1))).fill_null(False)
    first = pl.col("act_id").ne_missing(pl.col("act_id").shift(1))
    return _chosen(found.with_columns(several=other).filter(first), covered=True)


def _nearest(days: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """For each act whose day nothing covers, the enrolment nearest to it; the earlier of two as near."""
    day = pl.col("care_from")
    after = (day - pl.col("valid_to")).dt.total_days() + 1
    distance = pl.max_horizontal((pl.col("valid_from") - day).dt.total_days(), after)
    found = days.join(spells, on="member_id").with_columns(distance=distance, several=pl.lit(False))
    order = ["act_id", "distance", "valid_from", "contract_id"]
    return _chosen(found.sort(order).unique("act_id", keep="first", maintain_order=True), covered=False)


def _chosen(found: pl.DataFrame, covered: bool) -> pl.DataFrame:
    """The columns that go to the act; where the day is not covered no guarantee is looked for."""
    found = found if covered else found.with_columns(cover=pl.lit(None, pl.Int32))
    columns = ("contract_id", "plan", "level", "cover", "responsible", "birth_date", "free", "several")
    return found.select("act_id", *columns, covered=pl.lit(covered))


@cache
def _ages() -> dict[str, pl.Expr]:
    """``age`` on the day of care, 0 before birth; ``minor``, by the age on 1 January of its year (CSS R160-20).

    Born on 29 February, one has a birthday on 1 March in other years.
    """
    born, day = _sortable(pl.col("birth_date")), _sortable(pl.col("care_from"))
    age = (day - born) // 10_000
    new_year = pl.col("care_from").dt.year() * 10_000 + 101
    return {
        "age": age.clip(lower_bound=0).cast(pl.Int32),
        "minor": (((new_year - born) // 10_000) < ADULT_AGE).fill_null(False),
    }


def _sortable(day: pl.Expr) -> pl.Expr:
    """20250303 for 3 March 2025: the difference of two, divided by 10,000, is completed years."""
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day()
