"""The rulebook as frames: all that the rules may look up, and the version that names this content."""

import hashlib
from dataclasses import dataclass, field, replace

import polars as pl

from avenant.core.frames.rulebook import Labels, Parameters, Plans, PriceLines, Rates
from avenant.core.rulebook.care_model import (
    CareRules,
    canonical_care,
    care_with_line_ids,
    content_keys_of,
    numbered_frame,
)

VERSION_LENGTH = 16
CONTENT_COLUMNS = (
    *("plan", "level", "component", "structure", "tier", "age_from", "age_to"),
    *("valid_from", "unit", "amount_cents", "rate_ppm"),
)


def _no_labels() -> pl.DataFrame:
    return Labels.create_empty()


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """All plans with their prices and rates, and the parameters they share.

    ``plans``, ``price_lines``, ``rates``, ``parameters``, ``labels``: see ``avenant.core.frames.rulebook``;
    ``care``: guarantees and tariffs.
    """

    plans: pl.DataFrame
    price_lines: pl.DataFrame
    rates: pl.DataFrame
    parameters: pl.DataFrame
    labels: pl.DataFrame = field(default_factory=_no_labels)
    care: CareRules = field(default_factory=CareRules)

    @property
    def version(self) -> str:
        """The first 16 hex digits of the SHA-256 of the content that decides amounts, in a fixed order.

        Neither sources, labels, line numbers nor the order of files change it.
        """
        digest = hashlib.sha256("\n".join(canonical_content(self)).encode()).hexdigest()
        return digest[:VERSION_LENGTH]

    def with_line_ids(self, line_ids: pl.DataFrame) -> "Rulebook":
        """This rulebook with the numbers that publication gave its lines.

        In: ``line_ids`` with ``content_key`` and ``line_id``; every line must have one.
        Errors: ``ValueError`` naming a line that has none.
        """
        numbers = line_ids.select("content_key", pl.col("line_id").cast(pl.Int32))
        numbered = replace(
            self,
            price_lines=numbered_frame(self.price_lines, numbers),
            care=care_with_line_ids(self.care, numbers),
        )
        missing = sorted(set(self.content_keys()["content_key"]) - set(numbers["content_key"]))
        if missing:
            raise ValueError(f"{len(missing)} lines have no number, first {missing[0]!r}")
        return numbered

    def content_keys(self) -> pl.DataFrame:
        """The ``content_key`` of every line that carries a number: prices, tariffs, guarantees, envelopes."""
        return pl.concat([self.price_lines.select("content_key"), content_keys_of(self.care)])

    def numbered(self) -> "Rulebook":
        """This rulebook with lines numbered 1, 2, 3 … by content: for previews, without a database."""
        keys = self.content_keys().sort("content_key")
        return self.with_line_ids(keys.with_row_index("line_id", offset=1))


def empty_rulebook() -> Rulebook:
    """A rulebook without any plan."""
    return Rulebook(
        plans=Plans.create_empty(),
        price_lines=PriceLines.create_empty(),
        rates=Rates.create_empty(),
        parameters=Parameters.create_empty(),
    )


def canonical_content(rulebook: Rulebook) -> list[str]:
    """The lines of text that the version is the digest of: one per plan, price, rate, parameter, line of care."""
    frames = (
        ("plan", rulebook.plans.select(Plans.column_names())),
        ("price", rulebook.price_lines.select("content_key", "valid_to")),
        ("rate", rulebook.rates.select("plan", "kind", "valid_from", "valid_to", "rate_ppm")),
        ("parameter", rulebook.parameters.select("parameter", "valid_from", "valid_to", "value")),
        *((f"care {name}", frame) for name, frame in canonical_care(rulebook.care)),
    )
    return sorted("|".join([name, *map(_text, row)]) for name, frame in frames for row in frame.iter_rows())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def content_key() -> pl.Expr:
    """The stable text of what decides a price: the same before and after later tables are added."""
    texts = [pl.col(part).cast(pl.String).fill_null("") for part in CONTENT_COLUMNS]
    return pl.concat_str(texts, separator="|").alias("content_key")
