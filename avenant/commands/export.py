"""`avenant export`: the books for other programs."""

import sys
from pathlib import Path

import typer

from avenant.commands.choose_database import (
    DATABASE,
    KNOWN_AT,
    chosen_database,
    refusals_told,
    revision_typed,
)
from avenant.commands.progress import progress_shown

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback(invoke_without_command=True)
def export(
    context: typer.Context,
    pseudonymised: bool = typer.Option(
        False, "--pseudonymised", help="Write a copy of the whole book in which nobody can be recognised."
    ),
    output: Path = typer.Option(
        Path("book.zip"), "--output", "-o", help="With --pseudonymised: the file to write."
    ),
    database: str = DATABASE,
) -> None:
    """Write the books for other programs: a journal, or a pseudonymised copy that a build can preview against.

    The copy holds facts, books and rulebooks with every amount and date. Names, contacts, bank details, free text
    and who wrote what are left out; the numbers of people and papers are replaced. It is still data about health.
    `avenant db load FILE NAME` makes a database of it.

    Example: avenant export --pseudonymised --output book.zip

    Exit codes: 0 written · 1 the server failed · 2 refused: no such database, a file that cannot be written.
    """
    if context.invoked_subcommand is not None:
        if pseudonymised:
            raise typer.BadParameter("--pseudonymised stands alone: leave out the command after it")
        return
    if not pseudonymised:
        raise typer.BadParameter("name what to export: `journal`, or --pseudonymised")
    from avenant.flows.copying import write_pseudonymised

    with refusals_told(database), progress_shown() as progress:
        copied = write_pseudonymised(chosen_database(database), output, progress)
    typer.echo(f"{sum(copied.rows.values()):,} rows up to revision {copied.rev:,} written to {output}")


@app.command()
def journal(
    output: Path | None = typer.Option(
        None, "--output", "-o", help="A file to write; else standard output.", show_default=False
    ),
    contract: str | None = typer.Option(None, help="This contract alone.", show_default=False),
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
) -> None:
    """Both books as a plain-text journal that hledger reads, one transaction per entry, invoice and payout.

    `hledger -f book.journal check` verifies that everything balances; `hledger -f book.journal balance` adds it up
    without any of our code.

    Example: avenant export journal --contract C-0001 --known-at 2026-03-14

    Exit codes: 0 written · 2 refused: an unknown contract, a future instant, a file that cannot be written.
    """
    from avenant.flows.exporting_journal import write_journal

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        if output is None:
            write_journal(db, sys.stdout.write, contract, rev)
            return
        try:
            with output.open("w", encoding="utf-8") as file:
                written = write_journal(db, file.write, contract, rev)
        except OSError as refused:
            raise ValueError(f"--output: {output} cannot be written: {refused.strerror}") from refused
    typer.echo(f"{written:,} transactions written to {output}")
