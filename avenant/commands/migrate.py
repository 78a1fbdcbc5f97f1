"""`avenant db migrate`: bring the tables of a database up to this version."""

import typer

from avenant.commands.choose_database import refusals_told
from avenant.commands.progress import progress_shown


def migrate(name: str = typer.Argument(help="Name of the database.")) -> None:
    """Bring the tables of a database up to this version of the program; what is in them stays.

    Example: avenant db migrate books

    Exit codes: 0 it is up to date · 1 the server failed · 2 refused: there is no such database.
    """
    from avenant.gateways.postgres import server_from_environment
    from avenant.store.setup import migrate as brought_up_to_date

    with refusals_told(name), progress_shown() as progress:
        progress("bringing the tables up to date", 0, 0)
        server = server_from_environment()
        if name not in server.list_databases():
            raise LookupError(f"there is no database {name!r}: see `avenant db status`")
        brought_up_to_date(server.admin_url(name))
    typer.echo(f"{name} is up to date")
