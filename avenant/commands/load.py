"""`avenant db load`: a database made of a pseudonymised copy of a book."""

from pathlib import Path

import typer

from avenant.commands.choose_database import refusals_told
from avenant.commands.progress import progress_shown


def load(
    file: Path = typer.Argument(help="A file that `avenant export --pseudonymised` wrote."),
    name: str = typer.Argument(help="Name of the new database: a-z, 0-9 and _."),
) -> None:
    """Make a database of a pseudonymised copy, to preview against: with a simulated clock, at the copy's instant.

    Example: avenant db load book.zip ci_book

    Exit codes: 0 made · 1 the server failed · 2 refused: no such copy, of another version, or the name is taken.
    """
    from avenant.flows.copying import load_copy
    from avenant.gateways.postgres import server_from_environment

    with refusals_told(name), progress_shown() as progress:
        load_copy(server_from_environment(), file, name, progress)
    typer.echo(f"made database {name} of {file}: a simulated clock, nobody recognisable in it")
