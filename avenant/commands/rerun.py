"""`avenant rerun`: the production code again, on the real data, writing nothing, with its calls if wanted."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    FAILED,
    KNOWN_AT,
    REFUSED,
    chosen_database,
    refusals_told,
    revision_typed,
)

if TYPE_CHECKING:
    from avenant.core.rulebook.model import Rulebook
    from avenant.flows.reruns.carrying_out import Asked, Rerun
    from avenant.rerun.calls import Call
    from avenant.rerun.spool import Spool

SHOWN = 40
RULEBOOK = typer.Option(
    None, "--rulebook", help="Under another published version, or a draft: a folder of plan files."
)
CHANGE = typer.Option(
    [], "--change", help="Change one input for this run: enrolment:E-0001:last_day=2026-03-31."
)
app = typer.Typer(add_completion=False)


@app.command()
def rerun(
    subject: str = typer.Argument(
        help="A member, contract, act (D-0001#1), invoice or payout by its number; family:M-0001 for a family."
    ),
    known_at: str | None = KNOWN_AT,
    own: bool = typer.Option(
        False, "--own", help="At the moment of the decision itself: its facts, its rulebook."
    ),
    trace: bool = typer.Option(False, "--trace", help="Show the calls, with their times and results."),
    lines_of: list[str] = typer.Option([], "--lines", help="A function whose executed lines to record."),
    stages: list[str] = typer.Option(
        [], "--stage", help="Run this stage; may be repeated. Default: the usual ones."
    ),
    rulebook: str | None = RULEBOOK,
    change: list[str] = CHANGE,
    reason: str = typer.Option("at a terminal", "--reason", help="Why; it is written down with your name."),
    role: str = typer.Option(
        "engineering", "--role", help="Under whose mask: engineering, operations, auditor."
    ),
    seconds: float = typer.Option(
        30, "--seconds", min=1, max=600, help="Stop the run after so many seconds."
    ),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Run the engine again for one subject in a sandbox, and compare its answer with what is stored.

    Nothing is written but who asked, for whom and why. Names and notes are masked by role.

    Example: avenant rerun D-0001#1 --own --trace

    Exit codes: 0 the same as stored · 1 different, or the run failed · 2 refused: an unknown number, stage or role,
    no decision yet, a future instant, a machine that isolates nothing.
    """
    from avenant.flows.reruns.carrying_out import Asked
    from avenant.flows.reruns.changing import change_written

    level = "lines" if lines_of else "calls" if trace else "off"
    with refusals_told(database):
        db = chosen_database(database)
        named, draft = _rulebook_typed(rulebook)
        asked = Asked(
            subject,
            actor=getpass.getuser(),
            role=role,
            reason=reason,
            rev=revision_typed(db, known_at)[0],
            own=own,
            rulebook=named,
            draft=draft,
            stages=tuple(stages),
            trace=level,
            lines_of=tuple(lines_of),
            changes=tuple(change_written(each) for each in change),
        )
        answer, spool = _run(database, asked, seconds)
    lines = spool.read(answer.number)
    typer.echo(json.dumps(lines, indent=1) if as_json else "\n".join(told(answer, lines, level != "off")))
    if not _is_same(answer):
        raise typer.Exit(FAILED)


def _rulebook_typed(typed: str | None) -> tuple[str | None, Rulebook | None]:
    """The version that was typed; of a folder ``draft:`` and its name, and what it holds. Errors: RulebookRefused."""
    from avenant.gateways.rulebook_files import rulebook_in

    if typed is None or not Path(typed).is_dir():
        return typed, None
    return f"draft:{Path(typed).resolve().name}", rulebook_in(Path(typed))


def _is_same(answer: Rerun) -> bool:
    """Whether the run came to its end and gave what is stored."""
    is_done = answer.outcome is not None and answer.outcome.is_done
    return is_done and all(verdict["same"] for verdict in answer.verdicts.values())


