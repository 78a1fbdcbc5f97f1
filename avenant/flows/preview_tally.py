"""What a preview over the whole book counts, chunk by chunk and in all: small frames that add up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

import polars as pl

from avenant.core.book.diff import Difference
from avenant.core.book.entries import Book
from avenant.core.book.moves import moves, step
from avenant.flows.nightly_chunk import BOOKS, WRITTEN, Computed
from avenant.store.database import Connection
from avenant.store.readers.naming import with_refs

SHOWN = 20
"""So many of the largest cases are kept, and as many of a sample."""
GROUP: Final = {
    "book": pl.String,
    "currency": pl.String,
    "source_id": pl.Int32,
    "month": pl.Date,
    "kind": pl.String,
    "reason": pl.String,
    "step_cents": pl.Int64,
}
GROUPS: Final = GROUP | {"rows": pl.Int64, "up_cents": pl.Int64, "down_cents": pl.Int64}
CASES: Final = {
    "book": pl.String,
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "contract_ref": pl.String,
    "member_ref": pl.String,
    "currency": pl.String,
    "rows": pl.Int64,
    "first_month": pl.Date,
    "last_month": pl.Date,
    "before_cents": pl.Int64,
    "after_cents": pl.Int64,
    "move_cents": pl.Int64,
    "size_cents": pl.Int64,
    "reasons": pl.String,
}
"""One member of a contract in one book; size_cents: the sum of the moves without their signs."""
NOTED: Final = {"line_id": pl.Int64, "state": pl.String, "reason": pl.String}
LOT: Final = (2_654_435_761, 40_503, 4_294_967_291)
"""Odd constants that scatter consecutive numbers, and a prime: the sample is the same in every run."""


def _empty(columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(schema=columns)


@dataclass(frozen=True, slots=True)
class Tally:
    """groups: GROUPS; largest, sample: CASES; parking, waiting, held: rows that a run would note, with refs.

    families, expected_rows, expected_acts: how many were recomputed. cancels: rows of both books to be cancelled.
    """

    families: int = 0
    expected_rows: int = 0
    expected_acts: int = 0
    charges: int = 0
    cancels: int = 0
    groups: pl.DataFrame = field(default_factory=lambda: _empty(GROUPS))
    largest: pl.DataFrame = field(default_factory=lambda: _empty(CASES))
    sample: pl.DataFrame = field(default_factory=lambda: _empty(CASES))
    parking: pl.DataFrame = field(default_factory=pl.DataFrame)
    waiting: pl.DataFrame = field(default_factory=lambda: _empty(NOTED))
    held: pl.DataFrame = field(default_factory=pl.DataFrame)

    def plus(self, more: "Tally") -> "Tally":
        """Both together."""
        numbers = ("families", "expected_rows", "expected_acts", "charges", "cancels")
        summed = {name: getattr(self, name) + getattr(more, name) for name in numbers}
        frames = {
            each.name: pl.concat([getattr(self, each.name), getattr(more, each.name)], how="diagonal")
            for each in fields(self)
            if each.name not in numbers
        }
        frames["groups"] = _added(frames["groups"])
        frames["largest"] = _largest(frames["largest"])
        frames["sample"] = _sampled(frames["sample"])
        return Tally(**summed, **frames)


def tallied(
    connection: Connection, computed: Computed, apart: frozenset[int] = frozenset(), keep: Path | None = None
) -> Tally:
    """What a chunk (told by `Difference.keys`) would write, counted, without the families ``apart``.

    keep: a folder for the rows themselves.
    """
    tables = without(computed, apart)
    if keep is not None:
        _keep(tables, keep, f"{computed.number}-{computed.read_rev}-{len(apart)}")
    counted = [_counted(connection, book, Difference(book, tables[book.table])) for book in BOOKS]
    return Tally(
        families=computed.families,
        expected_rows=computed.expected_rows,
        expected_acts=computed.expected_acts,
        charges=sum(len(tables[book.table]) for book in BOOKS),
        cancels=sum(tables[book.table]["version"].count() for book in BOOKS),
        groups=pl.concat(groups for groups, _, _ in counted),
        largest=_largest(pl.concat(largest for _, largest, _ in counted)),
        sample=_sampled(pl.concat(sample for _, _, sample in counted)),
        parking=with_refs(connection, tables["parking"]),
        waiting=tables["waiting"].select(list(NOTED)),
        held=with_refs(connection, tables["held"].drop("fingerprint")),
    )


def _keep(tables: Mapping[str, pl.DataFrame], folder: Path, called: str) -> None:
    """The rows that a run would write, as files."""
    entries = {book.table: Difference(book, tables[book.table]).entries() for book in BOOKS}
    for name, rows in {**tables, **entries}.items():
        rows.write_ipc(folder / f"{name}-{called}.arrow")


def without(computed: Computed, apart: Iterable[int]) -> dict[str, pl.DataFrame]:
    """What a chunk found, without what it found about some families."""
    families = list(apart)
    if not families:
        return {name: computed.tables[name] for name in WRITTEN}
    mine = computed.member_families.filter(pl.col("family_id").is_in(families))["member_id"].unique()
    kept = {
        name: rows.filter(~_whose(rows).is_in(mine.implode()))
        for name, rows in computed.tables.items()
        if name != "parking"
    }
    return kept | {"parking": computed.tables["parking"].filter(~pl.col("family_id").is_in(families))}


def _whose(rows: pl.DataFrame) -> pl.Expr:
    """The member whom a row is about: of a key that goes to somebody else, the new one."""
    return (
        pl.coalesce("member_id_new", "member_id") if "member_id_new" in rows.columns else pl.col("member_id")
    )


def _counted(
    connection: Connection, book: Book, found: Difference
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Groups, the largest cases and a sample. Rows carry numbers alone: only what is shown is called by its name."""
    rows = moves(book, found.restated())
    contracts = with_refs(connection, rows.select(pl.col("contract_id").unique()))
    cases = _cases(book, rows, contracts)
    shown = [_named(connection, rows, chosen) for chosen in (_largest(cases), _sampled(cases))]
    return _grouped(book, rows, contracts), shown[0], shown[1]


