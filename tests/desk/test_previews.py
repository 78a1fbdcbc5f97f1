"""Previews in the desk: who may begin one, what it needs, its progress, and its result with ways onward."""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from avenant.core.importing import (
    account_rules,
    contract_rules,
    enrolment_rules,
    member_rules,
    overlaps,
    typed,
)
from avenant.core.previews.words import WORDS
from avenant.desk import facts_sent
from avenant.desk.pages import previews
from avenant.flows import preview_process as process
from avenant.flows.preview_told import fields
from avenant.flows.previewing_book import previewed_book
from avenant.flows.reruns.carrying_out import name_of
from avenant.flows.trying_news import news_in
from avenant.gateways.rulebook_files import shipped_folder
from avenant.rerun.isolation import isolation_here
from avenant.store.database import Connection, Database
from avenant.store.setup import Server

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
ASKED = {"rulebook": "dearer", "day": "", "reason": "prices of next year"}


@pytest.fixture
def desk(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The desk with a folder of previews of its own, and a draft named dearer: every price by age is 1 € more."""
    monkeypatch.setattr(previews, "server_from_environment", lambda: server)
    monkeypatch.setattr(previews, "default_folder", lambda: tmp_path / "home")
    drafts = tmp_path / "drafts"
    draft = drafts / "dearer"
    for source in shipped_folder().rglob("*"):
        target = draft / source.relative_to(shipped_folder())
        if source.suffix in (".yaml", ".csv"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    plan = draft / "fr-individual.yaml"
    dearer = partial(re.sub, r"(?m)(^ {10}[\d+-]+: )(\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}")
    prices = dearer(plan.read_text())
    assert prices != plan.read_text()
    plan.write_text(prices)
    monkeypatch.setenv("AVENANT_RULEBOOKS", str(drafts))
    yield tmp_path


def finished(client: Client, address: str, seconds: float = 90) -> str:
    """The page of a preview once it has ended."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        progress = client.get(f"{address}/progress")
        assert progress.status_code == 200
        if "HX-Refresh" in progress:
            return client.get(address).content.decode()
        time.sleep(0.2)
    raise AssertionError(f"the preview did not end within {seconds} s")


@pytest.mark.skipif(not isolation_here().is_complete, reason="nothing isolates a run on this machine")
def test_a_draft_is_computed_apart_and_told_with_ways_onward(
    desk: Path, enter: Enter, own_book: Database
) -> None:
    client = enter("operations", own_book)
    head = own_book.head()
    answer = client.post("/previews/start", ASKED)
    assert answer.status_code == 302
    page = finished(client, answer["Location"])
    assert "By plan" in page and "How the moves are spread" in page and "/cover" in page, page[-3000:]
    assert own_book.head() == head
    values = json.loads(client.get(f"{answer['Location']}/file/json").content)
    assert values["charges"] > 0 and values["largest"][0]["member_ref"] in page
    report = client.get(f"{answer['Location']}/file/html")
    assert report["Content-Disposition"].startswith("attachment") and b"<script" not in report.content
    assert "dearer" in client.get("/previews").content.decode()
    engineer = enter("engineering", own_book).get(answer["Location"]).content.decode()
    case = re.search(r'href="(/rerun\?subject=[^"]*)"', engineer)
    assert case is not None and "rulebook=draft%3Adearer" in case[1], (
        "a case opens under the draft that moved it"
    )
    form = enter("engineering", own_book).get(html.unescape(case[1])).content.decode()
    assert '<option value="draft:dearer" selected>' in form
    with own_book.connect() as connection:
        asked = connection.execute("SELECT actor, subject_kind, reason FROM rerun_request").fetchall()
    assert asked == [("operations", "book", "prices of next year")]


def test_only_authorised_people_begin_a_preview(desk: Path, enter: Enter, played_book: Database) -> None:
    for role in ("care", "claims", "auditor"):
        assert enter(role).post("/previews/start", ASKED).status_code == 403
    assert enter("care").get("/previews").status_code == 403
    assert 'name="rulebook"' not in enter("auditor").get("/previews").content.decode()
    assert 'name="rulebook"' in enter("administrator").get("/previews").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"reason": "no"}, {"rulebook": "../../etc"}, {"day": "tomorrow"}, {"reason": ""}]
)
def test_a_form_that_says_too_little_is_refused_in_a_sentence(
    wrong: dict[str, str], desk: Path, enter: Enter, played_book: Database
) -> None:
    answer = enter("operations").post("/previews/start", ASKED | wrong)
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()


