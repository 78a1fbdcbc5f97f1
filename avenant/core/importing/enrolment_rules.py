"""What cannot be right about an enrolment that is told, alone or together with what it refers to.

ref,contract_ref,member_ref,plan,level,basis,valid_from,last_day
E-1,C-1,M-1,sante,base,active,2024-03-01,2024-02-29   last_day: lies before the first covered day
E-2,C-1,M-9,sante,base,active,2024-03-01,             member_ref: no member M-9 is known
"""

from datetime import date

import polars as pl

from avenant.core.importing.problem import (
    DEPENDS_ON_REFUSED,
    Rule,
    broken_rules,
    missing,
    one_of,
    sentence,
    told_twice,
)
from avenant.core.importing.state import Plans, State

BASES = ("active", "portability")

IDENTITY = [
    missing("ref", "an enrolment needs a number", "give the number by which you know the enrolment"),
    told_twice("ref"),
]


def _reference(column: str, thing: str) -> list[Rule]:
    """The rules that `column` names a known `thing` that was not refused itself."""
    known, refused = pl.col(f"{thing}_known"), pl.col(f"{thing}_refused")
    return [
        missing(column, f"an enrolment covers a member under a contract; the {thing} is missing", "add it"),
        Rule(
            column=column,
            reason=f"unknown {thing}",
            broken=pl.col(column).is_not_null() & ~known & ~refused,
            message=sentence(f"no {thing} {{}} is known, here or in the database", column),
            remedy=sentence(f"add the {thing}, or correct the ref; a withdrawn {thing} counts as unknown"),
        ),
        Rule(
            column=column,
            reason=DEPENDS_ON_REFUSED,
            broken=refused,
            message=sentence(f"the row of {thing} {{}} was refused", column),
            remedy=sentence("correct that row first"),
        ),
    ]


CONTENT = [
    *_reference("contract_ref", "contract"),
    *_reference("member_ref", "member"),
    missing("basis", "an enrolment is active or portability", "write active or portability"),
    one_of("basis", BASES),
    missing("valid_from", "the first covered day is missing", "write it as YYYY-MM-DD"),
    Rule(
        column="last_day",
        reason="end before start",
        broken=pl.col("last_day") < pl.col("valid_from"),
        message=sentence("the last covered day lies before the first, {}", "valid_from"),
        remedy=sentence("correct one of the two; a cover that never began is withdrawn, not ended"),
    ),
    Rule(
        column="valid_from",
        reason="start before birth",
        broken=pl.col("valid_from") < pl.col("birth_date"),
        message=sentence("member {} is born later, on {}", "member_ref", "birth_date"),
        remedy=sentence("correct the first covered day or the birth date"),
    ),
]
CURRENCY_MISMATCH = Rule(
    column="plan",
    reason="currency mismatch",
    broken=pl.col("contract_currency") != pl.col("plan_currency"),
    message=sentence(
        "plan {} is priced in {}, contract {} is in {}",
        "plan",
        "plan_currency",
        "contract_ref",
        "contract_currency",
    ),
    remedy=sentence("choose a plan in the contract's currency, or put the member on another contract"),
)


def enrolment_problems(
    enrolments: pl.DataFrame,
    state: State,
    rulebook: Plans,
    refused: dict[str, pl.Series],
    opening_month: date | None = None,
) -> pl.DataFrame:
    """Problems of the told `enrolments` (news columns and `row_index`), overlaps apart.

    `refused` holds the refs already refused, by table. Months before `opening_month` are never booked and
    need no price. A withdrawn enrolment needs only its ref.
    """
    live = enrolments.filter(~pl.col("withdrawn").fill_null(False))
    rows = _with_plan(_with_references(live, state, refused), rulebook)
    if opening_month is not None:
        rows = rows.with_columns(pl.max_horizontal("valid_from", pl.lit(opening_month)).alias("priced_from"))
    else:
        rows = rows.with_columns(pl.col("valid_from").alias("priced_from"))
    return pl.concat(
        [
            broken_rules("enrolments", enrolments, IDENTITY),
            broken_rules("enrolments", rows, [*CONTENT, *_plan_rules(rulebook), CURRENCY_MISMATCH]),
        ]
    )


