"""The command `avenant`: a dozen commands, each loaded only when it is called, so that help appears at once.

$ avenant premiums show C-0001 --known-at 2026-03-14
"""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from avenant import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "db": ("db", "Create, start, stop, inspect or delete the database; erase personal details."),
    "rulebook": ("rulebook", "Check the plans and price tables; publish them as an immutable version."),
    "import": ("import_", "Load contracts, members, enrolments and documents about care."),
    "nightly": ("nightly", "Recompute all premiums and reimbursements, and book what has changed."),
    "preview": ("preview", "What the next nightly run would book, under a draft, other facts or other code."),
    "invoices": ("invoices", "Issue invoices and show them as text, JSON, PDF, XLSX or CSV."),
    "find": ("find", "Find members, contracts, invoices, payouts, documents or acts by name or number."),
    "premiums": ("premiums", "Show the premiums of a member or contract, and why, as known at any instant."),
    "acts": ("acts", "Show care acts, what was decided and why, what waits; answer what waits."),
    "events": ("events", "A member's care as events: who paid what, what is open and why."),
    "payouts": ("payouts", "Pay what is reimbursed, in one transfer per payee; show statements and debts."),
    "graph": ("graph", "Every object behind an act, a payout or an invoice, at any moment of its past."),
    "why": ("why", "Why an amount changed: the facts, rulebook lines or program that made it so."),
    "rerun": ("rerun", "Run the engine again for one subject in a sandbox, and compare with what is stored."),
    "simulate": ("simulate", "What would we pay for this act, for this member, on that day?"),
    "case": ("case", "Play case files and compare what happens with what they expect."),
    "check": ("check", "Verify the promises of the books; recompute the digest chain."),
    "serve": ("serve", "Serve the desk, the back office for care, operations and engineering."),
    "users": ("users", "Add people to the desk and give them roles."),
    "alerts": ("alerts", "Tell people what the checks found: test the channels, send a digest."),
    "export": (
        "export",
        "Write the books for others: a journal for hledger, a pseudonymised copy for builds.",
    ),
    "generate": ("generate", "Generate a portfolio with late news; play the demo."),
    "bench": ("bench", "Measure speed and memory as ratios that mean the same on any machine."),
}
"""Command name -> (module in `avenant.commands`, one line of help), in the order in which help lists them."""

EPILOG = (
    "Exit codes: 0 done · 1 it failed, or found something that needs a person · 2 refused: the command line, "
    "or what it names, cannot be right. The help of each command says what its own codes mean."
)


class CommandsOnDemand(TyperGroup):
    """The root command. Its children are one-line summaries until one of them is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: TyperGroup(name=name, help=summary) for name, (_, summary) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names, loaded; click's own usage error for an unknown word."""
        name, found, rest = super().resolve_command(ctx, args)
        if name is None or found is None:
            return name, found, rest
        return name, loaded_command(name), rest


def loaded_command(name: str) -> Any:
    """The full command `name`, from its module in `avenant.commands`."""
    module, summary = COMMANDS[name]
    command = typer.main.get_command(import_module(f"avenant.commands.{module}").app)
    command.name = name
    command.help = command.help or summary
    return command


app = typer.Typer(
    cls=CommandsOnDemand,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    epilog=EPILOG,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"avenant {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """A health insurer's two books, premiums and reimbursements: recomputed every night, explained to the cent.

    DATABASE_URL selects a PostgreSQL server; without it an embedded one is used.
    """


def main() -> None:
    """Run the command line; the only place, with `avenant.commands`, that may read the clock."""
    app(prog_name="avenant", args=sys.argv[1:])
