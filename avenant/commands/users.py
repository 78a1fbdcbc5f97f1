"""`avenant users`: who may sign in at the desk."""

from __future__ import annotations

import json
import os
import secrets

import typer

from avenant.commands.choose_database import AS_JSON, DATABASE, chosen_database, refusals_told
from avenant.store.database import Database

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Add people to the desk and give them roles.\n\nExample: avenant users add ana --role operations",
)
NAME = typer.Argument(help="The name to sign in with.")


@app.command()
def add(
    name: str = NAME,
    role: str = typer.Option(help="care, claims, operations, engineering, administrator or auditor."),
    email: str = typer.Option("", help="Address under which OpenID Connect knows the person."),
    language: str = typer.Option("en", help="fr or en."),
    database: str = DATABASE,
) -> None:
    """Add a person, or give a known one a new password and role. The password is printed once.

    Example: avenant users add ana --role operations --language fr

    Exit codes: 0 added · 2 refused: an unknown role or language.
    """
    with refusals_told(database):
        db = chosen_database(database)
        db.settings()
        password = added(db, name, role, email, language)
    typer.echo(f"{name} ({role}) signs in with: {password}")


@app.command("list")
def list_(database: str = DATABASE, as_json: bool = AS_JSON) -> None:
    """Who may sign in, with which role.

    Example: avenant users list --json

    Exit codes: 0 listed · 2 refused: no such database.
    """
    with refusals_told(database):
        db = chosen_database(database)
        db.settings()
        rows = known(db)
    if as_json:
        typer.echo(json.dumps(rows, indent=2, default=str))
        return
    for row in rows:
        typer.echo(f"{row['username']:<24} {row['role']:<14} {'' if row['is_active'] else 'locked'}")
    if not rows:
        typer.echo("Nobody yet: `avenant users add NAME --role ROLE` adds somebody.")


def added(
    db: Database, name: str, role: str, email: str = "", language: str = "en", password: str = ""
) -> str:
    """Add a user or change one; the password. Errors: ValueError for an unknown role or language."""
    look_at(db)
    from avenant.desk.models import User
    from avenant.desk.roles import ROLES

    if role not in ROLES:
        raise ValueError(f"--role: {role!r} is not known; choose one of {', '.join(ROLES)}")
    if language not in ("en", "fr"):
        raise ValueError(f"--language: {language!r} is not known; choose fr or en")
    password = password or secrets.token_urlsafe(12)
    user, _ = User.objects.get_or_create(username=name)
    user.role, user.email, user.language, user.is_active = role, email, language, True
    user.set_password(password)
    user.save()
    return password


def known(db: Database) -> list[dict[str, object]]:
    """All users by name."""
    look_at(db)
    from avenant.desk.models import User

    return list(
        User.objects.order_by("username").values("username", "role", "email", "language", "is_active")
    )


def look_at(db: Database) -> None:
    """Make Django, and what is asked of it in this process from now on, look at this database."""
    os.environ["AVENANT_BOOK_URL"] = db.url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avenant.settings")
    import dj_database_url
    import django
    from django.db import connections

    django.setup()
    connections.databases["default"].update(dj_database_url.parse(db.url))
    connections.close_all()
    if hasattr(connections["default"], "settings_dict"):
        del connections["default"]
