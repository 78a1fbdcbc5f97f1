"""Every case file comes out as it says and keeps all promises of the books.

The manual, and the table of other systems' cases, follow from the files.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from avenant.core.cases.manual import manual_pages
from avenant.core.cases.model import Case
from avenant.core.cases.story import story
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.checking import run_checks
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.store.database import PARIS
from avenant.store.setup import Server

ROOT = Path(__file__).parent.parent.parent
FILES = [str(path.relative_to(ROOT)) for path in case_paths([ROOT / "cases"])]
DECISIONS = {
    "docs/decisions/0030-reference-billing-cases.md": 34,
    "docs/decisions/0031-reference-claims-cases.md": 20,
}
"""Where cases of other systems and published figures are accounted for, and how many there are."""


def read(file: str) -> Case:
    """The case under the name that errors and the manual give it."""
    return read_case_file(ROOT / file, name=file)


@pytest.mark.parametrize("file", FILES)
def test_case_file(file: str, server: Server, template: str) -> None:
    case = read(file)
    with scratch_book(case, server) as database:
        played = played_case(case, database)
        assert played.passed, story(played)
        checked = run_checks(database, business_date=database.now().astimezone(PARIS).date())
        broken = [str(found) for result in checked.results if result.errors for found in result.findings]
        assert not broken, f"{file} comes out, and breaks a promise of the books"


def test_there_are_at_least_sixty_cases_of_our_own_for_each_book() -> None:
    own = [file for file in FILES if "-reference" not in file]
    care = [file for file in own if Path(file).parts[1] >= "20"]
    assert len(care) >= 65
    assert len(own) - len(care) >= 60


def test_each_folder_is_one_chapter_and_each_title_is_said_once() -> None:
    cases = [read(file) for file in FILES]
    chapters = {Path(case.place.file).parent.name: case.chapter for case in cases}
    strays = [
        case.place.file for case in cases if chapters[Path(case.place.file).parent.name] != case.chapter
    ]
    assert not strays
    assert [title for title, count in Counter(case.title for case in cases).items() if count > 1] == []


def test_the_manual_is_generated_from_the_case_files() -> None:
    folder = ROOT / "docs/manual"
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert there == manual_pages(read(file) for file in FILES), "run `avenant case manual`"


def test_every_case_of_other_systems_is_accounted_for() -> None:
    linked: dict[str, str] = {}
    for decision, count in DECISIONS.items():
        text = (ROOT / decision).read_text(encoding="utf-8")
        rows = re.findall(r"^\| ([A-Za-z-]+-\d+) \| (.*?) \| (.*?) \|$", text, re.M)
        assert len(rows) == count, decision
        listed = {number: re.search(r"\((\.\..*?)\)", where) for number, _, where in rows}
        linked |= {number: found[1].removeprefix("../../") for number, found in listed.items() if found}
    assert linked == {number: case.place.file for case in map(read, FILES) for number in case.reference}
