"""Messages on care: each row that cannot be right is found with its remedy; what is merely unknown is kept."""

import io
from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.frames.news import News
from avenant.core.importing.checking import World, problems
from avenant.core.importing.decimals import cents, ppm, units
from avenant.core.importing.judging import Judgement, judged
from avenant.core.importing.state import NOTHING_STORED, StoredFacts
from avenant.core.importing.tables import file_columns
from avenant.core.importing.told import Told, told_as_is
from avenant.core.rulebook.model import empty_rulebook

TODAY = date(2026, 3, 14)
DOCUMENTS = """ref,kind,payer,payer_rank,member_ref,received_on,currency
D-1,secu_return,amo,,M-1,2026-03-09,EUR
D-2,member_invoice,,,M-unknown,2026-03-10,EUR
D-3,quote,,,M-1,2026-03-10,EUR
"""
LINES = """document_ref,line,act_code,care_from,quantity,charged,base,rate,secu,retention,cancels
D-1,1,G,2026-03-03,1,30.00,30,70,19.00,2,
D-1,2,G,2026-02-03,-1,-30,-30,70,-19,-2,
D-2,1,no such act,1926-03-03,,25.5,,,,,
D-3,1,crown,2026-09-01,1,550,,,,,
"""
GOOD = {"documents": DOCUMENTS, "care_lines": LINES}


def told(**texts: str) -> Told:
    """The texts of some files, as read: every value a text, with its line."""
    tables, origins = {}, []
    for table, text in texts.items():
        rows = pl.read_csv(io.StringIO(text), infer_schema=False).with_row_index("#line", offset=2)
        absent = [
            pl.lit(None, pl.String).alias(name) for name in file_columns(table) if name not in rows.columns
        ]
        tables[table], lines = told_as_is(table, f"{table}.csv", rows.with_columns(absent))
        origins.append(lines)
    return Told(tables, pl.concat(origins))


def judge(facts: StoredFacts = NOTHING_STORED, **texts: str) -> Judgement:
    return judged(told(**texts), World(facts, empty_rulebook(), TODAY))


def with_row(table: str, row: str) -> dict[str, str]:
    return {**GOOD, table: GOOD[table] + row + "\n"}


def reasons(judgement: Judgement) -> list[tuple[str, int, str, str]]:
    return [
        (row["file"], row["line"], row["column"], row["reason"])
        for row in judgement.rejects.iter_rows(named=True)
    ]


def test_what_nobody_knows_is_kept_to_wait_and_amounts_become_cents() -> None:
    """Unknown member, unknown act, care before any birth, a cancellation of nothing."""
    judgement = judge(**GOOD)
    assert reasons(judgement) == []
    lines = judgement.news.care_lines
    assert lines["charged_cents"].to_list() == [30_00, -30_00, 25_50, 550_00]
    assert lines["rate_ppm"].to_list() == [700_000, 700_000, None, None]
    assert lines["optam"].to_list() == [None] * 4
    assert lines.schema["quantity"] == pl.Int32