def test_a_preview_that_failed_says_why(desk: Path, enter: Enter, played_book: Database) -> None:
    spool = previews.spool()
    head = {"number": "a" * 32, "asked_at": "2026-01-01T09:00:00+00:00", "actor": "ana", "reason": "a test"}
    name = name_of(played_book)
    asked = {"database": name, "question": {"rulebook": None, "business_date": "2026-01-01"}}
    result = spool.begin("a" * 32, head | asked)
    client = enter("operations")
    assert "The book is being read" in client.get(f"/previews/{'a' * 32}").content.decode().replace(
        "It begins: the", "The"
    )
    result.write(["error", None, {"type": "FamiliesRaise", "message": "twenty families raise"}])
    result.close()
    assert "twenty families raise" in client.get(f"/previews/{'a' * 32}").content.decode()
    assert client.get(f"/previews/{'a' * 32}/file/html").status_code == 404
    assert client.get(f"/previews/{'b' * 32}").status_code == 404


LEFT = "ref,contract_ref,member_ref,plan,level,valid_from,last_day\n"


def file(name: str, content: str | bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def zipped(**files: str) -> SimpleUploadedFile:
    """A zip as a file manager makes it: the files in a folder, and what it leaves beside them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("facts/", "")
        packed.writestr("__MACOSX/facts/._enrolments.csv", "of no use")
        for name, content in files.items():
            packed.writestr(f"facts/{name}.csv", content)
    return file("facts.zip", made.getvalue())


def some_who_leave(book: Database, how_many: int = 2) -> str:
    """Enrolments without an end, as a file that ends them in the middle of the book's last month."""
    with book.connect() as connection:
        rows = connection.execute(
            """SELECT e.ref, c.ref, m.ref, e.plan, e.level, e.valid_from
               FROM enrolment e JOIN contract c ON c.contract_id = e.contract_id AND c.version = 1
               JOIN member m ON m.member_id = e.member_id AND m.version = 1
               WHERE e.valid_to IS NULL AND e.version = 1 AND NOT e.withdrawn
                 AND NOT EXISTS (SELECT FROM enrolment l WHERE l.enrolment_id = e.enrolment_id AND l.version > 1)
               ORDER BY e.enrolment_id LIMIT %s""",
            [how_many],
        ).fetchall()
    return LEFT + "".join(",".join(map(str, row)) + ",2026-01-15\n" for row in rows)


def everything(book: Database) -> dict[str, list[str]]:
    """Every row of every table but what the desk itself notes: its visits, its sessions, who asked for a preview."""
    notes = {"desk_visit", "django_session", "rerun_request", "desk_cache", "desk_user"}
    with book.connect() as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            name: [str(row) for (row,) in connection.execute(f"SELECT t::text FROM {name} AS t ORDER BY 1")]
            for (name,) in tables
            if name not in notes and has_select(connection, name)
        }


def has_select(connection: Connection, table: str) -> bool:
    """Whether the application may read a table."""
    row = connection.execute("SELECT has_table_privilege(%s, 'SELECT')", [table]).fetchone()
    return row is not None and bool(row[0])


def what_it_says(values: dict[str, object]) -> dict[str, object]:
    """A report without how long it took, and by which state of a working copy that may change meanwhile."""
    return {name: value for name, value in values.items() if name not in ("seconds", "code_version")}


