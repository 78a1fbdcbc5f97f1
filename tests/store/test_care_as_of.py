"""As of any past revision, every reader of care gives the rows that it gave then, and the rules decide the same.

A generated insurer with troubled care lives through four months: messages told twice, corrected, withdrawn and taken
back, answers of people, nights, invoices and payouts. Somebody's bill comes before that person is known, whose cover
is a mistake in the end; a paid act is taken back. After every step all readers are asked; at the end they are asked
again as of each of those revisions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from avenant.core.frames.news import TABLES, News
from avenant.core.generating.care import with_care
from avenant.flows import invoicing, learn, nightly, payouts, publishing
from avenant.flows.generating import Wanted, story_of
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import PARIS, Database
from avenant.store.readers.care_as_told import waiting_as_told
from tests.faults.scenarios import TROUBLED
from tests.store.as_of_answers import Answers, assert_same_rows, care_answers, silent_readers

RULEBOOK = shipped_rulebook()
WANTED = Wanted(contracts=22, months=4, seed=5, acts_yearly=0)
EVERY_DAYS = 17
STRANGER = "LATE-1"


@dataclass(slots=True)
class Life:
    """The book, and what every reader of care said after each step."""

    db: Database
    known: dict[int, Answers] = field(default_factory=dict)

    def note(self) -> None:
        with self.db.connect() as connection:
            self.known[self.db.head()] = care_answers(connection, WANTED.first_month, None)

    def learn(self, news: News) -> None:
        learn.learn(self.db, news, "story", "told")
        self.note()

    def night(self, day: date) -> None:
        nightly.run(self.db, day)
        self.note()

    def settle(self, day: date) -> None:
        invoicing.run(self.db, "individual", day, day)
        payouts.run(self.db, day)
        self.note()


def told(name: str, **said: object) -> pl.DataFrame:
    """One row of news; what is not mentioned is null."""
    return pl.DataFrame([dict.fromkeys(TABLES[name]) | said], schema=dict(TABLES[name]))


def bill_of_a_stranger(day: date) -> News:
    """A visit of somebody whom we do not know yet."""
    head = {"ref": "D-LATE", "kind": "secu_return", "payer": "amo", "member_ref": STRANGER}
    visit = {"act_code": "G", "charged_cents": 30_00, "base_cents": 30_00, "rate_ppm": 700_000}
    returned = {"secu_cents": 19_00, "retention_cents": 2_00, "care_path": "in"}
    return News(
        documents=told("documents", **head, received_on=day, currency="EUR"),
        care_lines=told(
            "care_lines",
            document_ref="D-LATE",
            line=1,
            care_from=day,
            provider_ref="DR-LATE",
            **visit,
            **returned,
        ),
    )


def stranger_is_known() -> News:
    """A contract for them, from the opening of the book on."""
    level = RULEBOOK.price_lines.filter(plan="fr-individual")["level"].sort()[0]
    covered = {"plan": "fr-individual", "level": level, "basis": "active"}
    return News(
        contracts=told("contracts", ref="C-LATE", kind="individual", currency="EUR"),
        members=told("members", ref=STRANGER, role="primary", birth_date=date(1980, 1, 2)),
        enrolments=told(
            "enrolments",
            ref="E-LATE",
            contract_ref="C-LATE",
            member_ref=STRANGER,
            valid_from=WANTED.first_month,
            **covered,
        ),
    )


def answered(db: Database) -> News:
    """What a person decides about the first line that waits."""
    with db.connect() as connection:
        line = waiting_as_told(connection).row(0, named=True)
    said = {"kind": "exception", "line_ref": line["line"], "amount_cents": 5_00, "reason": "goodwill"}
    return News(answers=told("answers", ref="A-FIRST", **said))


def paid_document(db: Database) -> str:
    """The document behind the largest act that was paid."""
    query = """
        SELECT d.ref FROM payout_entry JOIN reimbursement AS r USING (entry_id)
        JOIN care_line AS l ON l.line_id = r.act_id JOIN document AS d USING (document_id)
        ORDER BY r.amount_cents DESC, d.ref LIMIT 1"""
    with db.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def everything_told() -> list[tuple[date, News]]:
    """The story in batches, each with its last day."""
    mix = replace(TROUBLED, corrected_share=0.1, withdrawn_share=0.05)
    story = with_care(story_of(RULEBOOK, WANTED), RULEBOOK, 6.0, mix)
    return list(story.news(EVERY_DAYS))


@pytest.fixture
def life(new_book: Callable[..., Database], everything_told: list[tuple[date, News]]) -> Life:
    """A night after each news, invoices and payouts after every other one."""
    life = Life(new_book(opens=WANTED.first_month))
    publishing.publish(life.db, RULEBOOK)
    for number, (last, news) in enumerate(everything_told):
        life.db.simulate(datetime(last.year, last.month, last.day, 20, tzinfo=PARIS))
        life.learn(news)
        if number == 1:
            life.learn(answered(life.db))
            life.learn(bill_of_a_stranger(last - timedelta(days=3)))
        if number == 2:
            life.learn(stranger_is_known())
        if number == 4:
            life.learn(News(enrolments=told("enrolments", ref="E-LATE", withdrawn=True)))
            life.learn(News(documents=told("documents", ref=paid_document(life.db), withdrawn=True)))
        life.night(last)
        if number % 2:
            life.settle(last)
    return life


@pytest.mark.slow
def test_every_reader_of_care_gives_what_it_gave_then(life: Life) -> None:
    assert not silent_readers(list(life.known.values())), "the story has to show something of every reader"
    with life.db.connect() as connection:
        for rev, answers in life.known.items():
            assert_same_rows(care_answers(connection, WANTED.first_month, rev), answers, rev)
