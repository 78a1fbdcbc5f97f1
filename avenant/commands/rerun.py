"""`avenant rerun`: the production code again, on the real data, writing nothing, with its calls if wanted."""

from __future__ import annotations

import getpass
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

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
    from avenant.rerun.spool import Spool

RULEBOOK = typer.Option(
    None, "--rulebook", help="Under another published version, or a draft: a folder of plan files."
)
CHANGE = typer.Option(
    [], "--change", help="Change one input for this run: enrolment:E-0001:last_day=2026-03-31."
)
TRACE = typer.Option(False, "--trace", help="Show the calls, with their times and results.")
MODULES = typer.Option(
    [],
    "--modules",
    help="Show the calls of these modules: avenant.core.claims; may be repeated. Default: the rules of each stage.",
)
LINES = typer.Option(
    [], "--lines", help="Show the lines that ran of this function, named with its module; may be repeated."
)
STAGES = typer.Option([], "--stage", help="Run this stage; may be repeated. Default: the usual ones.")
ROLE = typer.Option("engineering", "--role", help="Under whose mask: engineering, operations, auditor.")
SECONDS = typer.Option(30, "--seconds", min=1, max=600, help="Stop the run after so many seconds.")
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
    trace: bool = TRACE,
    modules: list[str] = MODULES,
    lines_of: list[str] = LINES,
    stages: list[str] = STAGES,
    rulebook: str | None = RULEBOOK,
    change: list[str] = CHANGE,
    reason: str = typer.Option("at a terminal", "--reason", help="Why; it is written down with your name."),
    role: str = ROLE,
    seconds: float = SECONDS,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Run the engine again for one subject in a sandbox, and compare its answer with what is stored.

    Nothing is written but who asked, for whom and why. Names and notes are masked by role.

    Examples: avenant rerun D-0001#1 --own --trace
    avenant rerun M-0001 --modules avenant.core.claims --lines avenant.core.claims.adjudication.payers.with_left

    Exit codes: 0 the same as stored · 1 different, or the run failed or wanted to send something · 2 refused: an
    unknown number, stage, module or role, no decision yet, a future instant, a machine that isolates nothing.
    """
    from avenant.commands.rerun_told import told
    from avenant.flows.reruns.carrying_out import Asked
    from avenant.flows.reruns.changing import change_written
    from avenant.flows.reruns.traceable import functions_typed, modules_typed

    level = "lines" if lines_of else "calls" if trace or modules else "off"
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
            modules=modules_typed(" ".join(modules)),
            lines_of=functions_typed(" ".join(lines_of)),
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
    """Whether the run came to its end, wanted to send nothing, and gave what is stored."""
    is_done = answer.outcome is not None and answer.outcome.is_done and not answer.outgoing
    return is_done and all(verdict["same"] for verdict in answer.verdicts.values())


def _run(database: str, asked: Asked, seconds: float) -> tuple[Rerun, Spool]:
    """The run and where its result is kept; a machine that isolates nothing is refused with exit code 2."""
    from avenant.flows.reruns.asking import ACCEPTED, NotIsolated, rerun
    from avenant.flows.reruns.keeping import kept_results
    from avenant.gateways.postgres import server_from_environment
    from avenant.rerun.guard import Limits

    spool = kept_results()
    accepted = os.environ.get(ACCEPTED) == "accepted"
    try:
        db = chosen_database(database)
        return rerun(
            db, server_from_environment(), asked, spool, limits=Limits(seconds=seconds), accepted=accepted
        ), spool
    except NotIsolated as refused:
        typer.echo(f"avenant: {refused}", err=True)
        raise typer.Exit(REFUSED) from refused
