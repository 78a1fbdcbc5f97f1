"""The end of the demo: a login per role, and the desk, served where somebody looks on."""

from __future__ import annotations

import os
import secrets
import socket
import sys

import typer

from avenant.commands.users import added
from avenant.store.database import Database

PASSWORD = "avenant-demo"
PORT = 8000


def demo_logins(db: Database) -> list[str]:
    """Give the demo a user of each role, named like it; the lines that say so."""
    from avenant.desk.roles import ROLES

    for role in ROLES:
        added(db, role, role, password=PASSWORD)
    return [
        "The desk: sign in as one of these, with the password " + PASSWORD,
        *(f"  {role.key:<14} {role.sentences[0]}" for role in ROLES.values()),
    ]


def served_to_a_terminal(db: Database, name: str) -> None:
    """Serve the desk if a person is at a terminal; else say how."""
    command = f"avenant serve --demo --database {name}"
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        typer.echo(f"  start it with: {command}")
        return
    from avenant.commands.serve import run

    bind = f"127.0.0.1:{_free_port()}"
    os.environ |= {
        "AVENANT_BOOK_URL": db.url,
        "AVENANT_DEMO": "1",
        "AVENANT_SECRET_KEY": secrets.token_urlsafe(48),
        "DJANGO_SETTINGS_MODULE": "avenant.settings",
    }
    typer.echo(f"  it is at http://{bind}/ until Ctrl-C; later: {command}")
    run(bind, workers=1, threads=4)


def _free_port() -> int:
    """8000, or any free port where that is taken."""
    for port in (PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return PORT
