"""Every case of both books: the re-run at each decision's own moment gives exactly what was decided.

Stages are called in this process: what the sandbox adds is tested apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avenant.core.cases.model import Case
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.reruns.asked import Point, Question, Subject
from avenant.flows.reruns.points import kinds_of, point_of, written_about
from avenant.flows.reruns.scene import Scene
from avenant.flows.stages import STAGES, stages_for
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.store.database import Connection
from avenant.store.readers.reruns import decisions_about, families_of_members, members_ever
from avenant.store.setup import Server
from tests.cases.sampling import sampled

ROOT = Path(__file__).parent.parent.parent
FILES = [str(path.relative_to(ROOT)) for path in case_paths([ROOT / "cases"])]
MOST = 10_000


def read(file: str) -> Case:
    return read_case_file(ROOT / file, name=file)


@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 4))
def test_the_rerun_at_each_decisions_own_moment_reproduces_it(
    file: str, server: Server, template: str
) -> None:
    case = read(file)
    with scratch_book(case, server) as database:
        played_case(case, database)
        with database.snapshot() as connection:
            asked = list(decided(connection))
            wrong = [said for subject, point in asked for said in differences(connection, subject, point)]
            count = connection.execute("SELECT count(*) FROM run_chunk WHERE row_count > 0").fetchone()
    assert not wrong
    assert len(asked) >= (count[0] if count else 0), "every chunk that wrote was run again"


def decided(connection: Connection) -> Iterator[tuple[Subject, Point]]:
    """Every family at each moment at which a run decided about it; every invoice and every payout."""
    members = [row[0] for row in connection.execute("SELECT DISTINCT member_id FROM member ORDER BY 1")]
    ever: set[tuple[int, int]] = set()
    for member in members:
        theirs = families_of_members(connection, [member], None)
        lone = Subject("member", str(member), theirs, (member,))
        for decision in decisions_about(connection, written_about(lone), kinds_of(lone), None, MOST):
            for family in families_of_members(connection, [member], decision.read_rev):
                if (family, decision.rev) not in ever:
                    ever.add((family, decision.rev))
                    everybody = members_ever(connection, "family_id", [family], decision.read_rev)
                    whole = Subject("family", str(family), (family,), everybody)
                    yield whole, point_of(connection, whole, decision)
    for kind in ("invoice", "payout"):
        column = "contract_id" if kind == "invoice" else "NULL"
        rows = connection.execute(f"SELECT {kind}_id, {column} FROM {kind} ORDER BY 1").fetchall()
        for settled, contract in rows:
            subject = Subject(kind, f"{kind} {settled}", contract=contract, settled=settled)
            (decision,) = decisions_about(connection, written_about(subject), kinds_of(subject), None)
            yield subject, point_of(connection, subject, decision)


def differences(connection: Connection, subject: Subject, point: Point) -> list[str]:
    question = Question(subject, point, ())
    scene = Scene(connection, question)
    said = []
    for stage in stages_for(subject.kind, extra(subject.kind)):
        answer = stage.function(*stage.inputs(scene))
        if stage.verdict is not None:
            said += [
                f"{subject.ref} {stage.name}: {each}" for each in stage.verdict(scene, answer).differences
            ]
    return said


def extra(kind: str) -> tuple[str, ...]:
    """All stages for a kind: those that only look at an intermediate result have to run as well."""
    return tuple(
        stage.name
        for stage in STAGES.values()
        if kind in stage.subjects and stage.name not in ("premiums.diff", "claims.diff")
    )
