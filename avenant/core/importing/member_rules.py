"""What cannot be right about a member that is told: the birth date, and the place in the family.

ref,role,birth_date,primary_ref
M-1,primary,1980-05-01,
M-2,child,2031-01-01,M-1     birth_date: lies after the day of the import
M-3,child,2012-01-01,        primary_ref: a child belongs to a primary
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
from avenant.core.importing.state import State

ROLES = ("primary", "partner", "child")
OLDEST_YEARS = 150
"""Price tables end at this age."""

IDENTITY = [
    missing("ref", "a member needs a number", "give the number by which you know the member"),
    told_twice("ref"),
]
CONTENT = [
    missing("role", "a member is primary, partner or child", "write one of the three"),
    one_of("role", ROLES),
    missing("birth_date", "prices need the birth date", "ask for it; until then leave the member out"),
]
_is_dependant = pl.col("role").is_in(["partner", "child"])
_no_such_primary = pl.col("primary_ref").is_not_null() & pl.col("primary_role").is_null()
FAMILY = [
    Rule(
        column="primary_ref",
        reason="dependant without primary",
        broken=_is_dependant & pl.col("primary_ref").is_null(),
        message=sentence("a {} belongs to a primary", "role"),
        remedy=sentence("write the ref of the primary whose family this is"),
    ),
    Rule(
        column="primary_ref",
        reason="unknown primary",
        broken=_is_dependant & _no_such_primary & ~pl.col("primary_refused"),
        message=sentence("no primary {} is known, here or in the database", "primary_ref"),
        remedy=sentence("add the primary to the members, or correct the ref"),
    ),
    Rule(
        column="primary_ref",
        reason=DEPENDS_ON_REFUSED,
        broken=_is_dependant & pl.col("primary_refused"),
        message=sentence("the row of primary {} was refused", "primary_ref"),
        remedy=sentence("correct that row first"),
    ),
    Rule(
        column="primary_ref",
        reason="dependant under a dependant",
        broken=_is_dependant & (pl.col("primary_role") != "primary"),
        message=sentence("{} is a {}, not a primary", "primary_ref", "primary_role"),
        remedy=sentence("write the ref of the primary of this family"),
    ),
    Rule(
        column="primary_ref",
        reason="primary under a primary",
        broken=(pl.col("role") == "primary") & (pl.col("primary_ref") != pl.col("ref")),
        message=sentence("a primary heads its own family and cannot belong to {}", "primary_ref"),
        remedy=sentence("leave primary_ref empty, or write the role partner or child"),
    ),
]


def member_problems(
    members: pl.DataFrame, state: State, refused_members: pl.Series, today: date
) -> pl.DataFrame:
    """Problems of the told `members` (news columns and `row_index`).

    `state` is what would hold after the news, `refused_members` the refs already refused, `today` the last
    possible day of birth. A withdrawn member needs only its ref.
    """
    live = members.filter(~pl.col("withdrawn").fill_null(False))
    heads = state.members.filter(pl.col("ref").is_first_distinct())
    in_family = live.join(
        heads.select(pl.col("ref").alias("primary_ref"), pl.col("role").alias("primary_role")),
        on="primary_ref",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("primary_ref").is_in(refused_members.implode()).alias("primary_refused"))
    return pl.concat(
        [
            broken_rules("members", members, IDENTITY),
            broken_rules("members", live, [*CONTENT, *_birth_rules(today)]),
            broken_rules("members", in_family, FAMILY),
            broken_rules("members", _abandoned(members, state), [_ABANDONS]),
        ]
    )


def _birth_rules(today: date) -> list[Rule]:
    oldest = today.replace(year=today.year - OLDEST_YEARS, day=min(today.day, 28))
    return [
        Rule(
            column="birth_date",
            reason="birth in the future",
            broken=pl.col("birth_date") > today,
            message=sentence(f"this birth date lies after {today}, the day of this import"),
            remedy=sentence("correct the birth date; an unborn child is insured once it is born"),
        ),
        Rule(
            column="birth_date",
            reason="birth too long ago",
            broken=pl.col("birth_date") < oldest,
            message=sentence(f"this member would be more than {OLDEST_YEARS} years old"),
            remedy=sentence("correct the year of birth"),
        ),
    ]


_ABANDONS = Rule(
    column="role",
    reason="dependants left without primary",
    broken=pl.col("dependant").is_not_null(),
    message=sentence("{} would no longer be a primary, and {} is in this family", "ref", "dependant"),
    remedy=sentence("in the same news, withdraw the dependants or give them another primary"),
)


def _abandoned(members: pl.DataFrame, state: State) -> pl.DataFrame:
    """Told members who stop being a primary, with one stored `dependant` that the news says nothing about."""
    silent = state.members.filter(pl.col("row_index").is_null() & (pl.col("role") != "primary"))
    left = silent.group_by(pl.col("primary_ref").alias("ref")).agg(pl.col("ref").min().alias("dependant"))
    stays = (pl.col("role") == "primary") & ~pl.col("withdrawn").fill_null(False)
    return members.filter(~stays.fill_null(False)).join(left, on="ref", how="inner")
