"""`avenant find`: whom or what somebody means, by name or by any number."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    FAILED,
    KNOWN_AT,
    chosen_database,
    refusals_told,
    revision_typed,
)

if TYPE_CHECKING:
    from avenant.core.finding.found import Found

app = typer.Typer(add_completion=False)


@app.command()
def find(
    text: list[str] = typer.Argument(help="A name, perhaps with a year or day of birth; or any number."),
    limit: int = typer.Option(20, "--limit", help="Show so many at most."),
    known_at: str | None = KNOWN_AT,
    language: str = typer.Option("en", "--language", help="fr or en."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Find members, contracts, invoices, payouts, documents or care acts; accents and a typo are forgiven.

    Examples: avenant find lerroy nora 1980 · avenant find AV-2026-000012 · avenant find 'D-0001#1'

    Exit codes: 0 found · 1 nothing is found · 2 refused: text that is too long or no text, a future instant.
    """
    from avenant.core.finding.wording import word
    from avenant.core.wording.figures import LANGUAGES
    from avenant.flows.finding import found

    typed = " ".join(text)
    with refusals_told(database):
        if language not in LANGUAGES:
            raise ValueError(f"--language: {language!r} is not spoken here; choose {' or '.join(LANGUAGES)}")
        db = chosen_database(database)
        shown = found(db, typed, limit, revision_typed(db, known_at)[0])
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in shown], indent=2, default=str, ensure_ascii=False))
    for one in () if as_json else shown:
        typer.echo(_line(one, language))
    if not shown:
        typer.echo(f"avenant: {word(language, 'nothing', typed=repr(typed))}", err=True)
        raise typer.Exit(FAILED)


def _line(one: "Found", language: str) -> str:
    """A title, the name of a member, and what tells it from others."""
    from avenant.core.finding.wording import detail, title

    parts = [title(one, language), one.name or "", detail(one, language)]
    return "  ".join(part for part in parts if part)
