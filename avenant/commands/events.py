"""`avenant events`: a member's care as a person would tell it, newest first, month by month."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    KNOWN_AT,
    chosen_database,
    refusals_told,
    revision_typed,
)
from avenant.commands.euros import cents_typed

if TYPE_CHECKING:
    from avenant.core.timeline import CareEvent, EnvelopeLeft, Payment, Split
    from avenant.flows.events import FamilyEvents

app = typer.Typer(add_completion=False)


@app.command()
def events(
    member: str = typer.Argument(help="Number of a member."),
    family: bool = typer.Option(False, "--family", help="Everybody of the member's family."),
    kind: str | None = typer.Option(None, "--kind", help="Only this kind, like glasses or hospital."),
    pending: bool = typer.Option(False, "--pending", help="Only what waits or is still to be paid."),
    corrected: bool = typer.Option(False, "--corrected", help="Only what was corrected."),
    at_least: str | None = typer.Option(None, "--at-least", help="Only what cost at least this, like 50.00."),
    at_most: str | None = typer.Option(None, "--at-most", help="Only what cost at most this."),
    year: int | None = typer.Option(None, "--year", help="Only care of this year.", show_default=False),
    known_at: str | None = KNOWN_AT,
    language: str = typer.Option("en", "--language", help="fr or en."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """A member's care as events: a visit, glasses, a hospital stay; who paid what, what is open and why.

    Example: avenant events M-0001 --family --known-at 2026-03-14 --language fr

    Exit codes: 0 shown · 2 refused: an unknown number, kind or language, a future instant.
    """
    from avenant.core.timeline import Selection, selected
    from avenant.core.timeline.kinds import KINDS
    from avenant.core.wording.figures import LANGUAGES
    from avenant.flows.events import family_events

    with refusals_told(database):
        _known("--language", language, LANGUAGES)
        _known("--kind", kind, KINDS)
        db = chosen_database(database)
        rev, instant = revision_typed(db, known_at)
        told = family_events(db, member, instant.date() if instant else db.today(), rev)
    limits = _cents("--at-least", at_least), _cents("--at-most", at_most)
    chosen = Selection(None if family else member, kind, pending or None, corrected or None, *limits, year)
    shown = selected(told.events, chosen)
    envelopes = [left for left in told.envelopes if family or left.member == member]
    if as_json:
        typer.echo(json.dumps(_json(told, shown, envelopes, language), indent=2, default=str))
        return
    for line in _text(told, shown, envelopes, language):
        typer.echo(line)


def _cents(option: str, typed: str | None) -> int | None:
    return None if typed is None else cents_typed(typed, option)


def _known(option: str, value: str | None, known: Any) -> None:
    if value is not None and value not in known:
        raise ValueError(f"{option}: {value!r} is not known; choose one of {', '.join(known)}")


def _json(
    told: "FamilyEvents", shown: "tuple[CareEvent, ...]", envelopes: "list[EnvelopeLeft]", language: str
) -> dict[str, Any]:
    from avenant.core.timeline import totals, wording

    def event(said: "CareEvent") -> dict[str, Any]:
        words = {"title": wording.title(said, language), "state_word": wording.state_word(said, language)}
        why = {"why": [asdict(why) for why in wording.whys(said, language)]}
        flags = {"pending": said.pending, "corrected": said.corrected, "open_cents": said.open_cents}
        return words | why | flags | asdict(said)

    return {
        "members": told.members,
        "on": told.on,
        "events": [event(said) for said in shown],
        "totals": [asdict(sums) for sums in totals(shown)],
        "envelopes": [{"name": wording.envelope_name(e, language), **asdict(e)} for e in envelopes],
    }


def _text(
    told: "FamilyEvents", shown: "tuple[CareEvent, ...]", envelopes: "list[EnvelopeLeft]", language: str
) -> Iterator[str]:
    from avenant.core.timeline.wording import word
    from avenant.core.wording.figures import month_text

    for (_, _), month in groupby(shown, lambda event: (event.on.year, event.on.month)):
        some = list(month)
        yield f"\n{month_text(some[0].on, language)}"
        for event in some:
            yield from _event_lines(event, language)
    if not shown:
        yield word(language, "nothing")
    yield from _totals(shown, language)
    yield from _envelopes(told, envelopes, language)


def _event_lines(event: "CareEvent", language: str) -> Iterator[str]:
    """An event: one line, then who pays what, payments, reasons, corrections."""
    from avenant.core.timeline import wording
    from avenant.core.timeline.wording import word
    from avenant.core.wording.figures import amount_text, day_text

    charged = amount_text(event.split.charged_cents, event.currency, language)
    places = "".join(f", {word(language, 'at', provider=place)}" for place in event.providers)
    title = f"{wording.title(event, language)}{places}"
    yield f"  {event.on:%d}  {title}  {charged}  [{wording.state_word(event, language)}]  {_who(event)}"
    yield f"      {_split(event.split, event.currency, language)}"
    for payment in event.payments:
        yield f"      {_payment(payment, event.currency, language)}"
    for why in wording.whys(event, language):
        yield f"      {why.reason}" + (f" → {why.next}" if why.next else "")
    for act in event.acts:
        if act.candidates:
            yield f"      {word(language, 'candidates', lines=', '.join(act.candidates))}"
    for change in event.changes:
        values = ", ".join(
            word(
                language,
                "before_after",
                name=word(language, name),
                before=amount_text(before, event.currency, language),
                after=amount_text(after, event.currency, language),
            )
            for name, before, after in wording.differences(change.before, change.after)
        )
        yield f"      {word(language, 'changed', day=day_text(_day(change.known_at), language), values=values)}"


def _who(event: "CareEvent") -> str:
    return f"{event.name} ({event.member})" if event.name else event.member


def _day(instant: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(instant).date()


def _split(split: "Split", currency: str, language: str) -> str:
    """Who pays what, without what is zero; out of pocket and our part always."""
    from avenant.core.timeline.wording import word
    from avenant.core.wording.figures import amount_text

    amounts = {
        "secu": split.secu_cents,
        "others": split.others_cents,
        "ours": split.ours_cents,
        "undecided": split.undecided_cents,
        "out_of_pocket": split.out_of_pocket_cents,
        "withheld": split.withheld_cents,
    }
    always = () if split.undecided_cents else ("ours", "out_of_pocket")
    told = [
        f"{word(language, name)} {amount_text(cents, currency, language)}"
        for name, cents in amounts.items()
        if cents or name in always
    ]
    return " · ".join(told)


def _payment(payment: "Payment", currency: str, language: str) -> str:
    from avenant.core.timeline.wording import word
    from avenant.core.wording.figures import amount_text, day_text

    payee = word(language, "member") if payment.payee == "member" else payment.payee
    blanks = {"amount": amount_text(payment.amount_cents, currency, language), "payee": payee}
    if payment.payout is None or payment.paid_on is None:
        return word(language, "open", **blanks)
    key = "settled" if payment.payout.startswith("#") else "paid"
    return word(language, key, payout=payment.payout, day=day_text(payment.paid_on, language), **blanks)


def _totals(shown: "tuple[CareEvent, ...]", language: str) -> Iterator[str]:
    from avenant.core.timeline import totals
    from avenant.core.timeline.wording import word
    from avenant.core.wording.figures import amount_text

    for sums in totals(shown):
        charged = amount_text(sums.split.charged_cents, sums.currency, language)
        counts = [word(language, "total", count=sums.events), f"{word(language, 'charged')} {charged}"]
        counts.append(_split(sums.split, sums.currency, language))
        for key, cents in (("paid_total", sums.paid_cents), ("open_total", sums.open_cents)):
            counts.append(word(language, key, amount=amount_text(cents, sums.currency, language)))
        for key, count in (("pending", sums.pending), ("corrected", sums.corrected)):
            counts += [word(language, key, count=count)] if count else []
        yield "\n" + " · ".join(counts)


def _envelopes(told: "FamilyEvents", envelopes: "list[EnvelopeLeft]", language: str) -> Iterator[str]:
    from avenant.core.timeline.wording import envelope_name, word
    from avenant.core.wording.figures import amount_text, day_text

    if envelopes:
        yield f"\n{word(language, 'envelopes', day=day_text(told.on, language))}"
    for left in envelopes:
        parts = []
        if left.limit_count is not None:
            parts.append(word(language, "left_of", left=left.left_count, limit=left.limit_count))
        if left.limit_cents is not None and left.left_cents is not None:
            cents = [amount_text(c, left.currency, language) for c in (left.left_cents, left.limit_cents)]
            parts.append(word(language, "left_of", left=cents[0], limit=cents[1]))
        until = word(language, "unopened")
        if left.until is not None:
            until = word(language, "until", day=day_text(left.until, language))
        yield f"  {left.member}  {envelope_name(left, language)}{word(language, 'colon')}{', '.join(parts)}, {until}"
