"""`avenant import`: load contracts, members and enrolments from CSV files; and messages on care."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from avenant.commands import import_documents
from avenant.commands.choose_database import DATABASE, chosen_database
from avenant.commands.import_errors import REFUSED, errors_told
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    import polars as pl

    from avenant.flows.importing import ImportReport

PARTLY = 3
SHOWN = 3
"""So many refused rows are printed for each reason; the rejects file and --json hold all of them."""


class FolderByDefault(TyperGroup):
    """A group in which `avenant import portfolio` means `avenant import folder portfolio`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `folder` before what is neither a command nor a question for help."""
        if args and args[0] not in (*self.commands, "--help"):
            args = ["folder", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=FolderByDefault,
    add_completion=False,
    no_args_is_help=True,
    help="Load contracts, members and enrolments from a folder of CSV files, or messages on care.",
    epilog="`avenant import portfolio` is short for `avenant import folder portfolio`.",
)
app.command(name="documents")(import_documents.documents)


@app.command(name="folder")
def folder_(
    folder: Path = typer.Argument(..., help="Folder with the CSV files."),
    mapping: Path | None = typer.Option(
        None, help="YAML file that says how other people's CSV files become ours.", show_default=False
    ),
    keep_going: bool = typer.Option(
        False, "--keep-going", help="Load the good rows and write the others, with reasons, to a file."
    ),
    rejects: Path | None = typer.Option(
        None, help="File for refused rows; with --keep-going rejects.csv in the folder.", show_default=False
    ),
    database: str = DATABASE,
    by: str | None = typer.Option(None, help="Who tells it; else the name of the user of this machine."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON, with every refused row."),
) -> None:
    """Load contracts, members and enrolments from CSV files; or nothing, if a row cannot be right.

    The folder holds contracts.csv, members.csv and enrolments.csv, and may hold balances.csv, approvals.csv
    and people.csv; with a mapping it holds whatever files the mapping names. Every row is the full
    state of one thing as it is known now: the same files imported again change nothing.
    docs/how-to/import.md lists the columns.

    Example: avenant import portfolio --database demo

    Example: avenant import folder documents (the whole word is needed where the folder is called like a command)

    Example: avenant import cms --mapping examples/cms/mapping.yaml --keep-going --rejects rejects.csv

    Exit codes: 0 every row was loaded · 1 refused or failed, nothing was loaded · 2 the command line is
    wrong · 3 with --keep-going: the good rows were loaded, the others are in the rejects file.
    """
    from avenant.flows.importing import import_files

    with _explained(as_json), progress_shown() as progress:
        report = import_files(
            chosen_database(database),
            folder,
            mapping,
            keep_going=keep_going,
            rejects_file=rejects,
            progress=progress,
            actor=by or getpass.getuser(),
        )
    outcome = "partly loaded" if report.rejected else "loaded"
    typer.echo(report_json(outcome, report) if as_json else report_text(report))
    if report.rejected:
        raise typer.Exit(PARTLY)


def report_text(report: "ImportReport") -> str:
    """What was loaded, for a person."""
    width = max([len(table) for table in report.loaded], default=0)
    lines = [f"loaded from {report.folder}" + (f", revision {report.rev}:" if report.rev else ":")]
    for table, rows in report.loaded.items():
        new = f", {_written(report, table):,} new or changed" if table in VERSIONED else ""
        lines.append(f"  {table:<{width}} {_rows(rows):>14}{new}")
    if report.rejected:
        lines += ["", f"{_rows(report.rejected)} not loaded:", *_reasons(report)]
        lines += [f"each of them, with its reason and what to do, is in {report.rejects_file}"]
    return "\n".join(lines)


def refusal_text(report: "ImportReport") -> str:
    """Why nothing was loaded, for a person: the reasons, some rows of each, and how to load the others."""
    good = sum(report.loaded.values())
    shown = report.rejects.filter(_first_of_each_reason())
    lines = [f"refused: nothing was loaded, because {_rows(report.rejected)} cannot be right:"]
    lines += [*_reasons(report), ""]
    for row in shown.iter_rows(named=True):
        column = f", {row['column']} {row['seen']!r}" if row["column"] else f": {row['seen']}"
        lines += [f"{row['file']}:{row['line']}{column}"]
        lines += [f"    {row['reason']}: {row['message']}", f"    what to do: {row['remedy']}"]
    if report.rejects_file:
        lines += [f"All of them are in {report.rejects_file}"]
    elif report.rejects.height > shown.height:
        lines += [
            f"... and {report.rejects.height - shown.height:,} more: --rejects FILE writes all to a file"
        ]
    if good:
        lines += ["", f"The other {_rows(good)} could be loaded: --keep-going does so"]
    return "\n".join(lines)


VERSIONED = {"contracts": "contract", "members": "member", "enrolments": "enrolment"}
"""Tables of facts -> what the store calls them."""


def _first_of_each_reason() -> "pl.Expr":
    import polars as pl

    return pl.col("reason").cum_count().over("reason") <= SHOWN


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _written(report: "ImportReport", table: str) -> int:
    return report.written.get(VERSIONED[table], 0)


def _reasons(report: "ImportReport") -> list[str]:
    return [f"  {count:>9,}  {reason}" for reason, count in report.reasons.items()]


def report_json(outcome: str, report: "ImportReport") -> str:
    """All of a report; `rejects` lists every refused row."""
    fields: dict[str, Any] = {
        "outcome": outcome,
        "folder": str(report.folder),
        "files": report.files,
        "loaded": report.loaded if outcome != "refused" else {},
        "written": report.written,
        "revision": report.rev,
        "rejected": report.rejected,
        "reasons": report.reasons,
        "rejects_file": None if report.rejects_file is None else str(report.rejects_file),
        "rejects": report.rejects.to_dicts(),
    }
    return json.dumps(fields, indent=2, ensure_ascii=False)


@contextmanager
def _explained(as_json: bool) -> Iterator[None]:
    """Errors as sentences (or JSON) and exit code 1 instead of a traceback."""
    from avenant.flows.importing import ImportRefused

    with errors_told():
        try:
            yield
        except ImportRefused as refused:
            text = report_json("refused", refused.report) if as_json else refusal_text(refused.report)
            typer.echo(text, err=not as_json)
            raise typer.Exit(REFUSED) from None
