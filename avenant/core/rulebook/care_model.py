"""The care side of a rulebook as frames."""

from dataclasses import dataclass, field

import polars as pl

from avenant.core.frames.care_rules import (
    CareActs,
    CareFamilies,
    CarePlans,
    EnvelopeFamilies,
    Envelopes,
    Guarantees,
    Tariffs,
)


@dataclass(frozen=True, slots=True, eq=False)
class CareRules:
    """Families and acts, tariffs, guarantees and envelopes; columns: see ``avenant.core.frames.care_rules``."""

    plans: pl.DataFrame = field(default_factory=CarePlans.create_empty)
    families: pl.DataFrame = field(default_factory=CareFamilies.create_empty)
    acts: pl.DataFrame = field(default_factory=CareActs.create_empty)
    tariffs: pl.DataFrame = field(default_factory=Tariffs.create_empty)
    guarantees: pl.DataFrame = field(default_factory=Guarantees.create_empty)
    envelopes: pl.DataFrame = field(default_factory=Envelopes.create_empty)
    envelope_families: pl.DataFrame = field(default_factory=EnvelopeFamilies.create_empty)