def _with_references(rows: pl.DataFrame, state: State, refused: dict[str, pl.Series]) -> pl.DataFrame:
    contracts = state.contracts.filter(pl.col("ref").is_first_distinct()).select(
        pl.col("ref").alias("contract_ref"),
        pl.col("currency").alias("contract_currency"),
        contract_known=True,
    )
    members = state.members.filter(pl.col("ref").is_first_distinct()).select(
        pl.col("ref").alias("member_ref"), "birth_date", member_known=True
    )
    return (
        rows.join(contracts, on="contract_ref", how="left", maintain_order="left")
        .join(members, on="member_ref", how="left", maintain_order="left")
        .with_columns(
            pl.col("contract_known", "member_known").fill_null(False),
            pl.col("contract_ref").is_in(refused["contracts"].implode()).alias("contract_refused"),
            pl.col("member_ref").is_in(refused["members"].implode()).alias("member_refused"),
        )
    )


def _with_plan(rows: pl.DataFrame, rulebook: Plans) -> pl.DataFrame:
    plans = rulebook.plans.select("plan", pl.col("currency").alias("plan_currency"))
    for_ever = pl.date(9999, 12, 31)
    prices = rulebook.price_lines.group_by("plan", "level").agg(
        pl.col("valid_from").min().alias("first_price"),
        pl.col("valid_to").fill_null(for_ever).max().alias("prices_end"),
    )
    return rows.join(plans, on="plan", how="left", maintain_order="left").join(
        prices, on=["plan", "level"], how="left", maintain_order="left"
    )


def _plan_rules(rulebook: Plans) -> list[Rule]:
    known_plans = ", ".join(sorted(rulebook.plans["plan"].to_list())) or "none; publish a rulebook first"
    levels = dict(
        rulebook.price_lines.group_by("plan").agg(pl.col("level").unique().sort().str.join(", ")).iter_rows()
    )
    return [
        missing("plan", "an enrolment needs a plan", f"write one of the plans: {known_plans}"),
        Rule(
            column="plan",
            reason="unknown plan",
            broken=pl.col("plan").is_not_null() & pl.col("plan_currency").is_null(),
            message=sentence("the rulebook in force has no plan {}", "plan"),
            remedy=sentence(f"write one of its plans: {known_plans}"),
        ),
        missing("level", "an enrolment needs a level of its plan", "write one of the plan's levels"),
        Rule(
            column="level",
            reason="unknown level",
            broken=pl.col("level").is_not_null()
            & pl.col("plan_currency").is_not_null()
            & pl.col("first_price").is_null(),
            message=sentence("plan {} has no level {}", "plan", "level"),
            remedy=sentence(
                "write one of its levels: {}",
                pl.col("plan").replace_strict(levels, default="none", return_dtype=pl.String),
            ),
        ),
        *PRICE_RULES,
    ]


_covers_a_priced_month = pl.col("last_day").is_null() | (pl.col("last_day") >= pl.col("priced_from"))
PRICE_RULES = [
    Rule(
        column="valid_from",
        reason="month without a price",
        broken=_covers_a_priced_month & (pl.col("priced_from").dt.truncate("1mo") < pl.col("first_price")),
        message=sentence(
            "the first price of plan {}, level {} begins later, on {}", "plan", "level", "first_price"
        ),
        remedy=sentence(
            "add the earlier prices to the rulebook and publish it, or correct the first covered day"
        ),
    ),
    Rule(
        column="last_day",
        reason="month without a price",
        broken=pl.max_horizontal("last_day", "valid_from") >= pl.col("prices_end"),
        seen=pl.coalesce(pl.col("last_day").cast(pl.String), pl.lit("open")),
        message=sentence("the prices of plan {}, level {} end before {}", "plan", "level", "prices_end"),
        remedy=sentence(
            "add the later prices to the rulebook and publish it, or correct the last covered day"
        ),
    ),
]
