"""Slots: every kind of premium line that a rulebook can give rise to.

Example: level Confort of a plan per person has seven: primary, partner and child that pay, the same three
under portability, and the child that is free by its rank.
"""

import polars as pl

from avenant.core.frames.rulebook import FAMILY_TIERS, PERSON_TIERS, Slots
from avenant.core.rulebook.model import Rulebook

PER_PERSON = [
    *[("per_person", tier, "pays") for tier in PERSON_TIERS],
    *[("per_person", tier, "portability") for tier in PERSON_TIERS],
    ("per_person", "child", "free"),
]
PER_FAMILY = [
    *[("family", tier, "pays") for tier in FAMILY_TIERS],
    *[("family", tier, "portability") for tier in FAMILY_TIERS],
    ("family", "partner", "carried"),
    ("family", "child", "carried"),
]


def slots_of(rulebook: Rulebook) -> pl.DataFrame:
    """All slots of ``rulebook``, sorted (columns: ``avenant.core.frames.rulebook.Slots``).

    A person pays a price per person, is free by rank (children), or is free after leaving (portability). A
    family price stands on the primary under isole, duo or famille; its dependants are carried by it.
    """
    priced = rulebook.price_lines.select("plan", "level", "component", "structure").unique()
    kinds = pl.DataFrame(
        PER_PERSON + PER_FAMILY,
        schema={"structure": pl.String, "tier": pl.String, "status": pl.String},
        orient="row",
    )
    columns = Slots.column_names()
    return priced.join(kinds, on="structure").select(columns).sort(columns)
