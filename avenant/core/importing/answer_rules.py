"""What cannot be right about a person's answer to what waits.

ref,kind,line_ref,other_ref,amount,reason
A-1,same,D-1#1,D-7#2,,the bill and the return are one visit
A-2,exception,D-3#1,,25.00,       reason: an exception is explained
"""

import polars as pl

from avenant.core.frames.care import ANSWERS
from avenant.core.importing.decimals import units
from avenant.core.importing.document_rules import malformed_ref
from avenant.core.importing.problem import (
    PROBLEM_SCHEMA,
    Rule,
    broken_rules,
    missing,
    one_of,
    sentence,
    told_twice,
)
from avenant.core.importing.tables import file_column

IDENTITY = [
    missing("ref", "an answer needs a number, by which it can be withdrawn", "give it one"),
    told_twice("ref"),
    malformed_ref("ref"),
]
_joins = pl.col("kind").is_in(["same", "different"])
_exception = pl.col("kind") == "exception"
CONTENT = [
    missing("kind", "an answer is same, different or exception", "write one of the three"),
    one_of("kind", ANSWERS),
    missing(
        "line_ref", "an answer is about a line", "write the line's ref: its document's ref, #, its number"
    ),
    Rule(
        column="other_ref",
        reason="other_ref missing",
        broken=_joins & pl.col("other_ref").is_null(),
        message=sentence("same and different speak of two lines"),
        remedy=sentence("write the ref of the other line"),
    ),
    Rule(
        column="other_ref",
        reason="one line twice",
        broken=pl.col("other_ref") == pl.col("line_ref"),
        message=sentence("an answer compares two lines, not a line with itself"),
        remedy=sentence("write the ref of the other line"),
    ),
    Rule(
        column="reason",
        reason="reason missing",
        broken=_exception & pl.col("reason").is_null(),
        message=sentence("an exception is explained, so that it can be understood later"),
        remedy=sentence("write the reason in a sentence"),
    ),
    Rule(
        column="amount_cents",
        reason="amount without exception",
        broken=~_exception & pl.col("amount_cents").is_not_null(),
        message=sentence("only an exception names an amount"),
        remedy=sentence("leave it empty, or write the kind exception"),
        seen=units("amount_cents"),
    ),
    Rule(
        column="amount_cents",
        reason="negative amount",
        broken=pl.col("amount_cents") < 0,
        message=sentence("what we pay by exception is not negative"),
        remedy=sentence("write what is to be paid for the act in all; 0 refuses it"),
        seen=units("amount_cents"),
    ),
]


def answer_problems(answers: pl.DataFrame) -> pl.DataFrame:
    """Problems of the told `answers` (news columns and `row_index`); a withdrawn one needs only its ref."""
    live = answers.filter(~pl.col("withdrawn").fill_null(False))
    found = [broken_rules("answers", answers, IDENTITY), broken_rules("answers", live, CONTENT)]
    name = pl.col("column").replace("amount_cents", file_column("answers", "amount_cents"))
    return pl.concat(found).with_columns(name).select(list(PROBLEM_SCHEMA))