@pytest.mark.parametrize("packed", [False, True], ids=["csv", "zip"])
def test_facts_are_previewed_as_the_command_previews_them_and_nothing_is_written(
    packed: bool, desk: Path, enter: Enter, own_book: Database, tmp_path: Path
) -> None:
    told = some_who_leave(own_book)
    sent = zipped(enrolments=told) if packed else file("enrolments.csv", told)
    before, client = everything(own_book), enter("operations", own_book)
    asked = {"rulebook": "", "day": "", "reason": "a list of departures", "facts": [sent]}
    answer = client.post("/previews/start", asked)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    page = finished(client, answer["Location"])
    assert "By plan" in page and "2 enrolments" in page and "/cover" in page, page[-3000:]
    values = json.loads(client.get(f"{answer['Location']}/file/json").content)
    assert values["charges"] > 0
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "enrolments.csv").write_text(told)
    by_command = previewed_book(own_book, own_book.today(), news=news_in(own_book, folder))
    assert what_it_says(values) == what_it_says(json.loads(json.dumps(fields(by_command))))
    assert everything(own_book) == before
    with own_book.connect() as connection:
        noted = connection.execute("SELECT actor, reason, options FROM rerun_request").fetchall()
        at_work = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'avenant preview%'"
        ).fetchone()
    day = own_book.today().isoformat()
    options = {"business_date": day, "rulebook": None, "facts": {"enrolments": 2}}
    assert noted == [("operations", "a list of departures", options)]
    assert at_work == (0,)


def test_facts_need_the_permission_to_tell_them(desk: Path, enter: Enter, played_book: Database) -> None:
    asked = ASKED | {"rulebook": "", "facts": [file("enrolments.csv", LEFT)]}
    for role in ("engineering", "administrator"):
        client = enter(role)
        assert 'name="facts"' not in client.get("/previews").content.decode()
        answer = client.post("/previews/start", asked)
        assert answer.status_code == 403 and "whoever may tell them" in answer.content.decode()
    assert 'name="facts"' in enter("operations").get("/previews").content.decode()
    assert not list(previews.spool().heads())


BAD = "E-1,C-404,,dental,standard,31/01/2026,\nE-2,C-404,M-1,dental,standard,2026-01-01\n"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_rows_that_cannot_be_right_are_told_one_by_one(
    language: str, desk: Path, enter: Enter, own_book: Database
) -> None:
    client = in_language(enter, own_book, language)
    asked = ASKED | {"rulebook": "", "facts": [file("enrolments.csv", LEFT + BAD)]}
    answer = client.post("/previews/start", asked)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and 'role="alert"' in page
    told = re.findall(r'<tr class="row"><td>enrolments.csv<br><span class="quiet">([^<]*)</span>', page)
    line = {"en": "line", "fr": "ligne"}[language]
    assert told == [f"{line} 2 · valid_from", f"{line} 3"], page
    said = {
        "en": ("Write it as YYYY-MM-DD", "cannot be right, and nothing was previewed"),
        "fr": ("écrivez AAAA-MM-JJ", "sont impossibles ; rien n’a été calculé"),
    }[language]
    assert all(words in page for words in said), page
    assert not list(previews.spool().heads())


NO_IMPORT: list[tuple[list[tuple[str, bytes]], int, str]] = [
    ([("notes.txt", b"hello")], 400, "notes.txt"),
    ([("enrolments.csv", b"")], 400, "enrolments.csv"),
    ([("enrolments.csv", b"ref;valid_from\n")], 400, "enrolments.csv"),
    ([("enrolments.csv", "réf".encode("utf-16"))], 400, "enrolments.csv"),
    ([("enrolments.csv", LEFT.encode())], 400, "no row|aucune ligne"),
    ([("enrolments.csv", LEFT.encode()), ("enrolments.csv", LEFT.encode())], 400, "enrolments.csv"),
    ([("facts.zip", b"PK\x03\x04 torn")], 400, "facts.zip"),
    ([("enrolments.csv", b"x" * (facts_sent.MOST_BYTES + 1))], 413, "MiB|Mio"),
]


