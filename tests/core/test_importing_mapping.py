"""Other people's files become ours as a mapping says, and a mapping that cannot be followed says where."""

from typing import Any

import polars as pl
import pytest

from avenant.core.importing.checking import World
from avenant.core.importing.judging import Judgement
from avenant.core.importing.judging import judged as judged_told
from avenant.core.importing.mapped import mapped
from avenant.core.importing.mapping import MappingFault, parsed_mapping
from avenant.core.importing.state import NOTHING_STORED
from avenant.core.importing.told import no_damage
from tests.core.test_importing_rows import SHOP, TODAY, reasons

COVERAGE = {
    "POLICY": ["1", "2", "3"],
    "HOUSEHOLD": ["H1", "H1", "H2"],
    "PERSON": ["a", "b", "c"],
    "REL": ["self", "kid", "self"],
    "START": ["01/02/2024", "15/02/2024", "01/03/2024"],
    "STOP": ["31/12/9999", "01/04/2024", "31/12/9999"],
}
PEOPLE = {"ID": ["a", "b", "c"], "BORN": ["1980-05-01", "2012-01-31", "1990-09-09"]}


def document() -> dict[str, Any]:
    """Households as contracts, everybody under the household's `self`; ends are the first uncovered day."""
    return {
        "format": "avenant-import-1",
        "sources": {
            "coverage": {"file": "coverage.csv"},
            "people": {"file": "people.csv", "key": "ID", "called": "person"},
        },
        "tables": {
            "contracts": {
                "from": "coverage",
                "one_row_per": "content",
                "columns": {
                    "ref": "HOUSEHOLD",
                    "kind": {"constant": "individual"},
                    "currency": {"constant": "EUR"},
                },
            },
            "members": {
                "from": "coverage",
                "columns": {
                    "ref": {"column": "PERSON", "prefix": "P-"},
                    "role": {"column": "REL", "translate": {"self": "primary", "kid": "child"}},
                    "birth_date": {"lookup": "people", "by": "PERSON", "column": "BORN", "date": "%Y-%m-%d"},
                    "primary_ref": {"column": "PERSON", "translate": {"a": "", "b": "P-a", "c": ""}},
                },
            },
            "enrolments": {
                "from": "coverage",
                "columns": {
                    "ref": {"join": [{"constant": "E"}, {"line": "yes"}], "with": "-"},
                    "contract_ref": "HOUSEHOLD",
                    "member_ref": {"column": "PERSON", "prefix": "P-"},
                    "plan": {"constant": "sante"},
                    "level": {"constant": "base"},
                    "valid_from": {"column": "START", "date": "%d/%m/%Y"},
                    "last_day": {
                        "column": "STOP",
                        "empty_when": ["31/12/9999"],
                        "date": "%d/%m/%Y",
                        "end": "day_after",
                    },
                },
            },
        },
    }


def frame(columns: dict[str, list[str]]) -> pl.DataFrame:
    return pl.DataFrame(columns).with_row_index("#line", offset=2)


def judged(coverage: dict[str, list[str]], people: dict[str, list[str]], **tables: Any) -> Judgement:
    mapping = document()
    mapping["tables"] |= tables
    sources = {"coverage": frame(coverage), "people": frame(people)}
    told = mapped(parsed_mapping(mapping), sources, no_damage())
    return judged_told(told, World(NOTHING_STORED, SHOP, TODAY))


def changed(columns: dict[str, list[str]], name: str, row: int, value: str) -> dict[str, list[str]]:
    return {**columns, name: [*columns[name][:row], value, *columns[name][row + 1 :]]}


def test_households_become_contracts_and_the_day_after_becomes_the_last_covered_day() -> None:
    judgement = judged(COVERAGE, PEOPLE)
    assert reasons(judgement) == []
    assert judgement.news.contracts["ref"].to_list() == ["H1", "H2"]
    assert judgement.news.members["primary_ref"].to_list() == [None, "P-a", None]
    assert judgement.news.enrolments["ref"].to_list() == ["E-2", "E-3", "E-4"]
    assert [str(day) for day in judgement.news.enrolments["last_day"]] == ["None", "2024-03-31", "None"]