def _grouped(book: Book, rows: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    move, currencies = pl.col("move_cents"), contracts["currency"].unique()
    if len(currencies) > 1:
        rows = rows.join(contracts.select("contract_id", "currency"), on="contract_id", how="left")
    key = [name for name in GROUP if name in rows.columns]
    told = (
        rows.with_columns(step())
        .group_by(*key, "step_cents")
        .agg(
            rows=pl.len(),
            up_cents=move.clip(lower_bound=0).sum(),
            down_cents=move.clip(upper_bound=0).sum(),
        )
    )
    if len(currencies) < 2:
        told = told.with_columns(currency=pl.lit(currencies.first(), pl.String))
    told = told.with_columns(book=pl.lit(book.table))
    return told.select(pl.col(name).cast(kind) for name, kind in GROUPS.items())


def _added(groups: pl.DataFrame) -> pl.DataFrame:
    return groups.group_by(list(GROUP)).agg(pl.col("rows", "up_cents", "down_cents").sum())


def _cases(book: Book, rows: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """Everybody of the chunk: CASES but for member_ref and reasons."""
    summed = rows.group_by("contract_id", "member_id").agg(
        pl.col("before_cents", "after_cents", "move_cents").sum(),
        rows=pl.len().cast(pl.Int64),
        first_month=pl.col("month").min(),
        last_month=pl.col("month").max(),
        size_cents=pl.col("move_cents").abs().sum(),
    )
    return summed.join(contracts, on="contract_id", how="left").with_columns(book=pl.lit(book.table))


def _named(connection: Connection, rows: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The few cases that are shown, with the member's number and the reasons of their moves."""
    key = ["contract_id", "member_id"]
    theirs = rows.join(cases, on=key, how="semi").with_columns(pl.col("reason").cast(pl.String))
    reasons = theirs.group_by(key).agg(reasons=pl.col("reason").unique().sort().str.join(" "))
    named = with_refs(connection, cases.join(reasons, on=key, how="left", maintain_order="left"))
    return named.select(pl.col(name).cast(kind) for name, kind in CASES.items())


def _largest(cases: pl.DataFrame) -> pl.DataFrame:
    order = ["size_cents", "rows", "book", "contract_id", "member_id"]
    return cases.sort(order, descending=[True, True, False, False, False]).head(SHOWN)


def _sampled(cases: pl.DataFrame) -> pl.DataFrame:
    lot = (pl.col("contract_id").cast(pl.Int64) * LOT[0] + pl.col("member_id").cast(pl.Int64) * LOT[1]) % LOT[
        2
    ]
    return cases.with_columns(lot=lot).sort("lot", "contract_id", "member_id", "book").head(SHOWN).drop("lot")