WRONG: Mapping[str, tuple[str, str, str, str]] = {
    # what is wrong: (file, row, column, reason)
    "document without number": ("documents", ",quote,,,M-1,2026-03-01,EUR", "ref", "ref missing"),
    "number with a space": ("documents", "D 9,quote,,,M-1,2026-03-01,EUR", "ref", "malformed ref"),
    "number with a hash": ("documents", "D#9,quote,,,M-1,2026-03-01,EUR", "ref", "malformed ref"),
    "document of no kind": ("documents", "D-9,,,,M-1,2026-03-01,EUR", "kind", "kind missing"),
    "document of another kind": ("documents", "D-9,letter,,,M-1,2026-03-01,EUR", "kind", "unknown kind"),
    "nobody's care": ("documents", "D-9,quote,,,,2026-03-01,EUR", "member_ref", "member_ref missing"),
    "no day of arrival": ("documents", "D-9,quote,,,M-1,,EUR", "received_on", "received_on missing"),
    "arrives tomorrow": (
        "documents",
        "D-9,quote,,,M-1,2026-03-15,EUR",
        "received_on",
        "received in the future",
    ),
    "currency by its sign": ("documents", "D-9,quote,,,M-1,2026-03-01,€", "currency", "malformed currency"),
    "insurer unnamed": ("documents", "D-9,other_insurer,,3,M-1,2026-03-01,EUR", "payer", "payer missing"),
    "insurer without rank": (
        "documents",
        "D-9,other_insurer,b,,M-1,2026-03-01,EUR",
        "payer_rank",
        "payer_rank missing",
    ),
    "insurer of our rank": (
        "documents",
        "D-9,other_insurer,b,4,M-1,2026-03-01,EUR",
        "payer_rank",
        "unknown payer_rank",
    ),
    "rank in words": ("documents", "D-9,quote,,two,M-1,2026-03-01,EUR", "payer_rank", "malformed number"),
    "no day of care": ("care_lines", "D-2,9,G,,1,25,,,,,", "care_from", "care_from missing"),
    "no line number": ("care_lines", "D-2,,G,2026-03-03,1,25,,,,,", "line", "line missing"),
    "line nought": ("care_lines", "D-2,0,G,2026-03-03,1,25,,,,,", "line", "malformed line number"),
    "no document": ("care_lines", ",9,G,2026-03-03,1,25,,,,,", "document_ref", "document_ref missing"),
    "document not told": (
        "care_lines",
        "D-8,1,G,2026-03-03,1,25,,,,,",
        "document_ref",
        "line without document",
    ),
    "negative charge": ("care_lines", "D-2,9,G,2026-03-03,1,-25,,,,,", "charged", "negative amount"),
    "negative base": ("care_lines", "D-2,9,G,2026-03-03,1,25,-0.01,,,,", "base", "negative amount"),
    "half a cancellation": ("care_lines", "D-2,9,G,2026-03-03,-1,-25,25,,,,", "base", "mixed signs"),
    "thousandfold": ("care_lines", "D-2,9,G,2026-03-03,1,1000000.01,,,,,", "charged", "absurd amount"),
    "nothing": ("care_lines", "D-2,9,G,2026-03-03,0,25,,,,,", "quantity", "absurd quantity"),
    "rate above all": ("care_lines", "D-2,9,G,2026-03-03,1,25,25,100.01,,,", "rate", "rate out of range"),
    "rate in words": ("care_lines", "D-2,9,G,2026-03-03,1,25,25,most,,,", "rate", "malformed rate"),
    "three decimals": ("care_lines", "D-2,9,G,2026-03-03,1,25.005,,,,,", "charged", "malformed amount"),
    "care tomorrow": ("care_lines", "D-2,9,G,2026-03-15,1,25,,,,,", "care_from", "care in the future"),
    "care after the bill": (
        "care_lines",
        "D-2,9,G,2026-03-11,1,25,,,,,",
        "care_from",
        "care after the document",
    ),
    "line against itself": ("care_lines", "D-2,9,G,2026-03-03,1,25,,,,,D-2#9", "cancels", "cancels itself"),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_each_thing_that_cannot_be_right_is_found_with_what_to_do(case: str) -> None:
    table, row, column, reason = WRONG[case]
    judgement = judge(**with_row(table, row))
    place = (f"{table}.csv", len(GOOD[table].splitlines()) + 1, column, reason)
    assert place in reasons(judgement)
    found = judgement.rejects.filter(reason=reason, column=column)
    assert found["message"][0] and found["remedy"][0]


@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("family", "surgery"),
        ("exemption", "poor"),
        ("care_path", "sideways"),
        ("basket", "gold"),
        ("payee", "nobody"),
        ("sector", "3"),
    ],
)
def test_a_word_that_nobody_knows_is_refused(column: str, word: str) -> None:
    lines = f"document_ref,line,care_from,{column}\nD-2,1,2026-03-03,{word}\n"
    assert (("care_lines.csv", 2, column, f"unknown {column}")) in reasons(
        judge(documents=DOCUMENTS, care_lines=lines)
    )


