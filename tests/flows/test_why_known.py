"""Causes compared with the truth: a history is made up in which the cause of every change is known, among decoys.

Each night one or two people of a family have one piece of news that moves their premiums, or their tier becomes
dearer; beside it arrive corrections that move nothing. Of every amount that the run replaces, the cause that is found
must be the one that was made up, and what it moved must add up.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from avenant.core.frames.news import News
from avenant.core.rulebook.loading import read_inline
from avenant.flows import learn, nightly, publishing
from avenant.flows.why_acts import act_causes
from avenant.flows.why_between import act_movements, premium_movements
from avenant.flows.why_premiums import premium_causes
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from tests.commands.test_acts import document, table
from tests.flows.test_coverage import enrolment, tell
from tests.flows.test_graph import BILL, PEOPLE, RETURN

SOAK = os.environ.get("AVENANT_SOAK") == "1"
Piece = tuple[str, str, int]
"""Kind, number and version of a piece of news."""
OPENS, LAST = date(2026, 1, 1), date(2026, 5, 1)
FAMILY = {"Anna": "primary", "Sam": "partner", "Tom": "child"}
"""One child: of two, the one would have its rank from the other, and a cause in the other's news."""
PRICES = {
    "confort": {"primary": 54.60, "partner": 52.10, "child": 38.20},
    "eco": {"primary": 31.00, "partner": 30.00, "child": 21.00},
    "luxe": {"primary": 99.00, "partner": 98.00, "child": 77.00},
}
REPLACED = """
    SELECT m.ref, p.month, p.slot_id, p.version, (
        SELECT max(o.run_id) FROM premium AS f JOIN change AS o USING (change_id)
        WHERE (f.contract_id, f.member_id, f.month, f.slot_id) = (p.contract_id, p.member_id, p.month, p.slot_id)
          AND f.version = p.version - 2)
    FROM premium AS p JOIN member AS m USING (member_id) JOIN change AS c ON c.change_id = p.change_id
    WHERE p.version % 2 = 1 AND m.version = 1 AND c.run_id = %s"""


@dataclass
class History:
    """A family's story as it is made up: what stands for each, how often it was told, how prices stand."""

    chance: random.Random
    prices: dict[str, dict[str, float]] = field(default_factory=lambda: deepcopy(PRICES))
    cover: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAMILY, 1))
    published: int = 1
    dearer_since: dict[tuple[str, str], list[tuple[int, Piece]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for who in FAMILY:
            self.cover[who] = enrolment(f"E-{who}", who) | {"level": "confort"}

    def rulebook(self) -> dict[str, Any]:
        levels = {name: {k: f"{v:.2f}" for k, v in of.items()} for name, of in self.prices.items()}
        named = {name: name.title() for name in levels}
        prices = [{"valid_from": "2026-01", "levels": levels}]
        return {"plans": {"family": {"currency": "EUR", "levels": named, "prices": prices}}}

    def moved(self, who: str) -> Piece:
        """A piece of news that moves somebody's premiums: an end, no end any more, a start, a level."""
        now = self.cover[who]
        choices: list[dict[str, Any]] = [{"level": {"confort": "eco", "eco": "confort"}[now["level"]]}]
        ended = date(2026, 2, 1) + timedelta(days=self.chance.randint(10, 55))
        choices.append({"last_day": ended if now["last_day"] is None else None})
        choices.append({"valid_from": date(2026, 2 if now["valid_from"] == OPENS else 1, 1)})
        now |= self.chance.choice(choices)
        self.told[who] += 1
        return ("enrolment", f"E-{who}", self.told[who])

    def dearer(self, tier: str, level: str) -> None:
        self.prices[level][tier] += 1.40
        self.published += 1

    def priced(self, tier: str, level: str, since: int) -> set[Piece]:
        """The last publication after a run that changed what a tier pays on a level."""
        later = [piece for run, piece in self.dearer_since.get((tier, level), []) if run > since]
        return set(later[-1:])


def family(history: History) -> News:
    people = [
        {"ref": who, "role": role, "birth_date": date(1985 if role != "child" else 2015, 5, 4)}
        | ({} if role == "primary" else {"primary_ref": "Anna"})
        for who, role in FAMILY.items()
    ]
    return News(
        contracts=table("contracts", {"ref": "C-1", "kind": "individual", "currency": "EUR"}),
        members=table("members", *people),
        enrolments=table("enrolments", *history.cover.values()),
    )


def decoys(db: Database, history: History, today: date) -> None:
    """News without a part in anything: somebody was born a day or two later in the same month."""
    for who in history.chance.sample(list(FAMILY), history.chance.randint(1, 2)):
        role = FAMILY[who]
        born = date(1985 if role != "child" else 2015, 5, history.chance.randint(5, 28))
        row = {"ref": who, "role": role, "birth_date": born}
        row |= {} if role == "primary" else {"primary_ref": "Anna"}
        tell(db, today, News(members=table("members", row)), "a decoy")


def one_day(db: Database, history: History, today: date, night: int) -> dict[str, set[Piece]]:
    """A day of the story before a night: who moves and why, told among decoys in any order."""
    truth: dict[str, set[Piece]] = {}
    decoys(db, history, today)
    movers = history.chance.sample(list(FAMILY), history.chance.randint(1, 2))
    for who in movers:
        truth[who] = {history.moved(who)}
        tell(db, today, News(enrolments=table("enrolments", history.cover[who])), "the cause")
    decoys(db, history, today)
    tiers = {FAMILY[who] for who in FAMILY} - {FAMILY[who] for who in movers}
    if history.chance.random() < 0.7:
        tier, level = (
            (min(tiers), "confort") if tiers and history.chance.random() < 0.5 else ("child", "luxe")
        )
        history.dearer(tier, level)
        version = publishing.publish(db, read_inline(history.rulebook()), actor="ana")
        piece = ("rulebook", version, history.published)
        history.dearer_since.setdefault((tier, level), []).append((night, piece))
    return truth


def replaced(db: Database, run: int) -> list[tuple[Any, ...]]:
    """Member, month, slot and version of each charge of a run, with the run of the charge before (null: none)."""
    with db.connect() as connection:
        return connection.execute(REPLACED.replace("% 2", "%% 2"), [run]).fetchall()


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3, 4] if SOAK else [1])
def test_of_every_change_of_a_made_up_history_the_cause_found_is_the_true_one(
    seed: int, new_book: Callable[..., Database]
) -> None:
    db = new_book(opens=OPENS, starts_at=datetime(2025, 12, 1, tzinfo=UTC))
    history = History(random.Random(seed))
    publishing.publish(db, read_inline(history.rulebook()))
    tell(db, date(2025, 12, 20), family(history), "signed")
    former_night = nightly.run(db, LAST).run_id
    compared = among = 0
    for month in range(4, 9):
        today = date(2026, month, 9)
        truth = one_day(db, history, today, former_night + 1)
        run = nightly.run(db, LAST).run_id
        for who, of, slot, version, former_run in replaced(db, run):
            for found in premium_causes(db, who, of, version=version):
                for cause in found.causes if found.slot.slot_id == slot else ():
                    named = {(told.kind, told.ref, told.version) for told in cause.arrived}
                    priced = history.priced(FAMILY[who], found.slot.level, former_run or former_night)
                    true = truth.get(who, set()) | (priced if cause.after_cents else set())
                    assert (cause.found, named) == ("news", true), cause.sentence
                    assert cause.adds_up
                    among += cause.looked_at > 1
                    compared += 1
        former_night = run
    assert compared > 15 and among > compared / 2
    for who in FAMILY:
        for moved in premium_movements(db, who, OPENS):
            assert moved.adds_up


