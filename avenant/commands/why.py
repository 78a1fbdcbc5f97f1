"""`avenant why`: what made an amount change, found by computing it again without each piece of news."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    FAILED,
    KNOWN_AT,
    chosen_database,
    month_typed,
    refusals_told,
    revision_typed,
)

if TYPE_CHECKING:
    from avenant.flows.why_between import LineMoved, Movement
    from avenant.store.database import Database

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Say why an amount changed: the facts, rulebook lines or program that made it so.\n\n"
    "Example: avenant why premium M-0001 2026-03",
)
LANGUAGE = typer.Option("en", "--language", help="Language of the sentences: fr or en.")
SINCE = typer.Option(
    None, "--since", help="Only what became known after this instant, like 2026-03-14.", show_default=False
)
VERSION = typer.Option(None, "--version", help="One version alone: 1, 3, 5 …", show_default=False)


@app.command()
def premium(
    member: str = typer.Argument(help="Number of a member."),
    month: str = typer.Argument(help="The month, like 2026-03."),
    slot: str | None = typer.Option(
        None, "--slot", help="One premium of the month, like family.confort.health.child.pays."
    ),
    version: int | None = VERSION,
    since: str | None = SINCE,
    known_at: str | None = KNOWN_AT,
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Why each amount of a member's month replaced the one before.

    What is named is a minimal set: without any of it the change does not come about. The program is named where
    neither facts nor rulebook give the amount.

    Example: avenant why premium M-0001 2026-03 --language fr

    Exit codes: 0 told · 2 refused: an unknown number, a future instant.
    """
    from avenant.flows.why_premiums import premium_causes

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        chosen = month_typed(month, "MONTH")
        earlier = _revision(db, since)
        found = premium_causes(db, member, chosen, slot, version, rev, language, since=earlier)
    _tell_causes(
        {f"{month}  {one.contract}  {member}  {one.slot.key}": one for one in found},
        "Nothing is booked for this month: no cover, not yet known then, or no nightly run yet.",
        as_json,
    )


