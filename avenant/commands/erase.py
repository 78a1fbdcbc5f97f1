"""`avenant db erase`: the right to erasure, and retention, for the person who answers for them."""

import json

import typer

DATABASE_HELP = "Name of the database ($AVENANT_DB, else avenant)."


def erase(
    member: str | None = typer.Argument(None, help="Number of the member to forget.", show_default=False),
    expired: bool = typer.Option(
        False, "--expired", help="Instead: of everybody, what was kept as long as its kind may be kept."
    ),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    database: str = typer.Option("avenant", "--database", "--db", envvar="AVENANT_DB", help=DATABASE_HELP),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Erase the name, address, bank details and the like of a member, for ever.

    Facts, premiums and invoices stay as they are, to the row: they know the member's number only. Every view,
    also of the past, then says since when it is erased; importing the same details again does not bring them
    back.

    Example: avenant db erase M-0001 --yes

    Example: avenant db erase --expired --yes

    Exit codes: 0 erased, or nothing was left to erase · 1 not confirmed, or the server failed · 2 refused: an
    unknown number, no such database.
    """
    from avenant.commands.choose_database import chosen_database, refusals_told
    from avenant.commands.failures import failures_told
    from avenant.flows import erasing

    with refusals_told(database), failures_told():
        if (member is None) != expired:
            raise ValueError("whom to erase? name one member, or everything kept long enough with --expired")
        db = chosen_database(database)
        kinds = [] if member is None else erasing.details_kept(db, member)
        whom = "everybody whose retention has ended" if member is None else f"member {member}"
        if (kinds or expired) and not yes:
            what = ", ".join(kinds) or "the details"
            typer.confirm(f"Erase {what} of {whom}, for ever?", abort=True, err=True)
        if member is None:
            erased = erasing.erase_kept_long_enough(db, db.today())
        else:
            erased = erasing.erase(db, member)
    if as_json:
        typer.echo(json.dumps({"member": member, "erased": erased}))
    else:
        typer.echo(f"erased {erased:,} personal details of {whom}" if erased else "nothing was left to erase")