def test_files_that_are_none_of_an_import_are_refused_in_a_sentence(
    desk: Path, enter: Enter, own_book: Database
) -> None:
    told = {language: list(refusals(in_language(enter, own_book, language))) for language in ("en", "fr")}
    assert len(told["en"]) == len(NO_IMPORT)
    assert all(english != french for english, french in zip(*told.values(), strict=True)), told


def refusals(client: Client) -> Iterator[str]:
    """The sentence that each of NO_IMPORT is refused with."""
    for files, status, said in NO_IMPORT:
        sent = [file(name, content) for name, content in files]
        answer = client.post("/previews/start", ASKED | {"rulebook": "", "facts": sent})
        page = html.unescape(answer.content.decode())
        alert = re.search(r'role="alert">([^<]*)<', page)
        assert alert is not None and answer.status_code == status, (files[0][0], page[-2000:])
        assert re.search(said, alert[1]), alert[1]
        yield alert[1]


def in_language(enter: Enter, book: Database, language: str) -> Client:
    """Somebody of operations who reads this language."""
    client = enter("operations", book)
    from avenant.desk.models import User

    User.objects.filter(username="operations").update(language=language)
    return client


def test_a_zip_that_unpacks_without_end_is_not_unpacked(
    desk: Path, enter: Enter, played_book: Database
) -> None:
    bomb = zipped(members="x" * (facts_sent.MOST_BYTES - 9), enrolments="x" * (facts_sent.MOST_BYTES - 9))
    answer = enter("operations").post("/previews/start", ASKED | {"rulebook": "", "facts": [bomb]})
    assert answer.status_code == 413


def test_a_desk_that_is_stopped_ends_the_preview_of_facts_that_it_began(own_book: Database) -> None:
    asked = {
        "business_date": "2026-02-28",
        "rulebook": None,
        "url": own_book.url,
        "called": "avenant preview of a test",
    }
    desk = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    request = asked | {"desk": desk.pid, "news": {}}
    child = subprocess.Popen(
        [sys.executable, "-m", process.CHILD], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        child.communicate(json.dumps(request).encode(), timeout=60)
        assert child.returncode == 1, "its parent is not the desk that it was told of"
    finally:
        for each in (desk, child):
            each.kill()
            each.wait()


def test_every_reason_for_which_an_import_refuses_a_row_has_french_words() -> None:
    rules = [
        *(contract_rules.IDENTITY, contract_rules.CONTENT, member_rules.IDENTITY, member_rules.CONTENT),
        *(member_rules.FAMILY, [member_rules._ABANDONS], member_rules._birth_rules(date(2026, 1, 1))),
        *(enrolment_rules.IDENTITY, enrolment_rules.CONTENT, enrolment_rules.PRICE_RULES),
        *([enrolment_rules.CURRENCY_MISMATCH, overlaps.OVERLAP], account_rules.BALANCES),
        *(account_rules.APPROVALS, account_rules.PEOPLE, typed._date_rules("last_day")),
        [typed._number_rule("amount_cents"), typed._yes_no_rule("withdrawn")],
    ]
    reasons = {rule.reason for some in rules for rule in some}
    reasons |= {
        "unknown plan",
        "unknown level",
        "wrong number of values",
        "unknown contract",
        "unknown member",
    }
    assert len(reasons) > 30
    unsaid = sorted(reason for reason in reasons if facts_sent.words_of(reason) == "preview_rows.other")
    assert not unsaid


def test_the_words_of_previews_are_in_both_languages() -> None:
    assert all(english and french for english, french in WORDS.values())