def test_a_stay_that_ends_before_it_begins_is_refused() -> None:
    lines = "document_ref,line,care_from,care_last_day\nD-2,1,2026-03-03,2026-03-02\n"
    found = reasons(judge(documents=DOCUMENTS, care_lines=lines))
    assert ("care_lines.csv", 2, "care_last_day", "end before start") in found


def test_a_line_is_held_for_a_code_not_for_a_sentence() -> None:
    lines = "document_ref,line,care_from,hold\nD-2,1,2026-03-03,{}\n"
    assert reasons(judge(documents=DOCUMENTS, care_lines=lines.format("totals_differ"))) == []
    found = reasons(judge(documents=DOCUMENTS, care_lines=lines.format("Totals differ!")))
    assert ("care_lines.csv", 2, "hold", "malformed hold") in found


def test_a_quote_may_speak_of_care_to_come_and_nothing_else_may() -> None:
    assert reasons(judge(**GOOD)) == []
    assert "care in the future" in str(
        reasons(judge(**{**GOOD, "documents": DOCUMENTS.replace("quote", "member_invoice")}))
    )


def test_a_document_stands_or_falls_as_a_whole_and_the_others_go_on() -> None:
    """Half a document would take back the lines that are missing."""
    judgement = judge(**with_row("care_lines", "D-1,3,G,2026-03-03,1,-25,,,,,"))
    assert reasons(judgement) == [
        ("documents.csv", 2, "ref", "depends on a refused row"),
        ("care_lines.csv", 2, "document_ref", "depends on a refused row"),
        ("care_lines.csv", 3, "document_ref", "depends on a refused row"),
        ("care_lines.csv", 6, "charged", "negative amount"),
    ]
    assert judgement.news.documents["ref"].to_list() == ["D-2", "D-3"]
    assert judgement.news.care_lines["document_ref"].to_list() == ["D-2", "D-3"]


def test_one_line_number_for_two_lines_refuses_both() -> None:
    found = reasons(judge(**with_row("care_lines", "D-1,2,G,2026-03-03,1,25,,,,,")))
    assert [place for *place, reason in found if reason == "line told twice"] == [
        ["care_lines.csv", 3, "line"],
        ["care_lines.csv", 6, "line"],
    ]


def test_a_refused_document_takes_its_lines_along() -> None:
    found = reasons(judge(**{**GOOD, "documents": DOCUMENTS.replace("secu_return", "secu")}))
    assert found == [
        ("documents.csv", 2, "kind", "unknown kind"),
        ("care_lines.csv", 2, "document_ref", "depends on a refused row"),
        ("care_lines.csv", 3, "document_ref", "depends on a refused row"),
    ]


AMOUNTS = "document_ref,line,position,coding,amount,currency\n"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("D-1,,1,,12.50,EUR", "coding", "coding missing"),
        ("D-1,,1,x|a,,EUR", "amount", "amount missing"),
        ("D-1,,1,x|a,12.50,USD", "currency", "currency mismatch"),
        ("D-1,7,1,x|a,12.50,EUR", "line", "amount without line"),
        ("D-7,,1,x|a,12.50,EUR", "document_ref", "amount without document"),
    ],
)
def test_an_amount_belongs_to_a_document_and_to_its_currency(row: str, column: str, reason: str) -> None:
    assert ("line_amounts.csv", 2, column, reason) in reasons(
        judge(**GOOD, line_amounts=AMOUNTS + row + "\n")
    )


