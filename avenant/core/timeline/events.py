"""From a history to events: each act with its messages and decisions, each event with what it adds up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from avenant.core.timeline.decisions import Row, Standing, changes_of, history_of, payments_of
from avenant.core.timeline.grouping import with_events
from avenant.core.timeline.history import History
from avenant.core.timeline.kinds import kind_of
from avenant.core.timeline.model import ActPart, CareEvent, Message, Payment, Split
from avenant.core.timeline.pieces import BEFORE_OPENING, NOT_DECIDED_YET, homes, pieces

Told = dict[int, list[Row]]
MESSAGE = ("line_id", "ref", "kind", "payer", "received_on")


def care_events(history: History) -> tuple[CareEvent, ...]:
    """The care of a family as events, newest first: each act, and each entry of the book, in exactly one.

    The amounts that stand in the book are the sum of ``split.ours_cents`` over all events, and of their payments.
    The order of the rows of ``history`` is irrelevant.
    """
    home = homes(history)
    found = with_events(pieces(history, home))
    decisions, messages = _by_home(history, dict(home.iter_rows()))
    people = {row["member_id"]: row for row in history.people.to_dicts()}
    providers = dict(history.providers.select("provider_id", "provider").iter_rows())
    by_event: Told = defaultdict(list)
    for row in found.iter_rows(named=True):
        by_event[row["event_id"]].append(row)
    events = [
        _event(rows, history.currency, decisions, messages, people, providers) for rows in by_event.values()
    ]
    return tuple(sorted(events, key=lambda event: (event.on, event.event_id), reverse=True))


def _by_home(history: History, home: dict[int, int]) -> tuple[Told, Told]:
    """The entries and the messages of each act, under the number that it has now."""
    decisions: Told = defaultdict(list)
    for row in history.decisions.iter_rows(named=True):
        decisions[home[row["act_id"]]].append(row)
    roles = dict(history.links.select("line_id", "role").iter_rows())
    messages: Told = defaultdict(list)
    for row in history.lines.select(MESSAGE).sort("received_on", "ref").iter_rows(named=True):
        if row["line_id"] in home:
            messages[home[row["line_id"]]].append(row | {"role": roles.get(row["line_id"])})
    return decisions, messages


def _event(
    rows: list[Row],
    currency: str,
    decisions: Told,
    messages: Told,
    people: dict[int, Row],
    providers: dict[int, str],
) -> CareEvent:
    told = [history_of(decisions[row["act_id"]]) for row in rows]
    standing = [one[-1][1] if one else None for one in told]
    parts = tuple(
        _part(row, stands, messages[row["act_id"]]) for row, stands in zip(rows, standing, strict=True)
    )
    entries = [entry for row in rows for entry in decisions[row["act_id"]]]
    payments = payments_of(entries)
    changes = [
        change for row, one in zip(rows, told, strict=True) for change in changes_of(row["act_id"], one)
    ]
    split = sum((part.split for part in parts), Split())
    families = {row["family"] for row in rows if row["family"]}
    person = people.get(rows[0]["member_id"], {"member": "?", "name": None})
    return CareEvent(
        event_id=rows[0]["event_id"],
        kind=kind_of(rows[0]["gathering"], families, {row["label"] or "" for row in rows}),
        on=rows[0]["care_from"],
        last_day=max(row["care_last_day"] for row in rows),
        member=person["member"],
        name=person["name"],
        providers=_once(providers.get(row["provider_id"]) for row in rows),
        currency=entries[0]["currency"] if entries else currency,
        split=split,
        state=_state(parts, standing, payments, bool(changes)),
        waits=_once(part.waits for part in parts),
        reasons=_once(code for part in parts for code in part.reasons),
        payments=payments,
        changes=tuple(sorted(changes, key=lambda change: (change.rev, change.act_id))),
        acts=parts,
    )


def _part(row: Row, standing: Standing | None, messages: list[Row]) -> ActPart:
    """An act under the decision that stands for it."""
    waits = row["waits"]
    if waits is None and row["live"] and standing is None:
        waits = BEFORE_OPENING if row["early"] else NOT_DECIDED_YET
    return ActPart(
        act_id=row["act_id"],
        act_code=row["act_code"],
        family=row["family"],
        label=row["label"],
        on=row["care_from"],
        last_day=row["care_last_day"],
        quantity=row["quantity"] or 1,
        location=row["location"],
        basket=row["basket"],
        split=_split(row, waits, standing),
        waits=waits,
        candidates=tuple((row["candidates"] or "").split()),
        reasons=standing.reasons if standing else (),
        messages=tuple(
            Message(said["ref"], said["kind"], said["payer"], said["received_on"], said["role"])
            for said in messages
        ),
    )


def _split(row: Row, waits: str | None, standing: Standing | None) -> Split:
    """As decided; else, for an act that waits, what messages say, the rest of the charge being undecided."""
    if standing is not None:
        return standing.split
    if waits is None or not row["charged_cents"]:
        return Split()
    charged, secu, others = (row[name] or 0 for name in ("charged_cents", "secu_cents", "others_cents"))
    rest = charged - secu - others
    undecided = max(0, rest) if charged > 0 else rest
    return Split(charged_cents=charged, secu_cents=secu, others_cents=others, undecided_cents=undecided)


def _state(
    parts: Sequence[ActPart],
    standing: Sequence[Standing | None],
    payments: Sequence[Payment],
    corrected: bool,
) -> str:
    """The first of ``model.STATES`` that fits."""
    decided = [decision for decision in standing if decision is not None]
    ours = sum(decision.split.ours_cents for decision in decided)
    if any(part.waits for part in parts):
        return "waiting"
    if any(payment.payout is None for payment in payments):
        return "to_be_paid"
    if not ours and any(_refused(decision) for decision in decided):
        return "refused"
    if corrected or not decided:
        return "corrected"
    return "paid" if ours else "nothing_due"


def _refused(decision: Standing) -> bool:
    """We pay nothing though the Sécu and others left something."""
    return decision.left_cents > 0 and not decision.split.ours_cents


def _once(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))
