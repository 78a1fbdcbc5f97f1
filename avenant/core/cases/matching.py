"""Where what happened is not what a case file expects, in words that name the line and both sides.

cases/02-late-news/five-weeks.yaml:31: current amount of M1 in 2026-01
    expected  21.84
    got       54.60
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from avenant.core.cases.care_matching import care_mismatches
from avenant.core.cases.columns import written_cell, written_value
from avenant.core.cases.model import Expectation, ExpectedRow, ExpectedSum, ExpectedValue, Place, Value
from avenant.core.cases.observed import Observed, covered_rows, current_rows
from avenant.core.cases.pairing import Mismatch, Row, differing, paired, told, unlike


def mismatches(expect: Expectation, observed: Observed) -> list[Mismatch]:
    """Every expectation of ``expect`` that ``observed`` does not meet, in the order of the lines."""
    found = [
        *_refused(expect, observed),
        *_figures(expect, observed),
        *_sums(expect.current, observed.entries),
        *_rows("row", expect.rows, covered_rows(observed.entries)),
        *_rows("entry", expect.entries, observed.entries),
        *_invoices(expect, observed),
        *_reasons("parked", expect.place, expect.parked, observed.parked),
        *_reasons("left out of the invoices", expect.place, expect.left_out, observed.left_out),
        *care_mismatches(expect.care, observed.care),
    ]
    return sorted(found, key=lambda each: each.place.line)


def _refused(expect: Expectation, observed: Observed) -> Iterator[Mismatch]:
    if observed.refused is not None and not expect.refused:
        yield Mismatch(expect.place, "the step was refused", "nothing is refused", observed.refused)
    for words in expect.refused:
        text = str(words.value)
        if observed.refused is None:
            yield Mismatch(words.place, "refusal", text, "nothing was refused")
        elif text.lower() not in observed.refused.lower():
            yield Mismatch(words.place, "words of the refusal", text, observed.refused)


def _figures(expect: Expectation, observed: Observed) -> Iterator[Mismatch]:
    wanted: list[tuple[str, ExpectedValue, int]] = [
        (f"{each.name} written by the nightly run", each, observed.written.get(each.name, 0))
        for each in expect.written
    ]
    if expect.learnt:
        wanted.append(("versions of facts learnt", expect.learnt, observed.learnt))
    if expect.held:
        wanted.append(("differences held", expect.held, observed.held))
    if expect.settled_without_document:
        settled = observed.settled_without_document
        wanted.append(("contracts settled without a document", expect.settled_without_document, settled))
    yield from (
        Mismatch(each.place, about, str(each.value), str(got))
        for about, each, got in wanted
        if each.value != got
    )
    for balance in expect.balances:
        cents = observed.balances.get(balance.name, 0)
        if balance.value != cents:
            sides = (written_value("_cents", balance.value), written_value("_cents", cents))
            yield Mismatch(balance.place, f"credit of {balance.name}", *sides)


def _sums(expected: Iterable[ExpectedSum], entries: pl.DataFrame) -> Iterator[Mismatch]:
    """Sums of the current rows of a member, over slots and contracts; no row at all is none."""
    current = current_rows(entries).group_by("member", "month").agg(pl.col("amount_cents").sum())
    amounts: dict[tuple[str, date], int] = {(m, d): cents for m, d, cents in current.iter_rows()}
    for total in expected:
        for month in total.months:
            got = amounts.get((total.member, month))
            if got != total.amount_cents:
                about = f"current amount of {total.member} in {month:%Y-%m}"
                sides = (written_value("_cents", total.amount_cents), written_value("_cents", got))
                yield Mismatch(total.place, about, *sides)


def _rows(noun: str, expected: Iterable[ExpectedRow], got: pl.DataFrame) -> Iterator[Mismatch]:
    """Rows member by member and month by month: each expected row has its own, and none is left over."""
    groups: dict[tuple[Value, Value], list[ExpectedRow]] = {}
    for row in expected:
        groups.setdefault((row.values["member"], row.values["month"]), []).append(row)
    for (member, month), rows in groups.items():
        there = got.filter((pl.col("member") == member) & (pl.col("month") == month)).to_dicts()
        about = f"{noun} of {member} in {written_value('month', month)}"
        yield from paired(about, rows, there, rows[-1].place)


def _invoices(expect: Expectation, observed: Observed) -> Iterator[Mismatch]:
    if expect.invoices is None:
        return
    got = observed.invoices.to_dicts()
    if not expect.further:
        mentioned = {wanted.values.get("contract") for wanted in expect.invoices}
        got = [row for row in got if row["contract"] in mentioned]
    if len(got) != len(expect.invoices):
        place = expect.invoices[0].place if expect.invoices else expect.place
        listed = "; ".join(told(row, ["number", "contract", "total_cents"]) for row in got) or "none"
        yield Mismatch(place, "number of invoices", str(len(expect.invoices)), f"{len(got)}: {listed}")
        return
    for wanted, there in zip(expect.invoices, got, strict=True):
        if differing(wanted.values, there):
            yield unlike(f"invoice {there['number']}", ExpectedRow(wanted.place, wanted.values), there)
        if wanted.lines is not None:
            lines = observed.lines.filter(pl.col("number") == there["number"]).to_dicts()
            yield from _lines(f"invoice {there['number']}", wanted.lines, lines, wanted.place)


def _lines(
    about: str, expected: tuple[ExpectedRow, ...], got: list[dict[str, Value]], place: Place
) -> Iterator[Mismatch]:
    """Lines in their order: that order is part of what an accountant reads."""
    for i, row in enumerate(expected):
        if i >= len(got) or differing(row.values, got[i]):
            there = _line_told(got[i], list(row.values)) if i < len(got) else "no such line"
            yield Mismatch(
                row.place, f"line {i + 1} of {about}", _line_told(row.values, list(row.values)), there
            )
    for extra in got[len(expected) :]:
        shown = ["member", "month", "amount_cents"]
        yield Mismatch(place, f"lines of {about}", "no further line", _line_told(extra, shown))


def _line_told(row: Row, columns: list[str]) -> str:
    return ", ".join(written_cell(column, row.get(column)) for column in columns)


def _reasons(
    noun: str, place: Place, expected: tuple[ExpectedValue, ...] | None, got: Mapping[str, str]
) -> Iterator[Mismatch]:
    """Families under their primary, each with the words that its reason must contain."""
    if expected is None:
        return
    for each in expected:
        reason = got.get(each.name)
        if reason is None:
            yield Mismatch(each.place, f"family of {each.name}", noun, f"not {noun}")
        elif str(each.value).lower() not in reason.lower():
            yield Mismatch(each.place, f"why the family of {each.name} is {noun}", str(each.value), reason)
    for family in got.keys() - {each.name for each in expected}:
        yield Mismatch(place, f"family of {family}", f"not {noun}", got[family])
