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

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Write the books for other programs.\n\nExample: avenant export journal --output book.journal",
)


@app.callback()
def export() -> None:
    """Write the books for other programs.

    Example: avenant export journal --output book.journal
    """


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
