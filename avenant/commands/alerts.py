"""`avenant alerts`: test the channels that are told of findings; send a digest of all that is open."""

import typer

from avenant.commands.choose_database import DATABASE, FAILED, chosen_database, refusals_told

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Tell people what the checks found, by the Apprise addresses in AVENANT_ALERT_URLS.\n\n"
    "Example: avenant alerts test",
)


@app.command()
def test() -> None:
    """Send a test to every channel.

    Example: avenant alerts test

    Exit codes: 0 every channel took it · 1 some channel did not · 2 refused: no address, or one that is none.
    """
    from avenant.flows.alerting import tell_test
    from avenant.gateways.alerts import NotDelivered

    try:
        told = tell_test()
    except (LookupError, ValueError) as refused:
        typer.echo(f"avenant: {refused}", err=True)
        raise typer.Exit(2) from refused
    except NotDelivered as failed:
        typer.echo(f"avenant: {failed}", err=True)
        raise typer.Exit(FAILED) from failed
    typer.echo(f"{told} channels took the test")


@app.command()
def digest(database: str = DATABASE) -> None:
    """Send, and print, all that is open: findings by check, the last night, what waits for people.

    Example: avenant alerts digest

    Exit codes: 0 sent, or nobody to tell · 1 some channel did not take it · 2 refused: no such database.
    """
    from avenant.flows.alerting import tell_digest
    from avenant.gateways.alerts import NotDelivered

    with refusals_told(database):
        try:
            alert, told = tell_digest(chosen_database(database))
        except NotDelivered as failed:
            typer.echo(f"avenant: {failed}", err=True)
            raise typer.Exit(FAILED) from failed
    typer.echo(f"{alert.title}\n{alert.body}")
    if told:
        typer.echo(f"{told} channels took it")