def test_the_currency_is_that_of_the_member_s_contract() -> None:
    """Nothing is ever added across currencies: a bill in dollars under a contract in euros is refused."""
    facts = StoredFacts(
        pl.DataFrame([[1, "C-1", "EUR"]], NOTHING_STORED.contracts.schema, orient="row"),
        pl.DataFrame(
            [[1, "M-1", "primary", date(1980, 1, 1), 1]], NOTHING_STORED.members.schema, orient="row"
        ),
        pl.DataFrame(
            [["E-1", 1, 1, "sante", "base", date(2020, 1, 1), None]],
            NOTHING_STORED.enrolments.schema,
            orient="row",
        ),
    )
    dollars = {**GOOD, "documents": DOCUMENTS.replace("M-1,2026-03-09,EUR", "M-1,2026-03-09,USD")}
    assert ("documents.csv", 2, "currency", "currency mismatch") in reasons(judge(facts, **dollars))
    assert reasons(judge(facts, **GOOD)) == []
    assert reasons(judge(**dollars)) == [], "a member nobody knows has no currency"


ANSWERS = "ref,kind,line_ref,other_ref,amount,reason\n"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("A-1,perhaps,D-1#1,D-2#1,,", "kind", "unknown kind"),
        ("A-1,same,,D-2#1,,", "line_ref", "line_ref missing"),
        ("A-1,different,D-1#1,,,", "other_ref", "other_ref missing"),
        ("A-1,same,D-1#1,D-1#1,,", "other_ref", "one line twice"),
        ("A-1,same,D-1#1,D-2#1,5,", "amount", "amount without exception"),
        ("A-1,exception,D-1#1,,25,", "reason", "reason missing"),
        ("A-1,exception,D-1#1,,-25,goodwill", "amount", "negative amount"),
    ],
)
def test_an_answer_says_what_it_decides(row: str, column: str, reason: str) -> None:
    assert reasons(judge(answers=ANSWERS + row + "\n")) == [("answers.csv", 2, column, reason)]


def test_two_statuses_of_one_provider_on_one_day_contradict_each_other() -> None:
    rows = "ref,provider_ref,sector,optam,valid_from,last_day\nS-1,P-1,2,yes,2024-01-01,2024-12-31\n"
    assert reasons(judge(provider_statuses=rows + "S-2,P-1,2,no,2025-01-01,\n")) == []
    found = reasons(judge(provider_statuses=rows + "S-2,P-1,2,no,2024-12-31,\n"))
    assert found == [("provider_statuses.csv", 3, "valid_from", "overlapping statuses")]


def test_news_told_without_files_is_judged_by_the_same_rules() -> None:
    """The last gate before the book: case files and the generator pass through it too."""
    documents = judge(**GOOD).news.documents
    found = problems(News(care_lines=judge(**GOOD).news.care_lines), NOTHING_STORED, empty_rulebook(), TODAY)
    assert {problem.reason for problem in found} == {"line without document"}
    late = documents.with_columns(received_on=date(2026, 4, 1))
    found = problems(News(documents=late), NOTHING_STORED, empty_rulebook(), TODAY)
    assert {problem.reason for problem in found} == {"received in the future"}


@given(st.integers(-(10**13), 10**13))
def test_units_and_cents_say_the_same(amount: int) -> None:
    frame = pl.DataFrame({"n": [amount]}, schema={"n": pl.Int64}).with_columns(text=units("n"))
    assert frame.select(cents(pl.col("text"))).item() == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("25", 2_500),
        ("25.5", 2_550),
        ("25,50", 2_550),
        ("-0.01", -1),
        ("+7", 700),
        ("1250.500", 125_050),
        ("-25", -2_500),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, amount: int) -> None:
    assert pl.select(cents(pl.lit(text))).item() == amount


@pytest.mark.parametrize(
    ("text", "share"), [("70", 700_000), ("65.5 %", 655_000), ("7,25%", 72_500), ("100", 1_000_000)]
)
def test_a_rate_is_read_to_the_ppm(text: str, share: int) -> None:
    assert pl.select(ppm(pl.lit(text))).item() == share
