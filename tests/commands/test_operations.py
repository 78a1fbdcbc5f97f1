"""An operations person at the command line: what is held, parked, to be forgotten, or cannot be right."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.flows import invoicing, nightly, publishing
from avenant.gateways import postgres
from avenant.store.database import Database
from avenant.store.setup import Server, create_book
from tests.flows.checked_books import rulebook

Told = Callable[..., Result]
CASES = Path(__file__).parents[2] / "cases"
CONTRACTS = "ref,kind,currency\nC-1,company,EUR\n"
MEMBERS = "ref,role,birth_date,primary_ref\nM-1,primary,1990-05-03,\nM-2,partner,1991-05-03,M-1\n"
ENROLMENTS = "ref,contract_ref,member_ref,plan,level,valid_from,last_day\n"
PEOPLE = "member_ref,kind,value\nM-1,name,Nora Leroy\nM-1,address,12 rue des Lilas\nM-2,name,Sam Leroy\n"


@pytest.fixture
def book(server: Server, template: str) -> Iterator[Database]:
    """An empty book whose plan `solo` lets changes reach back three months; it is the end of June 2026."""
    name = f"operated_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2026, 1, 1))
    db.simulate(datetime(2026, 6, 30, 9, tzinfo=UTC))
    publishing.publish(db, rulebook(retroactivity_months=3))
    yield db
    server.drop_database(name)


@pytest.fixture
def told(server: Server, book: Database, monkeypatch: pytest.MonkeyPatch) -> Told:
    """`avenant WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = book.url.rsplit("/", 1)[-1].partition("?")[0]
    return lambda *words, **typed: CliRunner().invoke(app, [*words, "--database", name], **typed)


def enrolments(*rows: str) -> str:
    return ENROLMENTS + "".join(f"{row}\n" for row in rows)


@pytest.fixture
def imported(told: Told, tmp_path: Path) -> Callable[..., None]:
    """Import CSV files given as text: `imported(members="ref,…")`."""

    def run(**files: str) -> None:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        for table, text in files.items():
            (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        result = told("import", str(folder))
        assert result.exit_code == 0, result.output

    return run


@pytest.fixture
def booked(imported: Callable[..., None], book: Database) -> None:
    """M-1 under a plan with a limit, at 50 € a month, booked and invoiced up to June."""
    imported(
        contracts=CONTRACTS,
        members=MEMBERS,
        people=PEOPLE,
        enrolments=enrolments("E-1,C-1,M-1,solo,standard,2026-01-01,"),
    )
    nightly.run(book, date(2026, 6, 30))
    invoicing.run(book, "company", date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.usefixtures("booked")
def test_what_reaches_too_far_back_is_listed_approved_by_import_and_booked_the_next_night(
    told: Told, imported: Callable[..., None]
) -> None:
    imported(enrolments=enrolments("E-1,C-1,M-1,solo,standard,2026-01-01,2026-01-31"))
    night = told("nightly", "--date", "2026-07-05", "--workers", "0")
    assert night.exit_code == 1 and "premiums held" in night.output
    waiting = told("premiums", "held")
    assert waiting.output == "C-1  M-1  2026-02 to 2026-03, 2 months: -100.00 EUR\n"
    imported(approvals="contract_ref,member_ref,from_month,through_month\nC-1,M-1,2026-02-01,2026-03-01\n")
    assert told("nightly", "--date", "2026-07-06", "--workers", "0").exit_code == 0
    assert told("premiums", "held").output == "Nothing waits for an approval.\n"
    shown = json.loads(told("premiums", "show", "--member", "M-1", "--json").stdout)
    assert [(row["month"], row["amount_cents"]) for row in shown] == [("2026-01-01", 5_000)]


@pytest.mark.usefixtures("booked")
def test_an_approval_of_half_a_month_is_refused(told: Told, tmp_path: Path) -> None:
    header = "contract_ref,member_ref,from_month,through_month\n"
    (tmp_path / "approvals.csv").write_text(header + "C-1,M-1,2026-02-15,2026-03-01\n", encoding="utf-8")
    result = told("import", str(tmp_path))
    assert (result.exit_code, "approvals.csv:2, from_month '2026-02-15'" in result.output) == (1, True)
    assert "not a month" in result.output and "write the first of the month" in result.output


@pytest.mark.usefixtures("booked")
def test_a_family_parked_before_its_month_is_booked_is_named_by_the_invoice_run(
    told: Told, imported: Callable[..., None]
) -> None:
    imported(
        enrolments=enrolments(
            "E-1,C-1,M-1,staff,standard,2026-01-01,2026-06-30",
            "E-2,C-1,M-2,staff,standard,2026-01-01,",
        )
    )
    assert told("nightly", "--date", "2026-07-31", "--workers", "0").exit_code == 1
    run = told("invoices", "run", "company", "2026-07", "--date", "2026-07-31")
    assert run.exit_code == 1, run.output
    assert "left out, parked: M-1" in run.output


@pytest.mark.usefixtures("booked")
def test_a_member_is_forgotten_by_name_and_once(told: Told) -> None:
    assert told("db", "erase", "M-1", input="n\n").exit_code == 1
    assert told("db", "erase", "M-1", "--yes").output == "erased 2 personal details of member M-1\n"
    assert json.loads(told("db", "erase", "M-1", "--json").stdout) == {"member": "M-1", "erased": 0}
    assert "erased on 2026-06-30" in told("invoices", "show", "AV-2026-000001").output
    assert told("check").exit_code == 0


@pytest.mark.usefixtures("booked")
def test_what_was_kept_long_enough_is_forgotten_of_everybody(
    told: Told, imported: Callable[..., None], book: Database
) -> None:
    imported(enrolments=enrolments("E-1,C-1,M-1,solo,standard,2026-01-01,2026-06-30"))
    assert told("db", "erase", "--expired", "--yes").output == "nothing was left to erase\n"
    book.simulate(datetime(2031, 7, 1, 9, tzinfo=UTC))
    assert told("db", "erase", "--expired", "--yes").output.startswith(
        "erased 3 personal details of everybody"
    )


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize(
    ("words", "explanation"),
    [
        (["db", "erase", "M-404", "--yes"], "no member has the number 'M-404'"),
        (["db", "erase"], "whom to erase?"),
        (["invoices", "list", "--contract", "C-404"], "no contract has the number 'C-404'"),
        (["invoices", "list", "--known-at", "2026-06-30"], "not over yet, it is 2026-06-30 11:00 in Paris"),
        (["invoices", "show", "AV-2026-000001", "--out", "nowhere/x.txt"], "cannot be written"),
        (["premiums", "held", "--known-at", "2027-01-01"], "is not over yet"),
    ],
)
def test_what_cannot_be_right_is_refused_in_a_sentence(
    told: Told, words: list[str], explanation: str
) -> None:
    result = told(*words)
    assert (result.exit_code, explanation in result.output) == (2, True), result.output


@pytest.mark.usefixtures("booked")
def test_a_settlement_of_zero_counts_as_invoiced_in_the_history(
    told: Told, imported: Callable[..., None], book: Database
) -> None:
    imported(enrolments=enrolments("E-1,C-1,M-1,solo,standard,2026-01-01,2026-06-30"))
    book.simulate(book.now() + timedelta(days=1))
    imported(members="ref,role,birth_date\nM-1,primary,1990-05-04\n")
    nightly.run(book, date(2026, 7, 31))
    invoicing.run(book, "company", date(2026, 7, 1), date(2026, 7, 31))
    history = json.loads(told("premiums", "history", "--member", "M-1", "--json").stdout)
    assert [row for row in history if row["invoice"] is None] == []


def test_cases_without_a_server_end_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@localhost:1/book")
    result = CliRunner().invoke(app, ["case", "run", str(CASES / "06-pmss"), "--quiet"])
    assert result.exit_code == 1 and "refused" in result.output and "secret" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ["premiums", "held"],
        ["premiums", "show", "--member", "M-1"],
        ["invoices", "list"],
        ["check"],
        ["rulebook", "publish"],
        ["db", "erase", "M-1", "--yes"],
        ["nightly", "--date", "2026-06-30"],
    ],
)
def test_a_server_that_does_not_answer_or_has_no_such_database_is_a_sentence(
    words: list[str], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@localhost:1/book")
    silent = CliRunner().invoke(app, words)
    assert silent.exit_code == 1 and "refused" in silent.output and "secret" not in silent.output
    monkeypatch.undo()
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    missing = CliRunner().invoke(app, [*words, "--database", "nowhere"])
    assert (missing.exit_code, "there is no database 'nowhere'" in missing.output) == (2, True), (
        missing.output
    )