@app.command()
def act(
    name: str = typer.Argument(help="Number of the act, or of the line it is called after, like D-0001#1."),
    version: int | None = VERSION,
    since: str | None = SINCE,
    known_at: str | None = KNOWN_AT,
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Why each amount that we pay for an act replaced the one before, for each payee.

    Example: avenant why act D-0001#1

    Exit codes: 0 told · 2 refused: an unknown number, a future instant.
    """
    from avenant.flows.why_acts import act_causes

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        found = act_causes(db, name, version, rev, language, _revision(db, since))
    _tell_causes(
        {f"{name}  {one.contract}  {one.payee}": one for one in found},
        "Nothing is decided: it waits, was not known then, or no nightly run has seen it yet.",
        as_json,
    )


@app.command()
def event(
    member: str = typer.Argument(help="Number of a member."),
    act_number: int = typer.Argument(metavar="ACT", help="Number of any act of the care event."),
    since: str | None = SINCE,
    known_at: str | None = KNOWN_AT,
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """How what we pay for a care event moved: each act and payee, each cause with its cents, and their sum.

    Example: avenant why event M-0001 4711 --since 2026-03-14

    Exit codes: 0 told · 1 the causes do not add up to the book · 2 refused: an unknown number, a future instant.
    """
    from avenant.flows.events import acts_of_event
    from avenant.flows.why_between import event_movements

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        acts = acts_of_event(db, member, act_number, rev)
        found = event_movements(db, acts, _revision(db, since), rev, language)
    _tell_movements(found, all(one.adds_up for one in found), language, as_json)


@app.command()
def invoice(
    number: str = typer.Argument(help="Number of an invoice."),
    line: int = typer.Argument(help="Number of one of its lines."),
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Why a line of an invoice says what it says: each cause since its premiums were last invoiced, and their sum.

    Example: avenant why invoice AV-2026-000001 3

    Exit codes: 0 told · 1 the causes do not add up to the line · 2 refused: an unknown invoice or line.
    """
    from avenant.flows.why_between import invoice_line_moved

    with refusals_told(database):
        found = invoice_line_moved(chosen_database(database), number, line, None, language)
    _tell_line(found, language, as_json)


@app.command()
def payout(
    number: str = typer.Argument(help="Number of a payout."),
    line: int = typer.Argument(help="Number of one of its lines."),
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Why a line of a payout says what it says: each cause since its act was last paid, and their sum.

    Example: avenant why payout AVP-2026-000001 1

    Exit codes: 0 told · 1 the causes do not add up to the line · 2 refused: an unknown payout or line.
    """
    from avenant.flows.why_between import payout_line_moved

    with refusals_told(database):
        found = payout_line_moved(chosen_database(database), number, line, None, language)
    _tell_line(found, language, as_json)


@app.command()
def run(
    number: int = typer.Argument(help="Number of a nightly run."),
    most: int = typer.Option(
        100, "--most", min=1, help="Explain so many changes, those of most money first."
    ),
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """What a run moved in both books, by cause, with one example each.

    Example: avenant why run 17

    Exit codes: 0 told · 2 refused: no such database or language.
    """
    from avenant.core.wording.figures import amount_text
    from avenant.flows.why_runs import run_causes

    with refusals_told(database):
        found = run_causes(chosen_database(database), number, most, language)
    if as_json:
        _echo_json(found)
        return
    for one in found.moved:
        up, down = (amount_text(cents, one.currency, language) for cents in (one.up_cents, one.down_cents))
        typer.echo(f"{one.book}, {' + '.join(one.news)}: {one.changes} changes, {up} up, {down} down")
        typer.echo(f"    {one.member or one.act}{f' {one.month:%Y-%m}' if one.month else ''}: {one.example}")
    if found.left_out:
        typer.echo(f"{found.left_out} smaller changes were not looked at: name more with --most.")
    if not found.moved:
        typer.echo("This run replaced no amount.")


def _tell_causes(amounts: Mapping[str, Any], nothing: str, as_json: bool) -> None:
    """Title -> an amount with its causes; ``nothing`` says why there may be none."""
    if as_json:
        _echo_json(list(amounts.values()))
        return
    for title, one in amounts.items():
        typer.echo(title)
        _tell(one.causes)
    if not amounts:
        typer.echo(nothing)


def _tell_line(found: "LineMoved", language: str, as_json: bool) -> None:
    _tell_movements(found.movements, found.adds_up, language, as_json)


def _tell(causes: Any) -> None:
    for cause in causes:
        known = cause.learnt.known_at.replace("T", " ")
        typer.echo(f"  version {cause.version}, known {known}: {cause.sentence}")


def _tell_movements(found: Sequence["Movement"], adds_up: bool, language: str, as_json: bool) -> None:
    """Each movement with its causes and their cents; exits with 1 where they do not add up."""
    from avenant.core.wording.figures import amount_text

    if as_json:
        _echo_json(found)
    for one in () if as_json else found:
        what = f"{one.member} {one.month:%Y-%m} {one.slot}" if one.month else f"act {one.act} {one.payee}"
        moved = amount_text(one.moved_cents, one.currency, language)
        typer.echo(f"{one.contract}  {what}: {moved}")
        for cause in one.steps:
            _tell([cause])
            for told, cents in zip(cause.arrived, cause.moved, strict=True):
                typer.echo(f"    {told.kind} {told.ref}: {amount_text(cents, one.currency, language)}")
            if cause.code_cents:
                typer.echo(f"    program: {amount_text(cause.code_cents, one.currency, language)}")
    if not adds_up:
        typer.echo("The causes do not add up to what the book says.", err=True)
        raise typer.Exit(FAILED)


def _revision(db: "Database", typed: str | None) -> int:
    """The revision of an earlier instant; 0: before everything."""
    return 0 if typed is None else revision_typed(db, typed)[0] or db.head()


def _echo_json(found: Any) -> None:
    fields = [asdict(one) for one in found] if isinstance(found, Sequence) else asdict(found)
    typer.echo(json.dumps(fields, indent=2, default=str, ensure_ascii=False))
