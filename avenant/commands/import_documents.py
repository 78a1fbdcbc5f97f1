"""`avenant import documents`: load messages on care from CSV, JSON and FHIR files."""

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import DATABASE, chosen_database
from avenant.commands.import_errors import REFUSED, errors_told
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    from avenant.flows.importing_documents import DocumentsReport

PARTLY = 3
SHOWN = 3
"""So many refusals and findings are printed of each kind; the files and --json hold all of them."""
VERSIONED = {
    "documents": "document",
    "care_lines": "care_line",
    "answers": "answer",
    "provider_statuses": "provider_status",
}
"""Tables of facts -> what the store calls them."""


def _print_schema(wanted: bool) -> None:
    if wanted:
        from avenant.gateways.document_json import documents_schema

        typer.echo(json.dumps(documents_schema(), indent=2, ensure_ascii=False))
        raise typer.Exit


def documents(
    paths: list[Path] = typer.Argument(..., metavar="PATH", help="Files, or folders with files."),
    mapping: Path | None = typer.Option(
        None, help="YAML file that says how other people's CSV files become ours.", show_default=False
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Judge everything, and load and write nothing."),
    rejects: Path | None = typer.Option(
        None, help="File for refused rows; else rejects.csv beside the first PATH.", show_default=False
    ),
    findings: Path | None = typer.Option(
        None, help="File for all findings: what was not mapped, what contradicts itself.", show_default=False
    ),
    scheme: list[str] = typer.Option(
        ["CMS"],
        help="FHIR insurer that is the compulsory scheme; the statements of others are other_insurer.",
    ),
    database: str = DATABASE,
    by: str | None = typer.Option(None, help="Who tells it; else the name of the user of this machine."),
    schema: bool = typer.Option(
        False, "--schema", callback=_print_schema, is_eager=True, help="Print the JSON schema and stop."
    ),
    as_json: bool = typer.Option(
        False, "--json", help="Print JSON, with every refused row and every finding."
    ),
) -> None:
    """Load messages on care: returns of the Sécu, requests, invoices, statements of other insurers, quotes.

    CSV (documents.csv with care_lines.csv, or one file with a line of care in each row), JSON (--schema prints the
    schema) and FHIR R4 as JSON. Good documents are loaded; a document that cannot be right is refused with its lines,
    each with its reason and what to do, and stops no other. A member or act that nobody knows yet is no reason to
    refuse: it waits. docs/how-to/import.md lists columns and reasons.

    Example: avenant import documents inbox bundle.json --database demo

    Exit codes: 0 everything was loaded · 1 nothing was loaded · 2 the command line is wrong · 3 partly loaded: the
    refused rows are in the rejects file.
    """
    from avenant.flows.importing_documents import import_documents

    with errors_told(), progress_shown() as progress:
        report = import_documents(
            chosen_database(database),
            paths,
            mapping,
            dry_run=dry_run,
            rejects_file=rejects,
            findings_file=findings,
            payers=scheme,
            progress=progress,
            actor=by or getpass.getuser(),
        )
    typer.echo(documents_json(report) if as_json else documents_text(report))
    if report.rejects.height:
        raise typer.Exit(PARTLY if any(report.loaded.values()) else REFUSED)


def documents_text(report: "DocumentsReport") -> str:
    """What was loaded, refused and found, for a person."""
    verb = "would be loaded" if report.dry_run else "loaded"
    files = f"{len(report.files):,} file{'' if len(report.files) == 1 else 's'}"
    lines = [f"{verb} from {files}" + (f", revision {report.rev}:" if report.rev else ":")]
    lines += [f"  {table:<18}{_loaded(report, table)}" for table in report.loaded]
    if report.held:
        lines += [
            f"  {_counted(report.held, 'line')} held: their document contradicts itself (avenant acts waiting)"
        ]
    lines += _found(report)
    if report.rejects.height:
        lines += ["", "not loaded:", *_refused(report)]
    return "\n".join(lines)


def _loaded(report: "DocumentsReport", table: str) -> str:
    rows = f"{_counted(report.loaded[table], 'row'):>14}"
    if table not in VERSIONED or report.dry_run:
        return rows
    return f"{rows}, {report.written.get(VERSIONED[table], 0):,} new or changed"


def _found(report: "DocumentsReport") -> list[str]:
    if report.findings.is_empty():
        return []
    lines = ["", f"{_counted(report.findings.height, 'finding')}:"]
    for kind in report.findings["finding"].unique(maintain_order=True):
        found = report.findings.filter(finding=kind)
        lines += [f"  {found.height:,} {kind}"]
        for row in found.head(SHOWN).iter_rows(named=True):
            lines += [f"      {row['file']}: {row['place']} ({row['seen']}): {row['message']}"]
    where = (
        f"all of them are in {report.findings_file}" if report.findings_file else "--findings FILE writes all"
    )
    return [*lines, f"  {where}"]


def _refused(report: "DocumentsReport") -> list[str]:
    lines = [f"  {_counted(count, 'row')} of {table}" for table, count in report.refused.items()]
    lines += [f"  {count:>9,}  {reason}" for reason, count in report.reasons.items()]
    for reason in report.reasons:
        for row in report.rejects.filter(reason=reason).head(SHOWN).iter_rows(named=True):
            line = "" if row["line"] is None else f":{row['line']}"
            column = f", {row['column']}" if row["column"] else ""
            lines += [f"{row['file']}{line}{column} {row['seen']!r}"]
            lines += [f"    {row['reason']}: {row['message']}", f"    what to do: {row['remedy']}"]
    if report.rejects_file:
        lines += [f"each of them, with its reason and what to do, is in {report.rejects_file}"]
    return lines


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def documents_json(report: "DocumentsReport") -> str:
    """All of a report, with every refused row and every finding."""
    some = any(report.loaded.values())
    fields: dict[str, Any] = {
        "outcome": ("partly loaded" if some else "refused") if report.rejects.height else "loaded",
        "dry_run": report.dry_run,
        "files": report.files,
        "loaded": report.loaded,
        "refused": report.refused,
        "written": report.written,
        "held": report.held,
        "revision": report.rev,
        "reasons": report.reasons,
        "rejects_file": None if report.rejects_file is None else str(report.rejects_file),
        "rejects": report.rejects.to_dicts(),
        "findings_file": None if report.findings_file is None else str(report.findings_file),
        "findings": report.findings.to_dicts(),
    }
    return json.dumps(fields, indent=2, ensure_ascii=False)
