"""What a form about a family lets choose from, in words: people, covers, contracts, lines, plans of the rulebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from avenant.core.frames.care import BASKETS, CARE_PATHS, DOCUMENT_KINDS, EXEMPTIONS, PAYEES
from avenant.core.payouts.care_names import NAMES
from avenant.core.wording.figures import amount_text, day_text, month_text
from avenant.desk.context import Desk
from avenant.desk.words import all_words, say
from avenant.flows.tellable import (
    FamilyTold,
    answers_told,
    documents_told,
    held_changes,
    lines_told,
    offered,
)

Choices = list[tuple[str, str]]
WORDED: Final[dict[str, tuple[str, ...]]] = {
    "roles": ("child", "partner"),
    "bases": ("active", "portability"),
    "kinds": DOCUMENT_KINDS,
    "care_paths": CARE_PATHS,
    "payees": PAYEES,
    "exemptions": EXEMPTIONS,
    "baskets": BASKETS,
    "sectors": ("1", "2"),
    "ranks": ("2", "3", "5"),
}
GROUPS: Final = {"roles": "member.role", "bases": "cover.basis", "kinds": "care.kind"}


@dataclass(frozen=True, slots=True)
class Table:
    """The choices of one form: what stands of the family, as this person may see it."""

    desk: Desk
    family: FamilyTold

    def of(self, name: str) -> Choices:
        """The choices called ``name``: value and words."""
        if name in WORDED:
            return [(key, self._word(name, key)) for key in WORDED[name]]
        return CHOICES[name](self)

    def _word(self, group: str, key: str) -> str:
        return say(self.desk.language, f"{GROUPS.get(group, f'tell.{group}')}_{key}")

    def name(self, member: str) -> str:
        """A member of the family as this person may see them."""
        names = {person.ref: person.name for person in self.family.head.family}
        return self.desk.name(member, names.get(member))

    def day(self, on: Any) -> str:
        """A day in words, or that there is none."""
        return day_text(on, self.desk.language) if on else say(self.desk.language, "cover.open")

    def cover(self, fact: dict[str, Any]) -> str:
        """A cover in words."""
        language = self.desk.language
        end = last_day_of(fact)
        until = say(language, "tell.until", day=self.day(end)) if end else say(language, "cover.open")
        plan = f"{fact['plan']} {fact['level']}"
        since = self.day(fact["valid_from"])
        return f"{self.name(fact['member_ref'])}, {plan}, {since} – {until} ({fact['contract_ref']})"

    def line(self, fact: dict[str, Any]) -> str:
        """A line of care in words."""
        names, language = NAMES[self.desk.language], self.desk.language
        what = names.get(fact["family"] or "", fact["act_code"] or names["other"])
        charged = fact["charged_cents"]
        amount = f", {amount_text(charged, self.family.currency, language)}" if charged is not None else ""
        who = self.name(fact["member_ref"])
        return f"{self.day(fact['care_from'])}, {who}, {what}{amount} ({fact['ref']})"


def last_day_of(fact: dict[str, Any]) -> Any:
    """The last covered day of a stored cover; None: it goes on."""
    return None if fact["valid_to"] is None else fact["valid_to"] - timedelta(days=1)


def _members(table: Table) -> Choices:
    language = table.desk.language
    return [
        (
            person.ref,
            f"{table.name(person.ref)}, {say(language, 'member.born')} {table.day(person.birth_date)}",
        )
        for person in table.family.head.family
    ]


def _contracts(table: Table) -> Choices:
    return [(fact["ref"], fact["ref"]) for fact in table.family.contracts]


def _covers(table: Table) -> Choices:
    newest = sorted(
        table.family.covers, key=lambda fact: (fact["valid_to"] is not None, -fact["valid_from"].toordinal())
    )
    return [(fact["ref"], table.cover(fact)) for fact in newest]


def _levels(table: Table) -> Choices:
    currencies = {fact["currency"] for fact in table.family.contracts}
    cells = offered(table.desk.db).levels
    return [
        (f"{plan}|{level}", f"{plan} · {level}") for plan, level, currency in cells if currency in currencies
    ]


def _lines(table: Table) -> Choices:
    lines = lines_told(table.desk.db, table.family)
    return [(fact["ref"], table.line(fact)) for fact in lines if fact["quantity"] > 0 and not fact["cancels"]]


def _acts(table: Table) -> Choices:
    known, language = all_words(), table.desk.language
    return [
        (code, say(language, f"acts.{code}") if language != "en" and f"acts.{code}" in known else label)
        for code, label in offered(table.desk.db).acts
    ]


def _facts(table: Table) -> Choices:
    def said(kind: str, text: str) -> str:
        return f"{say(table.desk.language, f'tell.fact_{kind}')}: {text}"

    db, family = table.desk.db, table.family
    documents = [
        (
            f"document|{fact['ref']}",
            said("document", f"{_kind(table, fact)}, {table.day(fact['received_on'])}, {fact['ref']}"),
        )
        for fact in documents_told(db, family)
    ]
    return [
        *((f"enrolment|{value}", said("enrolment", text)) for value, text in _covers(table)),
        *documents,
        *((f"answer|{fact['ref']}", said("answer", fact["ref"])) for fact in answers_told(db, family)),
        *((f"member|{value}", said("member", text)) for value, text in _members(table)),
        *((f"contract|{value}", said("contract", text)) for value, text in _contracts(table)),
    ]


def _kind(table: Table, fact: dict[str, Any]) -> str:
    key = f"care.kind_{fact['kind']}"
    return say(table.desk.language, key) if key in all_words() else str(fact["kind"])


def _held(table: Table) -> Choices:
    language = table.desk.language
    return [
        (
            f"{fact['contract_ref']}|{fact['member_ref']}",
            f"{table.name(fact['member_ref'])}, {month_text(fact['first_month'], language)} – "
            f"{month_text(fact['last_month'], language)}, "
            f"{amount_text(fact['difference_cents'], fact['currency'], language)} ({fact['contract_ref']})",
        )
        for fact in held_changes(table.desk.db, table.family)
    ]


CHOICES: Final[dict[str, Callable[[Table], Choices]]] = {
    "members": _members,
    "contracts": _contracts,
    "covers": _covers,
    "levels": _levels,
    "lines": _lines,
    "acts": _acts,
    "facts": _facts,
    "held": _held,
}
