"""Re-runs in the sandbox: they give what is stored, tell what the code did, and leave a record of who asked."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from avenant.flows.reruns.asking import NotIsolated, draft_of, refuse_unless_isolated, rerun
from avenant.flows.reruns.carrying_out import Asked, Rerun
from avenant.flows.reruns.changing import ChangeRefused, change_written
from avenant.flows.reruns.starting import started
from avenant.gateways.rulebook_files import rulebook_in
from avenant.rerun.guard import Limits
from avenant.rerun.isolation import UNSTOPPED, Isolation, isolation_here
from avenant.rerun.spool import MaskRefused, NoSuchResult, QueueFull, Spool
from avenant.store.readers.history import UnknownRef
from tests.rerun.conftest import CANARY, Book

WHY = "why is this 4.00"
PATIENT = Limits(seconds=240)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "reruns")


def run(book: Book, spool: Spool, name: str, **options: Any) -> Rerun:
    asked = Asked(name, **{"actor": "ana", "role": "engineering", "reason": WHY, "own": True, **options})
    answer = rerun(book.database, book.server, asked, spool, limits=PATIENT)
    assert answer.outcome is not None
    assert answer.outcome.is_done, (answer.outcome, answer.errors)
    return answer


def test_this_machine_isolates_runs_where_tests_must_not_be_skipped() -> None:
    assert isolation_here().is_complete or not os.environ.get("AVENANT_CI"), isolation_here().missing


@pytest.mark.parametrize(
    "name", ["M1", "K1", "family:K1", "C1", "D1#1", "O1#1", "D2#1", "D1", "AV-2025-000001", "AVP-2025-000001"]
)
def test_at_the_decisions_own_moment_the_sandbox_gives_what_is_stored(
    name: str, book: Book, spool: Spool
) -> None:
    answer = run(book, spool, name)
    assert answer.verdicts
    assert all(verdict["same"] for verdict in answer.verdicts.values()), answer.verdicts
    assert sum(verdict["compared"] for verdict in answer.verdicts.values()) > 0


def test_a_changed_departure_shows_what_it_would_change(book: Book, spool: Spool) -> None:
    change = change_written("enrolment:E2:last_day=2025-02-28")
    verdict = run(book, spool, "K1", changes=(change,)).verdicts["premiums.pricing"]
    amounts = [each for each in verdict["differences"] if each["column"] == "amount_cents"]
    assert [(each["stored"], each["rerun"]) for each in amounts] == [(1_500, 3_000)]


def test_a_draft_that_nobody_published_shows_what_it_would_change_and_is_kept_as_it_was(
    book: Book, spool: Spool, dearer: Path
) -> None:
    draft = rulebook_in(dearer)
    answer = run(book, spool, "M1", rulebook="draft:dearer", draft=draft, stages=("premiums.pricing",))
    told = answer.verdicts["premiums.pricing"]["differences"]
    amounts = {(each["stored"], each["rerun"]) for each in told if each["column"] == "amount_cents"}
    assert amounts == {(3_000, 3_100)}
    assert answer.question.point.rulebook_version == draft.version
    (dearer / "care.yaml").unlink()
    kept = draft_of(spool, answer.number)
    assert kept is not None and kept.version == draft.version
    assert draft_of(spool, run(book, spool, "M1").number) is None
    assert spool.head_of(answer.number)["request"]["rulebook"] == "draft:dearer"
    Spool(spool.folder, expires_after_seconds=-1).purge()
    assert not list(spool.folder.glob(f"{answer.number}.*"))


def test_a_change_that_names_nothing_is_refused(book: Book, spool: Spool) -> None:
    with pytest.raises(ChangeRefused, match="TABLE:REF:COLUMN"):
        change_written("E2 ends in March")
    asked = Asked(
        "K1", "ana", "engineering", WHY, changes=(change_written("enrolment:E9:last_day=2025-02-28"),)
    )
    answer = rerun(book.database, book.server, asked, spool, limits=PATIENT)
    assert answer.outcome is not None
    assert answer.outcome.status == "failed"
    assert "is among the inputs" in answer.errors[0]["message"]


def test_a_trace_tells_the_calls_of_the_rules_with_their_tables(book: Book, spool: Spool) -> None:
    answer = run(book, spool, "D1#1", trace="calls")
    lines = spool.read_as(answer.number, "engineering")
    names = {event[1]: event[3] for event in lines[1:] if event[0] == "function"}
    called = [names[event[3]] for event in lines[1:] if event[0] == "call"]
    assert called[0] == "expected_reimbursements"
    assert {"matched", "with_base_and_rate", "with_decided", "decision_rows"} <= set(called)
    returned = [event[3] for event in lines[1:] if event[0] == "return"]
    assert any("secu_cents" in value.get("new", []) or value.get("new") for value in returned)
    sources = {event[1]: event[2] for event in lines[1:] if event[0] == "source"}
    assert sources[0][0].startswith("def expected_reimbursements")
    assert lines[-1][0] == "outcome"


def test_the_outline_of_a_run_leads_to_the_values_of_each_call(book: Book, spool: Spool) -> None:
    answer = run(book, spool, "M1", trace="calls", stages=("premiums.pricing", "claims.decisions"))
    told, end = spool.outline(answer.number, 0, 64_000_000)
    lines = [json.loads(line) for line in told.splitlines()]
    assert spool.outline(answer.number, end, 1_000) == (b"", end)
    events = [event for event in spool.read(answer.number)[1:] if event[0] in ("call", "return")]
    calls = [line for line in lines if line[0] == "c"]
    assert [line[1] for line in calls] == list(range(len(calls))), "numbered through both stages"
    assert len(calls) == sum(event[0] == "call" for event in events)
    found = spool.events_at(answer.number, [line[5] for line in calls])
    assert found == [event for event in events if event[0] == "call"]
    functions = {line[1]: line[3] for line in lines if line[0] == "f"}
    assert {functions[line[3]] for line in calls} >= {"expected_premiums", "expected_reimbursements"}
    with pytest.raises(NoSuchResult, match="begins at byte"):
        spool.events_at(answer.number, [calls[0][5] + 1])


def test_a_started_run_fills_its_result_by_itself(book: Book, spool: Spool) -> None:
    asked = Asked("D1#1", "ana", "engineering", WHY, own=True, trace="calls")
    answer = started(book.database, book.server, asked, spool, PATIENT)
    deadline = time.monotonic() + 240
    while spool.is_under_way(answer.number):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    brief = spool.brief(answer.number)
    assert [event[2]["same"] for event in brief if event[0] == "verdict"] == [True]
    assert brief[-1][0] == "outcome"
    assert spool.head(answer.number, "engineering")["request"]["name"] == "D1#1"
    assert [head["number"] for head in spool.heads()] == [answer.number]


def test_a_single_step_of_adjudication_is_run_with_what_the_steps_before_it_leave(
    book: Book, spool: Spool
) -> None:
    answer = run(book, spool, "D1#1", stages=("claims.step.with_left",), trace="calls")
    lines = spool.read(answer.number)
    called = [event for event in lines[1:] if event[0] == "call" and event[2] is None]
    assert len(called) == 1, "the steps before it are inputs and not traced"
    returned = next(event for event in lines[1:] if event[0] == "return" and event[1] == 0)
    assert "left_cents" in returned[3]["new"]


def test_lines_of_a_chosen_function_are_told(book: Book, spool: Spool) -> None:
    chosen = ("avenant.core.claims.adjudication.payers.with_left",)
    answer = run(book, spool, "D1#1", trace="lines", lines_of=chosen)
    assert [event for event in spool.read(answer.number)[1:] if event[0] == "lines"]


def test_who_asked_and_why_is_written_before_the_run(book: Book, spool: Spool) -> None:
    answer = run(book, spool, "D1#1")
    with book.database.connect() as connection:
        row = connection.execute(
            "SELECT actor, role, subject_kind, subject_ref, reason FROM rerun_request WHERE rerun_id = %s",
            [answer.number],
        ).fetchone()
    assert row == ("ana", "engineering", "act", "D1#1", WHY)


def test_the_result_tells_the_limits_under_which_it_was_made(book: Book, spool: Spool) -> None:
    number = run(book, spool, "D1#1").number
    assert Limits(**spool.head_of(number)["limits"]) == PATIENT


def test_nothing_stored_holds_what_the_role_may_not_see(book: Book, spool: Spool) -> None:
    for name in ("M1", "C1", "AVP-2025-000001"):
        run(book, spool, name, trace="calls")
    stored = b"".join(path.read_bytes() for path in spool.folder.iterdir())
    for secret in [*CANARY.split(), "Canari", "upset"]:
        assert secret.encode() not in stored
        assert json.dumps(secret)[1:-1].encode() not in stored


def test_a_result_is_kept_for_its_own_mask_and_for_a_day(book: Book, spool: Spool) -> None:
    number = run(book, spool, "D1#1").number
    assert spool.folder.stat().st_mode & 0o077 == 0
    assert spool.read_as(number, "auditor"), "who may read everything may read this"
    with pytest.raises(MaskRefused, match="developer"):
        spool.read_as(number, "developer")
    assert Spool(spool.folder, expires_after_seconds=-1).purge() == 1
    with pytest.raises(NoSuchResult):
        spool.read(number)


def test_an_expired_result_is_removed_when_somebody_looks_at_the_list(book: Book, spool: Spool) -> None:
    old, kept = run(book, spool, "D1#1").number, run(book, spool, "M1").number
    long_ago = time.time() - 25 * 3600
    os.utime(spool.folder / f"{old}.jsonl", (long_ago, long_ago))
    assert [head["number"] for head in spool.heads()] == [kept]
    assert not list(spool.folder.glob(f"{old}.*"))


def test_runs_beyond_the_places_wait_and_are_refused_after_a_while(spool: Spool) -> None:
    few = Spool(spool.open().folder, most_at_once=1)
    waited: list[str] = []

    def wait() -> None:
        with few.place(wait_seconds=30):
            waited.append("got a place")

    with few.place():
        with pytest.raises(QueueFull, match="try again"), few.place(wait_seconds=0.1):
            pass
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not waited
    waiting.join(timeout=30)
    assert waited == ["got a place"]


@pytest.mark.parametrize("name", ["AV-2025-000001", "AVP-2025-000001", "D1"])
def test_what_no_rule_decides_takes_no_changed_input(name: str, book: Book, spool: Spool) -> None:
    change = change_written("enrolment:E2:last_day=2025-02-28")
    asked = Asked(name, "ana", "engineering", WHY, own=True, changes=(change,))
    with pytest.raises(ChangeRefused, match="its member, contract or act"):
        rerun(book.database, book.server, asked, spool)


def test_a_double_click_is_one_run(book: Book, spool: Spool) -> None:
    asked = Asked("C1", "ana", "engineering", WHY, trace="calls")
    answers: list[Rerun] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(rerun(book.database, book.server, asked, spool, limits=PATIENT))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.number for answer in answers}) == 1
    assert sorted(answer.joined for answer in answers) == [False, True]


def test_a_machine_without_isolation_refuses_until_somebody_accepts() -> None:
    bare = Isolation("none", "bubblewrap is not installed", tuple(UNSTOPPED))
    with pytest.raises(NotIsolated, match="read any file"):
        refuse_unless_isolated(bare, accepted=False)
    refuse_unless_isolated(bare, accepted=True)


def test_without_isolation_a_run_that_was_accepted_still_gives_what_is_stored(
    book: Book, spool: Spool
) -> None:
    bare = Isolation("none", "nothing", tuple(UNSTOPPED))
    asked = Asked("D1#1", "ana", "engineering", WHY, own=True)
    answer = rerun(book.database, book.server, asked, spool, limits=PATIENT, isolation=bare, accepted=True)
    assert answer.verdicts["claims.decisions"]["same"]


def test_an_unknown_name_is_refused_with_what_can_be_named(book: Book, spool: Spool) -> None:
    with pytest.raises(UnknownRef, match="AVP-2026-000001"):
        rerun(book.database, book.server, Asked("nobody", "ana", "engineering", WHY), spool)
