"""News is judged together with what is already stored: overlaps, corrections, withdrawals."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.importing.overlaps import overlapping
from avenant.core.importing.state import StoredFacts
from tests.core.test_importing_rows import CONTRACTS, judge, reasons

STORED = StoredFacts(
    contracts=pl.DataFrame({"contract_id": [1], "ref": ["C-1"], "currency": ["EUR"]}),
    members=pl.DataFrame(
        {
            "member_id": [1, 2],
            "ref": ["M-1", "M-2"],
            "role": ["primary", "child"],
            "birth_date": [date(1980, 5, 1), date(2020, 2, 1)],
            "family_id": [1, 1],
        }
    ),
    enrolments=pl.DataFrame(
        {
            "ref": ["E-1"],
            "contract_id": [1],
            "member_id": [1],
            "plan": ["sante"],
            "level": ["base"],
            "valid_from": [date(2024, 1, 1)],
            "valid_to": [None],
        },
        schema_overrides={"valid_to": pl.Date},
    ),
)
HEADER = "ref,contract_ref,member_ref,plan,level,valid_from,last_day,withdrawn\n"
OVERLAP = "overlapping enrolments"


def test_an_enrolment_that_overlaps_a_stored_one_is_refused_and_names_it() -> None:
    judgement = judge(STORED, enrolments=HEADER + "E-2,C-1,M-1,sante,base,2024-06-01,,\n")
    assert reasons(judgement) == [("enrolments.csv", 2, "valid_from", OVERLAP)]
    assert "also by enrolment E-1, 2024-01-01 to open" in judgement.rejects["message"][0]


def test_the_same_enrolment_in_another_contract_is_no_overlap() -> None:
    told = HEADER + "E-2,C-2,M-1,sante,base,2024-06-01,,\n"
    assert reasons(judge(STORED, contracts=CONTRACTS, enrolments=told)) == []


def test_ending_the_stored_enrolment_makes_room_from_the_next_day() -> None:
    ended = "E-1,C-1,M-1,sante,base,2024-01-01,2024-05-31,\n"
    assert reasons(judge(STORED, enrolments=HEADER + ended + "E-2,C-1,M-1,sante,base,2024-06-01,,\n")) == []
    assert (
        len(reasons(judge(STORED, enrolments=HEADER + ended + "E-2,C-1,M-1,sante,base,2024-05-31,,\n"))) == 2
    )


def test_withdrawing_the_stored_enrolment_makes_room() -> None:
    told = HEADER + "E-1,,,,,,,yes\nE-2,C-1,M-1,sante,base,2024-01-01,,\n"
    assert reasons(judge(STORED, enrolments=told)) == []


def test_where_the_correction_is_refused_the_stored_enrolment_still_stands() -> None:
    told = HEADER + "E-1,C-1,M-1,sante,base,2024-01-01,31.05.2024,\nE-2,C-1,M-1,sante,base,2024-06-01,,\n"
    assert reasons(judge(STORED, enrolments=told)) == [
        ("enrolments.csv", 2, "last_day", "malformed date"),
        ("enrolments.csv", 3, "valid_from", OVERLAP),
    ]


def test_two_told_enrolments_that_overlap_are_both_refused() -> None:
    told = HEADER + "E-8,C-1,M-2,sante,base,2024-01-01,2024-03-31,\nE-9,C-1,M-2,sante,base,2024-03-31,,\n"
    assert [line for _, line, _, _ in reasons(judge(STORED, enrolments=told))] == [2, 3]


def test_the_same_news_told_again_is_no_problem() -> None:
    assert reasons(judge(STORED, enrolments=HEADER + "E-1,C-1,M-1,sante,base,2024-01-01,,\n")) == []


def test_a_birth_date_corrected_past_a_stored_start_is_refused() -> None:
    judgement = judge(STORED, members="ref,role,birth_date\nM-1,primary,2024-01-02\n")
    assert reasons(judgement) == [("members.csv", 2, "birth_date", "start before birth")]


def test_a_stored_contract_keeps_its_currency_while_members_are_on_it() -> None:
    judgement = judge(STORED, contracts="ref,kind,currency\nC-1,individual,USD\n")
    assert reasons(judgement) == [("contracts.csv", 2, "currency", "currency mismatch")]


def test_a_primary_with_a_stored_child_cannot_be_withdrawn_alone() -> None:
    header = "ref,role,birth_date,primary_ref,withdrawn\n"
    judgement = judge(STORED, members=header + "M-1,,,,yes\n")
    assert reasons(judgement) == [("members.csv", 2, "role", "dependants left without primary")]
    assert reasons(judge(STORED, members=header + "M-1,,,,yes\nM-2,,,,yes\n")) == []


periods = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12) | st.none()), min_size=1, max_size=7)


@given(periods)
def test_overlaps_are_those_that_counting_days_finds(spans: list[tuple[int, int | None]]) -> None:
    first, horizon = date(2024, 1, 1).toordinal(), 60
    rows = pl.DataFrame(
        {
            "row_index": range(len(spans)),
            "ref": [f"E-{place}" for place in range(len(spans))],
            "valid_from": [date.fromordinal(first + start) for start, _ in spans],
            "valid_to": [date.fromordinal(first + start + days) if days else None for start, days in spans],
        },
        schema_overrides={"row_index": pl.UInt32, "valid_to": pl.Date},
    ).with_columns(contract_ref=pl.lit("C"), member_ref=pl.lit("M"))
    days = [set(range(start, start + length if length else horizon)) for start, length in spans]
    clashing = {
        f"E-{one}"
        for one, own in enumerate(days)
        for other, theirs in enumerate(days)
        if one != other and own & theirs
    }
    found = overlapping(rows)
    assert set(found["ref"]) == clashing
    for ref, other in found.select("ref", "other").iter_rows():
        assert days[int(ref[2:])] & days[int(other[2:])]
