"""Members: primaries, partners and children, who join by birth or by marriage and leave again.

Columns of the frame (days are day numbers): family, role, birth, joins, joins_told, leaves, leaves_told,
wrong_birth, birth_told (when the right birth date is learnt; NEVER for most).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.days import (
    ALWAYS,
    NEVER,
    YEAR,
    Days,
    Flags,
    Numbers,
    as_days,
    first_of_month,
    happens,
    lag,
    month_numbers,
    month_starts,
    stream,
)
from avenant.core.generating.families import Families
from avenant.core.generating.window import Window

ROLES = ("primary", "partner", "child")


def drawn_members(window: Window, families: Families) -> pl.DataFrame:
    """The members of all families; within a family the primary comes first, then by role and birth."""
    primaries = _rows(np.arange(families.birth.size), "primary", families.birth)
    partners = _partners(window, families)
    partnered = np.isin(np.arange(families.birth.size), partners["family"].to_numpy())
    children = _children(window, families, partnered)
    newborns = _newborns(window, families)
    members = pl.concat([primaries, partners, children, newborns])
    members = members.sort("family", pl.col("role").cast(pl.Enum(ROLES)), "birth", maintain_order=True)
    return _with_birth_errors(window, families, members)


def _rows(family: Numbers, role: str, birth: Days, **times: Days) -> pl.DataFrame:
    """Member rows; a time that is not given never binds."""
    size = family.size
    columns = {
        "joins": np.full(size, ALWAYS, dtype=np.int32),
        "joins_told": np.full(size, ALWAYS, dtype=np.int32),
        "leaves": np.full(size, NEVER, dtype=np.int32),
        "leaves_told": np.full(size, NEVER, dtype=np.int32),
    } | times
    return pl.DataFrame(
        {"family": family.astype(np.int32), "birth": birth.astype(np.int32)}
        | {name: values.astype(np.int32) for name, values in columns.items()}
    ).with_columns(pl.lit(role).alias("role"))


def _partners(window: Window, families: Families) -> pl.DataFrame:
    """Partners from the start, partners who join later; of both, some leave."""
    dice = stream(window.seed, "partners")
    mix, size = window.mix, families.birth.size
    from_start = happens(dice, mix.partner_share, size)
    joins = window.first_event(dice, families.starts, mix.partner_joins_yearly)
    joins = np.where(happens(dice, 0.4, size) & (joins < NEVER), first_of_month(joins), joins)
    joins = np.where(from_start, ALWAYS, np.where(joins <= families.starts, NEVER, joins))
    late = happens(dice, mix.late_family_share, size)
    joins_told = np.where(from_start, ALWAYS, joins + lag(dice, late, (5, 60), (0, 20)))
    gap = dice.normal(0, 4 * YEAR, size)
    birth = np.minimum(families.birth + as_days(gap), families.starts - as_days(18 * YEAR))
    leaves = window.first_event(dice, np.maximum(families.starts, joins), mix.partner_leaves_yearly)
    leaves_told = leaves + lag(dice, late, (10, 100), (0, 20))
    there = joins < window.ends
    times = {"joins": joins, "joins_told": joins_told, "leaves": leaves, "leaves_told": leaves_told}
    return _rows(np.flatnonzero(there), "partner", birth[there], **{n: v[there] for n, v in times.items()})


def _children(window: Window, families: Families, partnered: Flags) -> pl.DataFrame:
    """Children from the start, 0 to 4, minors; they leave between 18 and 25."""
    dice = stream(window.seed, "children")
    mix, size = window.mix, families.birth.size
    together = dice.choice(len(mix.children_shares), size, p=mix.children_shares)
    alone = dice.choice(len(mix.children_shares_alone), size, p=mix.children_shares_alone)
    family = np.repeat(np.arange(size), np.where(partnered, together, alone))
    age_of_parent = (families.starts - families.birth)[family] / YEAR
    ages = dice.random(family.size) * np.clip(age_of_parent - 18, 0.5, 18)
    known_by = np.minimum(families.starts, families.told)[family]
    birth = known_by - as_days(ages * YEAR) - 1
    birth = _with_twins(dice, mix.twin_share, family, birth)
    leaves, told = _coming_of_age(dice, window, families.starts[family], birth)
    return _rows(family, "child", birth, leaves=leaves, leaves_told=told)


def _with_twins(dice: np.random.Generator, share: float, family: Numbers, birth: Days) -> Days:
    """Some children take the birth date of the sister or brother before them."""
    twin = happens(dice, share, family.size)
    twin[1:] &= family[1:] == family[:-1]
    twin[:1] = False
    return np.where(twin, np.roll(birth, 1), birth).astype(np.int32)


def _coming_of_age(dice: np.random.Generator, window: Window, starts: Days, birth: Days) -> tuple[Days, Days]:
    """The first day without cover: a birthday from the 18th on, or the September after it."""
    size = birth.size
    birthday = as_days(birth + (18 + dice.random(size) * 7) * YEAR)
    year_start = month_numbers(birthday) // 12 * 12
    september = month_starts(year_start + 8)
    leaves = np.where(happens(dice, 0.5, size), np.maximum(september, birthday), birthday)
    leaves = np.maximum(leaves, starts + 1)
    late = happens(dice, window.mix.late_family_share, size)
    told = leaves + lag(dice, late, (7, 120), (0, 30))
    soon = leaves < window.ends
    return np.where(soon, leaves, NEVER).astype(np.int32), np.where(soon, told, NEVER).astype(np.int32)


def _newborns(window: Window, families: Families) -> pl.DataFrame:
    """Children born during the story, covered from birth, learnt days or weeks later; a few are twins."""
    dice = stream(window.seed, "births")
    age = (np.maximum(families.starts, window.opens) - families.birth) / YEAR
    yearly = np.where((age >= 20) & (age < 43), window.mix.births_yearly / 0.6, 0.0)
    born = window.first_event(dice, families.starts, yearly)
    family = np.flatnonzero(born < window.ends)
    family = np.repeat(family, 1 + happens(dice, 0.03, family.size))
    told_by_family = born + dice.integers(2, 46, born.size).astype(np.int32)
    return _rows(family, "child", born[family], joins=born[family], joins_told=told_by_family[family])


def _with_birth_errors(window: Window, families: Families, members: pl.DataFrame) -> pl.DataFrame:
    """Adds wrong_birth and birth_told: some birth dates are told wrong at first, and corrected later."""
    dice = stream(window.seed, "birth errors")
    size = members.height
    birth = members["birth"].to_numpy()
    starts = families.starts[members["family"].to_numpy()]
    years = window.years_from(starts)
    wrong_at_all = happens(dice, np.minimum(window.mix.birth_corrections_yearly * (years + 0.5), 1), size)
    slips = np.array([-3653, -1461, -366, -365, -31, -9, -1, 1, 9, 31, 365, 366])
    wrong = birth + slips[dice.integers(0, slips.size, size)]
    first_covered = np.maximum(starts, members["joins"].to_numpy())
    first_told = np.maximum(families.told[members["family"].to_numpy()], members["joins_told"].to_numpy())
    wrong = np.where(wrong >= np.minimum(first_covered, first_told), birth - 1, wrong)
    told = first_told + dice.integers(20, 600, size)
    return members.with_columns(
        pl.Series("wrong_birth", np.where(wrong_at_all, wrong, birth).astype(np.int32)),
        pl.Series("birth_told", np.where(wrong_at_all, told, NEVER).astype(np.int32)),
    )
