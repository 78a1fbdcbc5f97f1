"""What cannot be right about a line of a message on care, and about the amounts kept with it.

document_ref,line,act_code,care_from,quantity,charged,rate
D-1,1,G,2026-03-03,1,30.00,70
D-1,2,G,2026-03-03,1,-30.00,70     charged: negative, and nothing says that the line takes another back
D-1,3,G,2026-03-12,1,30.00,70      care_from: after the day on which the document arrived

An act code, a member or a line to cancel that nobody knows is no fault of the line: it is kept, and waits.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from avenant.core.frames.care import BASKETS, CARE_PATHS, EXEMPTIONS, PAYEES
from avenant.core.frames.care_rules import CARE_FAMILIES
from avenant.core.importing.decimals import units
from avenant.core.importing.document_rules import CURRENCY
from avenant.core.importing.problem import (
    DEPENDS_ON_REFUSED,
    PROBLEM_SCHEMA,
    Rule,
    broken_rules,
    missing,
    one_of,
    sentence,
)
from avenant.core.importing.tables import file_column

AMOUNTS = ("charged_cents", "base_cents", "secu_cents", "retention_cents", "others_cents", "asked_cents")
MOST_CENTS = 100_000_000
"""A million: what one line can be about, stays of months included."""
MOST_QUANTITY = 10_000
WHOLE_PPM = 1_000_000
ORDER_AND_WORDS = [
    missing("care_from", "the day of care decides rights, tariffs and rules", "write it as YYYY-MM-DD"),
    missing("line", "a line needs its number within the document", "number the lines 1, 2, 3"),
    Rule(
        column="line",
        reason="line told twice",
        broken=pl.struct("document_ref", "line").is_duplicated() & pl.col("line").is_not_null(),
        message=sentence("several lines of document {} have the number {}", "document_ref", "line"),
        remedy=sentence("number the lines 1, 2, 3, and keep their numbers when you correct them"),
    ),
    Rule(
        column="line",
        reason="malformed line number",
        broken=pl.col("line") < 1,
        message=sentence("lines are numbered from 1"),
        remedy=sentence("number the lines 1, 2, 3"),
    ),
    one_of("family", CARE_FAMILIES),
    one_of("exemption", EXEMPTIONS),
    one_of("care_path", CARE_PATHS),
    one_of("basket", BASKETS),
    one_of("payee", PAYEES),
    Rule(
        column="sector",
        reason="unknown sector",
        broken=~pl.col("sector").is_in([1, 2]),
        message=sentence("{} is not a sector we know", "sector"),
        remedy=sentence("write 1 or 2, or leave it empty"),
    ),
]
_negative_line = (pl.col("quantity") < 0).fill_null(False) | (pl.col("charged_cents") < 0).fill_null(False)
_cancels = (pl.col("quantity") < 0).fill_null(False) | pl.col("cancels").is_not_null()
_AS_A_CANCELLATION = "a line that takes another back has a negative quantity, or names it in `cancels`"


def _amount_rules(column: str) -> list[Rule]:
    amount = pl.col(column)
    return [
        Rule(
            column=column,
            reason="negative amount",
            broken=(amount < 0) & ~_cancels,
            message=sentence("an amount is negative only on a line that cancels"),
            remedy=sentence(f"correct the amount; {_AS_A_CANCELLATION}"),
            seen=units(column),
        ),
        Rule(
            column=column,
            reason="mixed signs",
            broken=(amount > 0) & _negative_line,
            message=sentence("on a line that takes another back, no amount is positive"),
            remedy=sentence("write all amounts of the line it takes back, each with a minus"),
            seen=units(column),
        ),
        Rule(
            column=column,
            reason="absurd amount",
            broken=amount.abs() > MOST_CENTS,
            message=sentence(f"one line is about {MOST_CENTS // 100:,} at most"),
            remedy=sentence("correct the amount: a point missing, or a number in the wrong column"),
            seen=units(column),
        ),
    ]


NUMBERS = [
    *[rule for column in AMOUNTS for rule in _amount_rules(column)],
    Rule(
        column="quantity",
        reason="absurd quantity",
        broken=(pl.col("quantity") == 0) | (pl.col("quantity").abs() > MOST_QUANTITY),
        message=sentence(f"a quantity lies between 1 and {MOST_QUANTITY:,}, or takes as many back"),
        remedy=sentence("correct the quantity; empty means 1"),
    ),
    Rule(
        column="rate_ppm",
        reason="rate out of range",
        broken=~pl.col("rate_ppm").is_between(0, WHOLE_PPM),
        message=sentence("a rate lies between 0 and 100 %"),
        remedy=sentence("correct the rate"),
        seen=pl.format("{} %", pl.col("rate_ppm") / 10_000),
    ),
]
DATES = [
    Rule(
        column="care_last_day",
        reason="end before start",
        broken=pl.col("care_last_day") < pl.col("care_from"),
        message=sentence("the last day of care lies before the first, {}", "care_from"),
        remedy=sentence("correct one of the two"),
    ),
    *[
        Rule(
            column=column,
            reason="care after the document",
            broken=(pl.col("document_kind") != "quote") & (pl.col(column) > pl.col("document_received_on")),
            message=sentence("document {} arrived earlier, on {}", "document_ref", "document_received_on"),
            remedy=sentence("correct one of the two; an estimate of care to come is a quote"),
        )
        for column in ("care_from", "care_last_day")
    ],
]
ITSELF = Rule(
    column="cancels",
    reason="cancels itself",
    broken=pl.col("cancels") == pl.format("{}#{}", "document_ref", "line"),
    message=sentence("a line takes back another one"),
    remedy=sentence("write the ref of the other line: its document's ref, #, its number"),
)
HOLD = Rule(
    column="hold",
    reason="malformed hold",
    broken=~pl.col("hold").str.contains(r"^[a-z][a-z0-9_]{0,60}$"),
    message=sentence("a line is held for a reason, which is told by its code"),
    remedy=sentence("write small letters with _ between words, such as contradicts_itself"),
)
AMOUNT_CONTENT = [
    missing("position", "amounts are kept in the order of the source", "number them 1, 2, 3"),
    missing("coding", "it must be told what the amount is", "write system|code of the sender"),
    Rule(
        column="amount_cents",
        reason="amount missing",
        broken=pl.col("amount_cents").is_null(),
        message=sentence("the amount is missing"),
        remedy=sentence("write it, or remove the row"),
    ),
    missing("currency", "an amount has a currency", "write its three letters, for example EUR"),
    Rule(
        column="currency",
        reason="malformed currency",
        broken=~pl.col("currency").str.contains(CURRENCY),
        message=sentence("{} is not the code of a currency", "currency"),
        remedy=sentence("write three capital letters, for example EUR or USD"),
    ),
    Rule(
        column="currency",
        reason="currency mismatch",
        broken=pl.col("currency") != pl.col("document_currency"),
        message=sentence("document {} is in {}", "document_ref", "document_currency"),
        remedy=sentence("a document has one currency: correct the amount, or tell two documents"),
    ),
    Rule(
        column="position",
        reason="position told twice",
        broken=pl.struct("document_ref", "position").is_duplicated() & pl.col("position").is_not_null(),
        message=sentence("several amounts of document {} have the position {}", "document_ref", "position"),
        remedy=sentence("number the amounts of a document 1, 2, 3"),
    ),
    Rule(
        column="line",
        reason="amount without line",
        broken=pl.col("line").is_not_null() & pl.col("line_told").is_null(),
        message=sentence("document {} has no line {} here", "document_ref", "line"),
        remedy=sentence("write the number of one of its lines; empty: of the document as a whole"),
    ),
]


def care_line_problems(
    lines: pl.DataFrame, documents: pl.DataFrame, refused: Mapping[str, pl.Series], today: date
) -> pl.DataFrame:
    """Problems of the told `lines`, given the told `documents` (both: news columns and `row_index`).

    `refused`: refs already refused; `today`: the last possible day of care that was given.
    """
    rows = _with_document(lines, documents, refused)
    rules = [*_of_document("line"), *ORDER_AND_WORDS, *NUMBERS, *_to_come(today), *DATES, ITSELF, HOLD]
    return _in_file_words("care_lines", broken_rules("care_lines", rows, rules))


def amount_problems(
    amounts: pl.DataFrame, documents: pl.DataFrame, lines: pl.DataFrame, refused: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """Problems of the told `amounts`, given the told `documents` and `lines` (news columns and `row_index`)."""
    told = lines.select("document_ref", "line", line_told=True).unique(["document_ref", "line"])
    rows = _with_document(amounts, documents, refused).join(
        told, on=["document_ref", "line"], how="left", maintain_order="left"
    )
    rules = [*_of_document("amount"), *AMOUNT_CONTENT]
    return _in_file_words("line_amounts", broken_rules("line_amounts", rows, rules))


def _with_document(
    rows: pl.DataFrame, documents: pl.DataFrame, refused: Mapping[str, pl.Series]
) -> pl.DataFrame:
    heads = documents.filter(pl.col("ref").is_first_distinct()).select(
        document_ref="ref",
        document_kind="kind",
        document_received_on="received_on",
        document_currency="currency",
        document_told=True,
    )
    gone = pl.concat([refused["documents"], refused["care_lines"], refused["line_amounts"]])
    return rows.join(heads, on="document_ref", how="left", maintain_order="left").with_columns(
        pl.col("document_told").fill_null(False),
        pl.col("document_ref").is_in(gone.implode()).alias("document_refused"),
    )


def _of_document(thing: str) -> list[Rule]:
    """The rules that a `thing` belongs to a document told with it and not refused."""
    told, refused = pl.col("document_told"), pl.col("document_refused")
    return [
        missing("document_ref", f"the {thing} belongs to a document", "write the ref of the document"),
        Rule(
            column="document_ref",
            reason=f"{thing} without document",
            broken=pl.col("document_ref").is_not_null() & ~told & ~refused,
            message=sentence("no document {} is told here", "document_ref"),
            remedy=sentence("a document is told whole: add it, with all its lines"),
        ),
        Rule(
            column="document_ref",
            reason=DEPENDS_ON_REFUSED,
            broken=refused,
            message=sentence("document {} was refused, or a line of it", "document_ref"),
            remedy=sentence("correct that row first: a document stands or falls as a whole"),
        ),
    ]


def _to_come(today: date) -> list[Rule]:
    return [
        Rule(
            column=column,
            reason="care in the future",
            broken=(pl.col("document_kind") != "quote") & (pl.col(column) > today),
            message=sentence(f"this day lies after {today}, the day of this import"),
            remedy=sentence("correct the date; an estimate of care to come is a quote"),
        )
        for column in ("care_from", "care_last_day")
    ]


def _in_file_words(table: str, found: pl.DataFrame) -> pl.DataFrame:
    """The problems with columns named as the files name them."""
    names = {column: file_column(table, column) for column in (*AMOUNTS, "rate_ppm", "amount_cents")}
    return found.with_columns(pl.col("column").replace(names)).select(list(PROBLEM_SCHEMA))