def _run(database: str, asked: Asked, seconds: float) -> tuple[Rerun, Spool]:
    """The run and where its result is kept; a machine that isolates nothing is refused with exit code 2."""
    from avenant.flows.reruns.asking import ACCEPTED, NotIsolated, rerun
    from avenant.gateways.postgres import default_folder, server_from_environment
    from avenant.rerun.guard import Limits
    from avenant.rerun.spool import Spool

    spool = Spool(default_folder() / "reruns")
    accepted = os.environ.get(ACCEPTED) == "accepted"
    try:
        db = chosen_database(database)
        return rerun(
            db, server_from_environment(), asked, spool, limits=Limits(seconds=seconds), accepted=accepted
        ), spool
    except NotIsolated as refused:
        typer.echo(f"avenant: {refused}", err=True)
        raise typer.Exit(REFUSED) from refused


def told(answer: Rerun, lines: list[Any], with_calls: bool) -> Iterator[str]:
    """The answer as a person reads it: verdict first, then the moment, then the calls."""
    from avenant.rerun.calls import call_tree

    if answer.outcome is None:
        yield f"The same run is under way: {answer.number}"
        return
    for name, verdict in answer.verdicts.items():
        yield from _verdict(name, verdict)
    for error in answer.errors:
        yield f"Raised {error['type']}: {error['message']}"
    if not answer.outcome.is_done:
        yield f"Stopped ({answer.outcome.status}): {answer.outcome.why}"
    yield ""
    yield from _facts(answer, lines[0])
    if with_calls:
        yield ""
        for call in call_tree(lines[1:]):
            yield from _calls(call)


def _verdict(name: str, verdict: dict[str, Any]) -> Iterator[str]:
    if verdict["same"]:
        yield f"{name}: the same as stored, {verdict['compared']} rows compared"
    else:
        yield f"{name}: {verdict['count']} values differ from what is stored"
    for each in verdict["differences"][:SHOWN]:
        key = ", ".join(f"{column} {value}" for column, value in each["key"])
        yield f"  {each['table']} ({key}) {each['column']}: stored {each['stored']}, now {each['rerun']}"
    if verdict["count"] > SHOWN:
        yield f"  and {verdict['count'] - SHOWN} more: --json shows all"
    yield from (f"  {note}" for note in verdict["notes"])


def _facts(answer: Rerun, head: dict[str, Any]) -> Iterator[str]:
    subject, point = answer.question.subject, answer.question.point
    assert answer.outcome is not None
    when = "the decision's own moment" if point.own else "what is known"
    yield f"{subject.kind} {subject.ref} at {when}: facts as of revision {point.facts}, book as of {point.book}"
    chosen = head["request"]["rulebook"] or ""
    version = point.rulebook_version + (f" ({chosen})" if chosen.startswith("draft:") else "")
    yield f"rulebook {version}, business date {point.business_date}, horizon {point.horizon:%Y-%m}"
    yield f"code {head['code_version']}, {answer.outcome.seconds} s, isolation: {head['isolation']}"
    yield f"asked by {head['actor']} as {head['role']}: {head['reason']} (re-run {answer.number})"


def _calls(call: Call) -> Iterator[str]:
    from avenant.rerun.calls import Group, grouped

    yield _call_line(call)
    for each in grouped(call.children):
        if isinstance(each, Group):
            time = sum(one.microseconds or 0 for one in each.calls)
            indent = "  " * each.calls[0].depth
            yield f"{time / 1000:9.1f} ms {indent}{len(each.calls)} × {each.calls[0].function}"
        else:
            yield from _calls(each)


def _call_line(call: Call) -> str:
    time = "        ?   " if call.microseconds is None else f"{call.microseconds / 1000:9.1f} ms"
    ending = f"raised {call.error['type']}: {call.error['message']}" if call.error else _in_short(call.value)
    return f"{time} {'  ' * call.depth}{call.function}  {ending}".rstrip()


def _in_short(value: dict[str, Any] | None) -> str:
    """A result in a few words: rows and new columns of a table, the value of a scalar, else the type."""
    if value is None:
        return ""
    if value["type"] == "polars.DataFrame":
        marks = [*(f"+{name}" for name in value["new"]), *(f"~{name}" for name in value["changed"])]
        return f"→ {value['height']} rows {' '.join(marks)}"
    return f"→ {value['value']}" if "value" in value else f"→ {value.get('token', value['type'])}"
