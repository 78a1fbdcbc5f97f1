"""What cannot be right about a message on care as a whole. A member nobody knows yet is no fault: the message waits.

ref,kind,payer,payer_rank,member_ref,received_on,currency
D-1,secu_return,amo,,M-1,2026-03-09,EUR
D-2,other_insurer,mutuelle-b,,M-1,2026-03-09,EUR     payer_rank: does it pay before us or after us?
D-3,letter,,,M-1,2026-03-09,EUR                      kind: letter is not a kind we know
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from avenant.core.frames.care import DOCUMENT_KINDS
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

PAYER_RANKS = (2, 3, 5)
"""2: public and before us; 3: before us; 5: after us."""
REF_LENGTH = 200
REF = rf"^[^\s#]{{1,{REF_LENGTH}}}$"
CURRENCY = r"^[A-Z]{3}$"


def malformed_ref(column: str) -> Rule:
    """The rule that `column` can name something: refs of lines are made of it, and listed with spaces between."""
    return Rule(
        column,
        "malformed ref",
        ~pl.col(column).str.contains(REF),
        sentence(f"a number has at most {REF_LENGTH} characters, and neither spaces nor #"),
        sentence("write the sender's number without them"),
    )


IDENTITY = [
    missing("ref", "a document needs a number", "give the sender's number; told again it is a correction"),
    told_twice("ref"),
    malformed_ref("ref"),
]
CONTENT = [
    missing("kind", "it must be known who speaks", f"write one of {', '.join(DOCUMENT_KINDS)}"),
    one_of("kind", DOCUMENT_KINDS),
    missing("member_ref", "it must be told whose care this is", "write the sender's number of the member"),
    missing("received_on", "the day of arrival is missing", "write it as YYYY-MM-DD"),
    missing("currency", "a document has one currency", "write its three letters, for example EUR"),
    Rule(
        column="currency",
        reason="malformed currency",
        broken=~pl.col("currency").str.contains(CURRENCY),
        message=sentence("{} is not the code of a currency", "currency"),
        remedy=sentence("write three capital letters, for example EUR or USD"),
    ),
]
_other_insurer = pl.col("kind") == "other_insurer"
PAYER = [
    Rule(
        column="payer",
        reason="payer missing",
        broken=_other_insurer & pl.col("payer").is_null(),
        message=sentence("each payer counts once, so it must be known which one speaks"),
        remedy=sentence("write a code for the insurer"),
    ),
    Rule(
        column="payer_rank",
        reason="payer_rank missing",
        broken=_other_insurer & pl.col("payer_rank").is_null(),
        message=sentence("what comes before us is deducted, what comes after us is not"),
        remedy=sentence("write 2 (public, before us), 3 (before us) or 5 (after us)"),
    ),
    Rule(
        column="payer_rank",
        reason="unknown payer_rank",
        broken=pl.col("payer_rank").is_not_null() & ~pl.col("payer_rank").is_in(list(PAYER_RANKS)),
        message=sentence("{} is not a rank we know", "payer_rank"),
        remedy=sentence("write 2 (public, before us), 3 (before us) or 5 (after us)"),
    ),
]
OTHER_CURRENCY = Rule(
    column="currency",
    reason="currency mismatch",
    broken=~pl.col("currencies").list.contains(pl.col("currency")),
    message=sentence(
        "member {} is insured in {}; nothing is added across currencies",
        "member_ref",
        pl.col("currencies").list.join(", "),
    ),
    remedy=sentence("correct the currency, or the member"),
)
LINE_REFUSED = Rule(
    column="ref",
    reason=DEPENDS_ON_REFUSED,
    broken=pl.col("line_refused"),
    message=sentence(
        "a line of document {} was refused, and half a document would take back the rest", "ref"
    ),
    remedy=sentence("correct that line first"),
)


def document_problems(
    documents: pl.DataFrame, state: State, refused: Mapping[str, pl.Series], today: date
) -> pl.DataFrame:
    """Problems of the told `documents` (news columns and `row_index`); a withdrawn one needs only its ref.

    `state`: what would hold, for the currencies in which members are insured; `refused`: refs already refused,
    of lines and amounts the refs of their documents; `today`: the last possible day of arrival.
    """
    live = documents.filter(~pl.col("withdrawn").fill_null(False))
    parts = pl.concat([refused["care_lines"], refused["line_amounts"]])
    rows = live.join(_currencies(state), on="member_ref", how="left", maintain_order="left").with_columns(
        pl.col("ref").is_in(parts.implode()).alias("line_refused")
    )
    content = [*CONTENT, *PAYER, _not_yet_arrived(today), OTHER_CURRENCY, LINE_REFUSED]
    return pl.concat(
        [broken_rules("documents", documents, IDENTITY), broken_rules("documents", rows, content)]
    )


def _not_yet_arrived(today: date) -> Rule:
    return Rule(
        column="received_on",
        reason="received in the future",
        broken=pl.col("received_on") > today,
        message=sentence(f"this day lies after {today}, the day of this import"),
        remedy=sentence("correct the date"),
    )


def _currencies(state: State) -> pl.DataFrame:
    """member_ref, currencies: those of all contracts under which the member has an enrolment."""
    contracts = state.contracts.select(pl.col("ref").alias("contract_ref"), "currency")
    covered = state.enrolments.select("member_ref", "contract_ref").join(contracts, on="contract_ref")
    return covered.group_by("member_ref").agg(pl.col("currency").unique().sort().alias("currencies"))
