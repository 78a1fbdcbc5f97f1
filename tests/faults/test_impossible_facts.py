"""Facts that no validator saw: their families are parked with a reason, all others are booked as if nothing were.

Rows are put into the tables directly, as a broken migration or a restored dump would; the next version of each
fact makes it right again, and the run after that leaves the twin's books.
"""

import random

import pytest

from avenant.flows import nightly, nightly_chunk
from avenant.flows.nightly_chunk import FamiliesRaise
from avenant.store.changes import change
from avenant.store.database import Database
from tests.faults.books import Rows, contents, differences
from tests.faults.scenarios import Scenario, Stage, seeds
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak

ENROLMENT = "plan, level, basis, valid_from, valid_to"
WRONG_ENROLMENTS = {
    "overlaps": "plan, level, basis, valid_from + 3, NULL::date",
    "before birth": "plan, level, basis, date '1901-01-01', date '1901-06-01' + 45000",
    "unknown plan": "'no-such-plan', level, basis, valid_from, valid_to",
    "unknown level": "plan, 'no-such-level', basis, valid_from, valid_to",
    "no calendar has this day": "plan, level, basis, date '-infinity', valid_to",
    "no frame holds this day": "plan, level, basis, valid_from, date '250000-01-01'",
}
MEMBERS = {"premium": 1, "reimbursement": 5, "waiting line": 1}
"""Where the member stands in each row of a table."""
WRONG_BIRTHS = {"born never": "date 'infinity'", "born in another age": "date '0044-03-15 BC'"}

PICK = """
    SELECT enrolment_id, m.member_id, m.family_id FROM enrolment AS e JOIN member AS m USING (member_id)
    WHERE e.version = 1 AND m.version = 1 AND m.role = 'primary' AND NOT e.withdrawn
      AND e.plan = 'fr-individual' AND valid_to IS NULL AND valid_from < %s
    ORDER BY enrolment_id"""
ADD = """
    INSERT INTO enrolment (enrolment_id, version, ref, contract_id, member_id, {columns}, withdrawn, change_id)
    SELECT nextval('enrolment_ids'), 1, 'X' || ref, contract_id, member_id, {values}, false, %s
    FROM enrolment WHERE enrolment_id = %s ORDER BY version DESC LIMIT 1"""
WITHDRAW = """
    INSERT INTO enrolment (enrolment_id, version, ref, contract_id, member_id, {columns}, withdrawn, change_id)
    SELECT enrolment_id, 2, ref, contract_id, member_id, plan, level, basis, date '2024-01-01', NULL, true, %s
    FROM enrolment WHERE ref LIKE 'X%%' AND version = 1"""
BEAR = """
    INSERT INTO member (member_id, version, ref, role, birth_date, family_id, withdrawn, change_id)
    SELECT member_id, version + 1, ref, role, {birth}, family_id, withdrawn, %s
    FROM member WHERE member_id = %s ORDER BY version DESC LIMIT 1"""
BEAR_AGAIN = """
    INSERT INTO member (member_id, version, ref, role, birth_date, family_id, withdrawn, change_id)
    SELECT m.member_id, m.version + 1, m.ref, m.role, o.birth_date, m.family_id, m.withdrawn, %s
    FROM member AS m JOIN member AS o ON o.member_id = m.member_id AND o.version = m.version - 1
    WHERE m.change_id = %s"""


def spoilt(book: Database, scenario: Scenario) -> tuple[dict[int, str], int]:
    """Families whose facts were spoilt, each with how; and the change that did it."""
    with book.connect() as connection:
        candidates = connection.execute(PICK, [scenario.night_before]).fetchall()
    picked = random.Random(scenario.seed).sample(candidates, len(WRONG_ENROLMENTS) + len(WRONG_BIRTHS))
    families = {}
    with change(book, "intruder", "around the validators") as writer:
        for how, values in WRONG_ENROLMENTS.items():
            enrolment, _, family = picked.pop()
            families[family] = how
            statement = ADD.format(columns=ENROLMENT, values=values)
            writer.connection.execute(statement, [writer.change_id, enrolment])
        for how, birth in WRONG_BIRTHS.items():
            _, member, family = picked.pop()
            families[family] = how
            writer.connection.execute(BEAR.format(birth=birth), [writer.change_id, member])
    return families, writer.change_id


def mended(book: Database, change_id: int) -> None:
    """Withdraw the wrong enrolments and restore the births, as newer versions."""
    with change(book, "operations", "mended") as writer:
        writer.connection.execute(WITHDRAW.format(columns=ENROLMENT), [writer.change_id])
        writer.connection.execute(BEAR_AGAIN, [writer.change_id, change_id])


def without_families(book: Database, families: list[int], rows: dict[str, Rows]) -> dict[str, Rows]:
    """The rows of either book, and what waits, of everybody else."""
    query = "SELECT DISTINCT ref FROM member WHERE family_id = ANY(%s)"
    with book.connect() as connection:
        refs = {ref for (ref,) in connection.execute(query, [families])}
    return {name: [row for row in rows[name] if row[place] not in refs] for name, place in MEMBERS.items()}


@pytest.mark.parametrize("seed", seeds(1, 5))
def test_spoilt_families_are_parked_and_the_others_booked(stage: Stage, seed: int) -> None:
    scenario = Scenario.drawn(seed, retro_months=None)
    trial = Trial(stage, scenario)
    families, change_id = spoilt(trial.book, scenario)
    report = nightly.run(trial.book, scenario.night, scenario.workers, chunk_families=60)
    with trial.book.connect() as connection:
        rows = connection.execute(
            "SELECT member_id, ref FROM member WHERE version = 1 AND member_id = ANY(%s)", [list(families)]
        )
        expected = {ref: families[family] for family, ref in rows}
    seen = dict(report.parked)
    none_of([f"{ref} ({how}) is not parked" for ref, how in expected.items() if ref not in seen], "spoilt")
    none_of([f"{ref} is parked: {why}" for ref, why in seen.items() if ref not in expected], "untouched")
    again = nightly.run(trial.book, scenario.night, chunk_families=17)
    assert (again.written_rows, again.parked) == (0, report.parked)
    ids = list(families)
    others, twins = (without_families(book, ids, contents(book)) for book in (trial.book, trial.twin))
    none_of(differences(others, twins), "the others")
    mended(trial.book, change_id)
    trial.judge(known=("row-counts",))


@pytest.mark.parametrize("rules", ["expected_premiums", "expected_care"])
def test_a_defect_that_hits_everybody_parks_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, rules: str
) -> None:
    scenario = Scenario.drawn(1, workers=0)
    trial = Trial(stage, scenario)
    before = contents(trial.book)

    def defect(*arguments: object) -> None:
        raise ZeroDivisionError("a bad release")

    with monkeypatch.context() as patched:
        patched.setattr(nightly_chunk, rules, defect)
        with pytest.raises(FamiliesRaise, match="a bad release"):
            nightly.run(trial.book, scenario.night)
    assert not differences(contents(trial.book), before)
    trial.judge()