def test_a_line_stands_or_falls_as_a_whole_and_is_reported_once() -> None:
    judgement = judged(changed(COVERAGE, "PERSON", 2, "z"), PEOPLE)
    assert [(line, reason) for _, line, _, reason in reasons(judgement)] == [
        (4, "unknown person"),
        (4, "no translation"),
    ]
    assert judgement.news.contracts["ref"].to_list() == ["H1"]


def test_a_contract_made_of_several_lines_stays_while_one_of_them_is_good() -> None:
    judgement = judged(changed(COVERAGE, "START", 1, "30/02/2024"), PEOPLE)
    assert reasons(judgement) == [("coverage.csv", 3, "START", "malformed date")]
    assert judgement.news.contracts["ref"].to_list() == ["H1", "H2"]
    assert judgement.news.members["ref"].to_list() == ["P-a", "P-c"]


def test_others_in_the_family_of_a_refused_primary_are_refused_too() -> None:
    judgement = judged(COVERAGE, changed(PEOPLE, "BORN", 0, "2027-01-01"))
    assert reasons(judgement) == [
        ("coverage.csv", 2, "BORN of person", "birth in the future"),
        ("coverage.csv", 2, "START", "start before birth"),
        ("coverage.csv", 3, "PERSON", "depends on a refused row"),
    ]
    assert judgement.news.rows() == 3


def test_a_person_who_stands_twice_in_the_other_file_is_not_guessed() -> None:
    twice = {name: [*values, values[0]] for name, values in PEOPLE.items()}
    assert reasons(judged(COVERAGE, twice))[0] == ("coverage.csv", 2, "PERSON", "ambiguous person")


def test_conditions_choose_the_rows() -> None:
    enrolments = document()["tables"]["enrolments"] | {"where": {"REL": {"is_not": ["kid"]}}}
    assert judged(COVERAGE, PEOPLE, enrolments=enrolments).news.enrolments.height == 2


FAULTS: dict[str, tuple[list[str], Any]] = {
    # the place that the error names: (the path to change, the new value)
    "format": (["format"], "2"),
    "sources.people": (["sources", "people", "key"], None),
    "sources.coverage.fiel": (["sources", "coverage", "fiel"], "x.csv"),
    "tables.members.from": (["tables", "members", "from"], "cover"),
    "tables.members.columns": (["tables", "members", "columns", "role"], None),
    "tables.members.columns.rank": (["tables", "members", "columns", "rank"], "RANK"),
    "tables.members.columns.ref": (["tables", "members", "columns", "ref"], {"column": "A", "constant": "b"}),
    "tables.members.columns.role": (["tables", "members", "columns", "role"], "RELATION"),
    "tables.members.one_row_per": (["tables", "members", "one_row_per"], "household"),
    "tables.members.where.REL": (["tables", "members", "where"], {"REL": {}}),
    "tables.payments": (["tables", "payments"], {}),
    "tables.enrolments.columns.last_day.end": (
        ["tables", "enrolments", "columns", "last_day"],
        {"column": "STOP", "end": "never"},
    ),
}


@pytest.mark.parametrize("place", FAULTS)
def test_a_mapping_that_cannot_be_followed_says_where(place: str) -> None:
    (*path, last), value = FAULTS[place]
    mapping = inner = document()
    for word in path:
        inner = inner[word]
    inner.pop(last, None)
    if value is not None:
        inner[last] = value
    with pytest.raises(MappingFault) as raised:
        mapped(parsed_mapping(mapping), {"coverage": frame(COVERAGE), "people": frame(PEOPLE)}, no_damage())
    assert raised.value.path == place
    assert raised.value.remedy