def test_of_two_causes_each_is_told_with_the_cents_that_it_moved(new_book: Callable[..., Database]) -> None:
    db = new_book(opens=OPENS, starts_at=datetime(2025, 12, 1, tzinfo=UTC))
    history = History(random.Random(0))
    publishing.publish(db, read_inline(history.rulebook()))
    tell(db, date(2025, 12, 20), family(history), "signed")
    nightly.run(db, date(2026, 3, 1))
    history.dearer("primary", "confort")
    publishing.publish(db, read_inline(history.rulebook()), actor="ana")
    left = history.cover["Anna"] | {"last_day": date(2026, 3, 15)}
    tell(db, date(2026, 4, 2), News(enrolments=table("enrolments", left)), "left")
    since = db.head()
    nightly.run(db, date(2026, 3, 1))
    (moved,) = premium_movements(db, "Anna", date(2026, 3, 1), since=since)
    (step,) = moved.steps
    assert [told.kind for told in step.arrived] == ["rulebook", "enrolment"]
    assert (moved.before_cents, step.moved[0], step.code_cents) == (54_60, 1_40, 0)
    assert step.moved[1] == moved.after_cents - 56_00 and moved.adds_up
    assert premium_movements(db, "Anna", date(2026, 3, 1), since=db.head())[0].steps == ()


VISITS = 6


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2] if SOAK else [1])
def test_of_every_decision_of_made_up_care_the_document_found_is_the_true_one(
    seed: int, new_book: Callable[..., Database]
) -> None:
    chance = random.Random(seed)
    db = new_book(opens=date(2025, 1, 1), starts_at=datetime(2025, 3, 30, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook())
    bills = {
        n: BILL | {"care_from": date(2025, 3, n), "provider_ref": f"DR{n}"} for n in range(1, VISITS + 1)
    }
    for told in (PEOPLE, *(document(f"B{n}", "member_invoice", "M-1", bill) for n, bill in bills.items())):
        learn.learn(db, told, "test", "news")
    nightly.run(db, date(2025, 4, 1))
    compared = 0
    for night in range(3):
        db.simulate(datetime(2025, 4, 2 + night, 9, tzinfo=UTC))
        moved = chance.sample(list(bills), 2)
        truth = {}
        for n in moved:
            truth[n] = f"R{n}-{night}"
            back = bills[n] | RETURN | {"base_cents": chance.choice([26_50, 24_00, 20_00])}
            learn.learn(db, document(truth[n], "secu_return", "M-1", back), "test", "the cause")
            bills.pop(n)
        other = BILL | {"care_from": date(2025, 2, 1 + night), "provider_ref": f"X{night}"}
        learn.learn(db, document(f"X{night}", "member_invoice", "M-1", other), "test", "a decoy")
        nightly.run(db, date(2025, 4, 2 + night))
        for n, ref in truth.items():
            (payee,) = act_causes(db, f"B{n}#1")
            cause = payee.causes[-1]
            assert (cause.found, [told.ref for told in cause.arrived]) == ("news", [ref]), cause.sentence
            assert all(movement.adds_up for movement in act_movements(db, f"B{n}#1"))
            compared += 1
    assert compared == 6
