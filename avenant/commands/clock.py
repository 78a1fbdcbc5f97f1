"""`avenant db clock`: read the clock of a database, or set it where it is simulated."""

import json
from datetime import datetime

import typer

from avenant.commands.choose_database import AS_JSON, chosen_database, refusals_told


def clock(
    name: str = typer.Argument(help="Name of the database."),
    instant: str | None = typer.Argument(
        None,
        help="2026-03-14 (9 o'clock) or '2026-03-14 09:12' (Paris); shown if left out.",
        show_default=False,
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Show the clock of a database; set it, if it is simulated, so that news is learnt on another day.

    Example: avenant db clock demo '2026-03-14 09:12'

    Exit codes: 0 shown or set · 1 the server failed · 2 refused: the clock is real, no such database, no instant.
    """
    from avenant.commands.failures import failures_told
    from avenant.store.database import PARIS

    with refusals_told(name), failures_told():
        db = chosen_database(name)
        if instant is not None:
            db.simulate(_instant(instant))
        now, kind = db.now().astimezone(PARIS), db.settings().clock
    if as_json:
        typer.echo(json.dumps({"now": now.isoformat(), "clock": kind}, indent=2))
    else:
        typer.echo(f"{now:%Y-%m-%d %H:%M} in Paris, {kind} clock")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an instant: write 2026-03-14 or '2026-03-14 09:12'") from None
    return instant.replace(hour=9) if len(text) == len("2026-03-14") else instant
