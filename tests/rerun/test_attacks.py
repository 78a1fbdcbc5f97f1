"""Code under a re-run that attacks: nothing changes, everybody else goes on, and the run says what stopped it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avenant.flows.reruns.asking import rerun
from avenant.flows.reruns.carrying_out import Asked, Rerun
from avenant.rerun.guard import Limits, Program
from avenant.rerun.isolation import isolation_here
from avenant.rerun.outline import way_out
from avenant.rerun.spool import Spool
from tests.rerun.attacking import ATTACKS, SECRET
from tests.rerun.conftest import Book

pytestmark = pytest.mark.skipif(
    not isolation_here().is_complete, reason="the attacks need a machine that stops them"
)
HERE = Path(__file__).parent
PATIENT = Limits(seconds=240)


# Of this database: the server is shared with the other worker's tests, which take locks of their own.
ADVISORY_LOCKS = """pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def everything(book: Book) -> dict[str, Any]:
    """What the whole database holds: each table's rows, sequences, large objects, locks."""
    with book.database.connect() as connection:
        tables = [
            name
            for (name,) in connection.execute(
                """SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'rerun_request'
                   ORDER BY 1"""
            )
        ]
        held = {
            name: connection.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} AS t"
            ).fetchone()
            for name in tables
        }
        held["sequences"] = connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
        ).fetchall()  # type: ignore[assignment]
        for name in ("pg_largeobject_metadata", ADVISORY_LOCKS):
            held[name] = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    return held


@pytest.fixture
def unchanged(book: Book) -> Iterator[None]:
    """Nothing in the database is other than before, the book answers, and no backend of a re-run is left."""
    before = everything(book)
    yield
    assert everything(book) == before
    assert book.database.head() > 0
    with book.database.connect() as connection:
        query = """SELECT count(*) FROM pg_stat_activity
                   WHERE usename = 'avenant_rerun' AND datname = current_database()"""
        for _ in range(50):
            (left,) = connection.execute(query).fetchone() or (0,)
            if not left:
                return
            time.sleep(0.1)
    raise AssertionError("a backend of the re-run is left")


def attack(
    book: Book,
    tmp_path: Path,
    name: str,
    limits: Limits = PATIENT,
    trace: str = "off",
    role: str = "auditor",
) -> Rerun:
    asked = Asked(
        "M1",
        "eve",
        role,
        "attack",
        stages=(f"attack.{name}",),
        trace=trace,
        modules=("attacking", "__main__"),
    )
    program = Program("attacking", (HERE,))
    return rerun(book.database, book.server, asked, Spool(tmp_path / "spool"), limits=limits, program=program)


def answers(found: Rerun, name: str) -> dict[str, str]:
    assert found.outcome is not None
    assert found.outcome.is_done, (found.outcome, found.errors)
    pairs = found.results[f"attack.{name}"]["value"]["pairs"]
    return {key["value"]: value["value"] for key, value in pairs}


@pytest.mark.parametrize("name", ["sql.write", "sql.sneak", "sql.functions", "orm", "roles"])
def test_the_database_cannot_be_written_nor_entered_as_anybody_else(
    name: str, book: Book, tmp_path: Path, unchanged: None
) -> None:
    found = attack(book, tmp_path, name)
    for tried, came in answers(found, name).items():
        assert not came.startswith("did it"), f"{tried}: {came}"
    if name in ("sql.write", "sql.sneak", "roles"):
        assert found.outcome is not None
        assert found.outcome.refused, "the door's refusals are told"


def test_no_file_is_read_or_written_outside(book: Book, tmp_path: Path, unchanged: None) -> None:
    for tried, came in answers(attack(book, tmp_path, "files"), "files").items():
        assert not came.startswith("did it"), f"{tried}: {came}"


def test_there_is_no_network_and_no_other_server(book: Book, tmp_path: Path, unchanged: None) -> None:
    came = answers(attack(book, tmp_path, "sockets"), "sockets")
    assert came["tcp"].startswith("NothingLeaves")
    assert came["past the interpreter"].startswith("OSError")
    assert came["servers"] == "did it: []"
    assert "eth" not in came["interfaces"] and "lo" in came["interfaces"]


def test_what_wants_to_leave_is_recorded_and_does_not(book: Book, tmp_path: Path, unchanged: None) -> None:
    found = attack(book, tmp_path, "sends", trace="calls")
    came = answers(found, "sends")
    for tried, what in came.items():
        assert "nothing leaves a re-run" in what, f"{tried}: {what}"
    said = [way_out(event) for event in found.outgoing]
    assert len(said) == len(came) + 1, "each is told once; a mail asks for the own name first"
    for way in (
        "alert: kinds slack, ",
        "mail: host mail.example, port 25",
        "request: kind https",
        "connection: ",
        "program: program env",
    ):
        assert any(each.startswith(way) for each in said), (way, said)
    told = (tmp_path / "spool" / f"{found.number}.jsonl").read_text()
    assert SECRET not in told, "neither of addresses nor of what was to be sent by them"
    linked = next(event[1] for event in found.outgoing if event[2] == "alert")
    assert calls(told)[linked] == "_alert", "with the call that wanted it"
    assert "upset" in said[0], "an auditor reads what was to be sent"
    masked = attack(book, tmp_path, "sends", role="engineering")
    assert "upset" not in (tmp_path / "spool" / f"{masked.number}.jsonl").read_text()
    assert [event[2] for event in masked.outgoing] == [event[2] for event in found.outgoing]


