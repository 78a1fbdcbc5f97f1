"""The statement of a payout (décompte) as a person reads it, before it has a format.

Example: title "Statement AVP-2026-000123", totals "Reimbursements" 5_350, "Deducted" −1_200, "Transfer" 4_150; for
the member "Ana Lopez" one line of 3 March, charged 3_000: Sécu 1_900, us 900, left to her 200, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date
from itertools import groupby

import polars as pl

from avenant.core.payouts.care_names import NAMES
from avenant.core.payouts.header import PayoutHeader
from avenant.core.payouts.lines import payout_lines
from avenant.core.payouts.notes import notes
from avenant.core.payouts.wording import Row, Voice, amount_change, explanation, shown_side, side
from avenant.core.wording.figures import day_text
from avenant.core.wording.paper import Paper, TotalRow, warning_marks


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Who pays what, in cents: charged = secu + others + ours + rest; withheld is contained in the rest.

    secu is what the Sécu really paid, after what it withheld.
    """

    charged_cents: int
    secu_cents: int
    others_cents: int
    ours_cents: int
    rest_cents: int
    withheld_cents: int


NOTHING = (0, 0, 0, 0, 0, 0)
"""A waterfall without any water."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One act: the day, what and by whom, the change of amount if it corrects, who pays what, why, the net.

    number: its place among all lines of the statement, from 1. waterfall: null where nothing is due any more.
    """

    number: int
    act_id: int
    care_date: date
    day: str
    is_correction: bool
    title: str
    detail: str
    change: tuple[str, str] | None
    waterfall: Waterfall | None
    explanation: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class MemberBlock:
    """A member and their lines; `name` is null where it is not known or was erased."""

    ref: str
    name: str | None
    amount_cents: int
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class Statement(Paper):
    """All a format has to lay out. The keys of the totals: care, raised, taken_back, total.

    waterfall: over all new acts. payee_kind: member or provider.
    """

    voice: Voice
    payee_kind: str
    waterfall: Waterfall
    members: tuple[MemberBlock, ...]
    shows_others: bool


def statement(header: PayoutHeader, entries: pl.DataFrame, language: str) -> Statement:
    """The statement of `header`'s payout over its `entries` (`PayoutEntries`) in `language` (`en`, `fr`).

    Raises `PayoutDoesNotAddUp` when header and entries disagree, `ValueError` for an unknown language.
    """
    return statement_of_lines(header, payout_lines(header, entries), language)


def statement_of_lines(header: PayoutHeader, lines: pl.DataFrame, language: str) -> Statement:
    """The same of the `lines` of the payout (`LINE_COLUMNS`)."""
    voice = Voice(language, header.currency)
    members = tuple(_members(lines, header.payee_kind, voice))
    everything = [line for member in members for line in member.lines]
    return Statement(
        voice=voice,
        title=voice.say("title_payout" if header.number else "title_settlement", number=header.number),
        subtitle=voice.say("subtitle", day=day_text(header.issue_date, language)),
        issue_date=header.issue_date,
        simulated=header.simulated,
        issuer=(header.issuer, *header.issuer_address),
        addressee=() if header.payee is None else (header.payee, *header.payee_address),
        marks=tuple(warning_marks(header.simulated, header.known_at, header.revision, voice)),
        facts=tuple(_facts(header, lines, voice)),
        totals=tuple(_totals(header, everything, voice)),
        notes=tuple(notes(header, lines, voice)),
        payee_kind=header.payee_kind,
        waterfall=_added(
            [line.waterfall for line in everything if line.waterfall and not line.is_correction]
        ),
        members=members,
        shows_others=any(line.waterfall and line.waterfall.others_cents for line in everything),
    )


def waterfall_of(row: Row) -> Waterfall | None:
    """Who pays what for the act of one line (`LINE_COLUMNS`) right now; None where nothing is due any more."""
    told = side(row, "after")
    if told is None:
        return None
    return Waterfall(
        charged_cents=told["charged_cents"],
        secu_cents=told["secu_cents"] - told["retention_cents"],
        others_cents=told["others_cents"],
        ours_cents=told["decided_cents"],
        rest_cents=told["out_of_pocket_cents"],
        withheld_cents=told["retention_cents"],
    )


def act_title(row: Row, voice: Voice) -> str:
    """What was done, its code, and how often where more than once.

    The rulebook names acts in English alone: other languages say the family of care instead, where it is known.
    """
    family = NAMES[voice.language].get(row["care_family"] or "")
    name = row["act_label"] or family if voice.language == "en" else family or row["act_label"]
    named = " · ".join(text for text in (name, row["act_code"]) if text)
    quantity = shown_side(row)["quantity"]
    times = f"{voice.say('quantity', quantity=quantity)} " if quantity > 1 else ""
    return times + (named or voice.say("unnamed_act"))


def _facts(header: PayoutHeader, lines: pl.DataFrame, voice: Voice) -> Iterator[tuple[str, str]]:
    """What identifies the statement."""
    if header.number is not None:
        yield voice.say("fact_number"), header.number
    yield voice.say("fact_issue_date"), day_text(header.issue_date, voice.language)
    yield voice.say("fact_payee"), voice.say(f"payee_{header.payee_kind}", ref=header.payee_ref)
    yield voice.say("fact_persons"), str(lines["member_id"].n_unique())
    yield voice.say("fact_acts"), str(lines["act_id"].n_unique())
    days = [day_text(day, voice.language) for day in sorted(set(lines["care_date"]))]
    if days:
        span = voice.say("care_span", first=days[0], last=days[-1])
        yield voice.say("fact_care"), days[0] if len(days) == 1 else span


def _totals(header: PayoutHeader, lines: list[StatementLine], voice: Voice) -> Iterator[TotalRow]:
    """From the lines to the transfer; parts only where something earlier was corrected."""
    corrections = [line.amount_cents for line in lines if line.is_correction]
    if corrections:
        parts = {
            "care": header.total_cents - sum(corrections),
            "raised": sum(cents for cents in corrections if cents > 0),
            "taken_back": sum(cents for cents in corrections if cents < 0),
        }
        for key, cents in parts.items():
            if cents or key == "care":
                yield TotalRow(key, voice.say(f"total_{key}"), cents, "plain")
    yield TotalRow("total", voice.say("total"), header.total_cents, "strong")


def _members(lines: pl.DataFrame, payee_kind: str, voice: Voice) -> Iterator[MemberBlock]:
    """One block per member, in the order of the lines."""
    for _, group in groupby(lines.iter_rows(named=True), key=lambda row: row["member_id"]):
        rows = list(group)
        told = tuple(_line(row, payee_kind, voice) for row in rows)
        amount = sum(line.amount_cents for line in told)
        yield MemberBlock(rows[0]["member_ref"], rows[0]["member_name"], amount, told)


def _line(row: Row, payee_kind: str, voice: Voice) -> StatementLine:
    provider = row["provider_ref"] if payee_kind == "member" else None
    return StatementLine(
        number=row["line"],
        act_id=row["act_id"],
        care_date=row["care_date"],
        day=day_text(row["care_date"], voice.language),
        is_correction=row["section"] == "correction",
        title=act_title(row, voice),
        detail=" · ".join(text for text in (provider, row["line_ref"]) if text),
        change=amount_change(row, voice),
        waterfall=waterfall_of(row),
        explanation=explanation(row, payee_kind, voice),
        amount_cents=row["amount_cents"],
    )


def _added(parts: list[Waterfall]) -> Waterfall:
    return Waterfall(*map(sum, zip(NOTHING, *map(astuple, parts), strict=True)))
