"""A family's care as its members would tell it: every act in one event, every cent of the book in one place."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from avenant.cli import app
from avenant.core.frames.news import TABLES, News
from avenant.core.timeline import CareEvent, Selection, selected, totals
from avenant.core.timeline.wording import title, whys
from avenant.flows import events, learn, nightly, payouts, publishing
from avenant.gateways import postgres
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store import frames
from avenant.store.database import Database
from avenant.store.setup import Server, create_book

Told = Callable[..., Result]
Line = dict[str, object]
ON = date(2025, 4, 30)
PEOPLE = {"M-1": ("primary", date(1985, 5, 1), None), "M-2": ("child", date(2015, 5, 1), "M-1")}
SECU = {"base_cents": 30_00, "rate_ppm": 700_000, "secu_cents": 19_00, "retention_cents": 2_00}


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(TABLES[name]) | row for row in rows], schema=dict(TABLES[name]))


def line(code: str, day: int, charged: int, provider: str = "DR1", month: int = 3, **said: object) -> Line:
    """A line about care in the spring of 2025."""
    told = {"act_code": code, "care_from": date(2025, month, day), "charged_cents": charged}
    return told | {"provider_ref": provider, "sector": 1, "care_path": "in"} | said


def paid(base: int, rate_ppm: int, retention: int = 0) -> Line:
    """What the Sécu paid on a base."""
    secu = base * rate_ppm // 1_000_000 - retention
    return {"base_cents": base, "rate_ppm": rate_ppm, "secu_cents": secu, "retention_cents": retention}


def document(
    ref: str, *lines: Line, kind: str = "secu_return", member: str = "M-1", on: date = date(2025, 3, 25)
) -> News:
    head = {"ref": ref, "kind": kind, "payer": "amo", "member_ref": member, "currency": "EUR"}
    head["received_on"] = on  # type: ignore[assignment]
    told = [{"document_ref": ref, "line": number, **said} for number, said in enumerate(lines, start=1)]
    return News(documents=table("documents", head), care_lines=table("care_lines", *told))


def people() -> News:
    members = [
        {"ref": ref, "role": role, "birth_date": born, "primary_ref": primary}
        for ref, (role, born, primary) in PEOPLE.items()
    ]
    cover = {"contract_ref": "C-1", "plan": "fr-individual", "level": "confort", "basis": "active"}
    since = {"valid_from": date(2025, 1, 1)}
    return News(
        contracts=table("contracts", {"ref": "C-1", "kind": "individual", "currency": "EUR"}),
        members=table("members", *members),
        enrolments=table(
            "enrolments", *({"ref": f"E-{ref}", "member_ref": ref, **cover, **since} for ref in PEOPLE)
        ),
    )


def spring() -> list[News]:
    """March 2025: a visit, glasses, a stay, a crown, medicines, osteopathy, something without a tariff."""
    lens = paid(5, 600_000)
    stay = {"care_last_day": date(2025, 3, 14)}
    return [
        people(),
        document("VISIT", line("G", 3, 30_00, **SECU)),
        document(
            "GLASSES",
            line("M03", 4, 100_00, "OPTI", **lens),
            line("VU1", 4, 80_00, "OPTI", location="left", **lens),
            line("VU1", 4, 80_00, "OPTI", location="right", **lens),
        ),
        document("STAY", line("GHS", 10, 2000_00, "CLINIC", **stay, **paid(2000_00, 800_000))),
        document(
            "EXTRAS",
            line("FJ", 10, 100_00, "CLINIC", quantity=5, **stay),
            line("CHP", 10, 250_00, "CLINIC", quantity=5, **stay),
            kind="member_invoice",
        ),
        document("FEES", line("ADC", 11, 300_00, "SURGEON", **paid(200_00, 1_000_000))),
        document(
            "CROWN",
            line("INLAYCORE", 2, 150_00, "DENT", location="26", **paid(90_00, 600_000)),
            line("HBLD038", 20, 290_00, "DENT", location="26", **paid(120_00, 600_000)),
        ),
        document(
            "PHARMACY",
            line("PH7", 3, 12_00, "PHARMA", **paid(12_00, 650_000)),
            line("PH7", 3, 8_00, "PHARMA", **paid(8_00, 650_000)),
        ),
        document(
            "OSTEO",
            *(line("OSTEO", day, 60_00, "OST") for day in (5, 6, 7, 12, 19, 21)),
            kind="member_invoice",
        ),
        document("SCALING", line("HBJD001", 24, 50_00, "DENT"), kind="member_invoice"),
        document("CHILD", line("G", 6, 30_00, **SECU), member="M-2"),
    ]


@pytest.fixture(scope="module")
def book(server: Server, template: str) -> Iterator[Database]:
    """Spring told and paid in March; in April the Sécu corrects the visit; then a visit that no night has seen."""
    name = f"events_{uuid.uuid4().hex[:12]}"
    db = create_book(server, name, clock="simulated", opens=date(2025, 1, 1))
    db.simulate(datetime(2025, 3, 31, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    for news in spring():
        learn.learn(db, news, "test", "news")
    nightly.run(db, date(2025, 3, 31))
    payouts.run(db, date(2025, 3, 31), minimum_cents=1)
    db.simulate(datetime(2025, 4, 15, 9, tzinfo=UTC))
    corrected = line("G", 3, 30_00, **(SECU | {"rate_ppm": 1_000_000, "secu_cents": 28_00}))
    learn.learn(db, document("VISIT", corrected), "test", "corrected")
    nightly.run(db, date(2025, 4, 15))
    db.simulate(datetime(2025, 4, 20, 9, tzinfo=UTC))
    late = line("G", 12, 30_00, month=4, **SECU)
    learn.learn(db, document("LATE", late, on=date(2025, 4, 20)), "test", "late")
    bill = line("G", 5, 30_00, provider_ref=None)
    learn.learn(db, document("BILL", bill, kind="member_invoice"), "test", "a bill without a doctor")
    yield db
    server.drop_database(name)


@pytest.fixture
def told(server: Server, book: Database, monkeypatch: pytest.MonkeyPatch) -> Told:
    """`avenant WORDS… --database BOOK`"""
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    name = book.url.rsplit("/", 1)[-1].partition("?")[0]
    return lambda *words: CliRunner().invoke(app, [*words, "--database", name])


def the(told: events.FamilyEvents, kind: str, member: str = "M-1") -> CareEvent:
    """The oldest event of a kind."""
    return selected(told.events, Selection(member, kind))[-1]


def test_people_recognise_what_happened(book: Database) -> None:
    family = events.family_events(book, "M-2", ON)
    assert family.members == ("M-1", "M-2")
    titles = {
        kind: (title(the(family, kind), "en"), title(the(family, kind), "fr"), len(the(family, kind).acts))
        for kind in ("visit", "glasses", "hospital", "crown", "pharmacy")
    }
    assert titles == {
        "visit": ("GP’s consultation", "Consultation de généraliste", 1),
        "glasses": ("Glasses (frame and 2 lenses)", "Lunettes (monture et 2 verres)", 3),
        "hospital": ("Hospital stay (5 days)", "Séjour à l’hôpital (5 jours)", 4),
        "crown": ("Crown with its inlay-core (tooth 26)", "Couronne avec son inlay-core (dent 26)", 2),
        "pharmacy": ("Pharmacy (2 lines)", "Pharmacie (2 lignes)", 2),
    }
    assert the(family, "hospital").providers == ("CLINIC", "SURGEON")
    assert [act.messages[0].ref for act in the(family, "crown").acts] == ["CROWN#1", "CROWN#2"]


def test_every_act_is_in_one_event_and_every_cent_of_the_book_in_one_place(book: Database) -> None:
    family = events.family_events(book, "M-1", ON)
    with book.connect() as connection:
        rows = connection.execute(
            "SELECT count(DISTINCT act_id), sum(amount_cents) FROM reimbursement"
        ).fetchone()
        by_payout = connection.execute(
            "SELECT sum(amount_cents) FROM reimbursement JOIN payout_entry USING (entry_id)"
        ).fetchone()
    assert rows is not None and by_payout is not None
    acts = [act.act_id for event in family.events for act in event.acts]
    undecided = [act for event in family.events for act in event.acts if act.waits]
    assert len(acts) == len(set(acts)) == rows[0] + len(undecided)
    assert [act.waits for act in undecided] == ["not_decided_yet", "tariff_unknown", "perhaps_same_act"]
    (sums,) = totals(family.events)
    assert sums.split.ours_cents == sums.paid_cents + sums.open_cents == rows[1]
    assert sums.paid_cents == by_payout[0]
    for event in family.events:
        split = event.split
        payers = split.secu_cents + split.others_cents + split.ours_cents
        assert split.charged_cents == payers + split.out_of_pocket_cents + split.undecided_cents


def test_states_say_why(book: Database) -> None:
    family = events.family_events(book, "M-1", ON)
    scaling, late = the(family, "dental"), selected(family.events, Selection(kind="visit"))[0]
    assert (scaling.state, late.state) == ("waiting", "waiting")
    assert all(why.reason and why.next for why in (*whys(scaling, "fr"), *whys(late, "en")))
    osteopathy = selected(family.events, Selection(kind="soft_medicine"))
    assert [event.state for event in osteopathy].count("refused") >= 1
    refused = next(event for event in osteopathy if event.state == "refused")
    assert "number of sessions" in " ".join(why.reason for why in whys(refused, "en"))
    assert the(family, "visit", "M-2").state == "paid"
    assert len(selected(family.events, Selection(pending=True))) == 4


def test_a_correction_tells_before_and_after(book: Database) -> None:
    (event,) = selected(events.family_events(book, "M-1", ON).events, Selection(corrected=True))
    (change,) = event.changes
    assert (change.before.ours_cents, change.after.ours_cents) == (9_00, 0)
    assert change.known_at.startswith("2025-04-15")
    assert [(p.payout, p.amount_cents) for p in event.payments] == [("AVP-2025-000001", 9_00), (None, -9_00)]
    assert (event.state, event.open_cents) == ("to_be_paid", -9_00)


def test_the_past_is_told_as_it_was_known_and_twice_the_same(book: Database) -> None:
    then = book.revision_at(datetime(2025, 4, 1, 12, tzinfo=UTC))
    first, again = (events.family_events(book, "M-1", date(2025, 4, 1), then) for _ in range(2))
    assert first == again
    assert the(first, "visit").state == "paid" and not the(first, "visit").corrected
    assert len(selected(first.events, Selection("M-1", "visit"))) == 1


def test_envelopes_show_what_is_used_and_left(book: Database) -> None:
    family = events.family_events(book, "M-1", ON)
    left = {(e.member, e.envelope): e for e in family.envelopes}
    osteopathy, frames = left["M-1", "soft-medicine"], left["M-1", "frames"]
    paid_for = [e for e in selected(family.events, Selection(kind="soft_medicine")) if e.state == "paid"]
    assert (osteopathy.left_count, osteopathy.used_count) == (0, len(paid_for))
    assert osteopathy.until == date(2026, 1, 1)
    assert (frames.limit_count, frames.left_count, frames.until) == (1, 0, date(2027, 3, 4))
    assert left["M-2", "frames"].left_count == 1


def test_the_number_of_queries_does_not_grow_with_the_care(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read = frames._copied_out
    monkeypatch.setattr(frames, "_copied_out", lambda c, query: (asked.append(query), read(c, query))[1])
    events.family_events(book, "M-1", ON)
    assert len(asked) <= 16


def test_the_command_tells_it_in_both_languages(told: Told) -> None:
    shown = told("events", "M-1")
    assert shown.exit_code == 0, shown.output
    for words in (
        "March 2025",
        "Glasses (frame and 2 lenses), at OPTI",
        "corrected on 15 April 2025",
        "Left on",
    ):
        assert words in shown.output
    assert "may belong to VISIT#1" in shown.output
    assert shown.output.index("April 2025") < shown.output.index("March 2025")
    french = told("events", "M-1", "--family", "--language", "fr").output
    assert "mars 2025" in french and "en attente" in french and "M-2" in french
    assert "M-2" not in shown.output
    said = json.loads(told("events", "M-1", "--kind", "glasses", "--json").output)
    assert [event["title"] for event in said["events"]] == ["Glasses (frame and 2 lenses)"]
    dear = json.loads(told("events", "M-1", "--at-least", "440.00", "--year", "2025", "--json").output)
    assert [event["kind"] for event in dear["events"]] == ["hospital", "crown"]
    assert told("events", "M-1", "--known-at", "2025-04-01").exit_code == 0


def test_what_cannot_be_meant_is_refused(told: Told) -> None:
    for words in (
        ("M-9",),
        ("M-1", "--language", "de"),
        ("M-1", "--kind", "car"),
        ("M-1", "--known-at", "2030-01-01"),
    ):
        refused = told("events", *words)
        assert refused.exit_code == 2 and "avenant:" in refused.output