def calls(told: str) -> dict[int, str]:
    """The function of each call."""
    events = [json.loads(line) for line in told.splitlines()[1:]]
    names = {event[1]: event[3] for event in events if event[0] == "function"}
    return {event[1]: names[event[3]] for event in events if event[0] == "call"}


def test_the_environment_and_the_settings_hold_no_secret(
    book: Book, tmp_path: Path, unchanged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVENANT_SECRET_KEY", "s3cr3t-canary")
    monkeypatch.setenv("PYTHONHUNTER", "module='x'")
    came = answers(attack(book, tmp_path, "environment"), "environment")
    assert "s3cr3t-canary" not in str(came)
    assert "HUNTER" not in came["environment"]
    assert "AVENANT" not in came["environment"]


def test_other_processes_are_out_of_sight_and_rights_cannot_be_won(
    book: Book, tmp_path: Path, unchanged: None
) -> None:
    came = answers(attack(book, tmp_path, "processes"), "processes")
    assert int(came["seen"]) <= 3
    assert came["become root"].startswith("PermissionError")
    assert came["user"] == "64753"


def test_no_other_process_is_ended_nor_its_group(book: Book, tmp_path: Path, unchanged: None) -> None:
    came = answers(attack(book, tmp_path, "kills parents"), "kills parents")
    assert int(came.pop("tried")) > 0
    for tried, what in came.items():
        assert not what.startswith("did it"), f"{tried}: {what}"


def test_the_door_says_nothing_to_strange_words_and_has_few_places(
    book: Book, tmp_path: Path, unchanged: None
) -> None:
    found = attack(book, tmp_path, "knocks")
    came = answers(found, "knocks")
    assert int(came.pop("many").partition(" ")[0]) < 8
    for tried, what in came.items():
        assert not what.startswith("did it"), f"{tried}: {what}"
    assert found.outcome is not None
    refused = "; ".join(found.outcome.refused)
    for words in ("cancelling other requests", "replication", "options", "connections to the database"):
        assert words in refused


def test_forks_are_counted_and_all_of_them_end(book: Book, tmp_path: Path, unchanged: None) -> None:
    came = answers(attack(book, tmp_path, "forks", Limits(seconds=240, processes=40)), "forks")
    assert came["forks"].startswith("stopped after")


@pytest.mark.parametrize(
    ("name", "limits", "status"),
    [
        ("sleeps", Limits(seconds=15), "deadline"),
        ("sleeps in the database", Limits(seconds=15), "deadline"),
        ("prints", PATIENT, "output"),
        ("tells", Limits(seconds=240, output_bytes=8 * 2**20), "output"),
        ("allocates by many", Limits(seconds=240, together_bytes=600 * 2**20), "memory"),
        ("babbles", PATIENT, "garbled"),
        ("nests", PATIENT, "garbled"),
        ("kills all", PATIENT, "killed"),
    ],
)
def test_what_does_not_end_by_itself_is_ended_and_says_why(
    name: str, limits: Limits, status: str, book: Book, tmp_path: Path, unchanged: None
) -> None:
    found = attack(book, tmp_path, name, limits)
    assert found.outcome is not None
    assert (found.outcome.status, bool(found.outcome.why)) == (status, True), found.outcome
    lines = Spool(tmp_path / "spool").read(found.number)
    assert lines[-1][1]["status"] == status, "the stored result says it too"


def test_what_a_run_did_is_seen_while_it_still_runs(book: Book, tmp_path: Path, unchanged: None) -> None:
    spool = Spool(tmp_path / "spool")
    running = threading.Thread(
        target=attack, args=[book, tmp_path, "sleeps", Limits(seconds=20)], kwargs={"trace": "calls"}
    )
    running.start()
    seen: dict[str, list[Any]] = {}
    while running.is_alive() and "s" not in seen:
        time.sleep(0.1)
        for result in spool.folder.glob("*.jsonl"):
            outline, _ = spool.outline(result.stem, 0, 2**20)
            seen |= {line[0]: line for line in map(json.loads, outline.splitlines())}
    was_under_way = running.is_alive()
    running.join()
    assert was_under_way, "the call that never ends is there before the run is ended"
    assert seen["f"][3] == "sleeps"
    assert seen["c"][3] == seen["s"][1] == seen["f"][1], "with its source, to see where"


@pytest.mark.parametrize("name", ["allocates", "recurses"])
def test_memory_and_depth_are_bounded(name: str, book: Book, tmp_path: Path, unchanged: None) -> None:
    (came,) = answers(attack(book, tmp_path, name), name).values()
    assert came.startswith(("MemoryError", "RecursionError"))


def test_a_value_that_refuses_to_be_shown_is_told_by_its_type(
    book: Book, tmp_path: Path, unchanged: None
) -> None:
    found = attack(book, tmp_path, "unspeakable", trace="calls")
    assert found.outcome is not None and found.outcome.is_done
    (item,) = found.results["attack.unspeakable"]["value"]["items"]
    assert item == {"type": "__main__.Unspeakable", "opaque": True}


def test_every_attack_is_tried() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in ATTACKS if f'"{name}"' not in text] == []
