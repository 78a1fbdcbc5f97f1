"""What goes wrong in an import, as one sentence on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

REFUSED = 1


@contextmanager
def errors_told() -> Iterator[None]:
    """Errors as sentences and exit code 1 instead of a traceback."""
    import psycopg

    from avenant.flows.importing import FactsMoved
    from avenant.gateways.csv_files import FileRefused
    from avenant.store.readers.rulebooks import NothingPublished

    try:
        yield
    except (FileRefused, NothingPublished, FactsMoved, ValueError, LookupError) as error:
        typer.echo(f"refused: {error}", err=True)
        raise typer.Exit(REFUSED) from None
    except psycopg.Error as error:
        hint = "\nCreate it with `avenant db create`." if "does not exist" in str(error) else ""
        typer.echo(f"failed, nothing was loaded: {error}{hint}", err=True)
        raise typer.Exit(REFUSED) from None
