"""`avenant invoices`: issue invoices, list them, show one in any format as it was known at any instant."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    FAILED,
    KNOWN_AT,
    chosen_database,
    day_typed,
    month_typed,
    refusals_told,
    revision_typed,
)
from avenant.commands.failures import failures_told
from avenant.commands.papers import FORMAT, LANGUAGE, OUT, SAME_AS_JSON, deliver
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    from avenant.flows.invoicing import InvoiceRunReport

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Issue invoices and show them.\n\nExample: avenant invoices run individual 2026-07 --date 2026-07-01",
)


@app.command("run")
def run_(
    kind: str = typer.Argument(..., help="individual or company."),
    month: str = typer.Argument(..., help="The month to invoice, like 2026-07; earlier months come along."),
    business_date: str | None = typer.Option(
        None, "--date", help="Date of the invoices; else today in Paris."
    ),
    only_month: bool = typer.Option(False, "--only-month", help="Invoice this month alone."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Invoice all premiums not yet invoiced, of this month and before, one document per contract.

    A negative total is a credit note, kept as the contract's balance and used by later invoices. Parked
    families are left out and named.

    Example: avenant invoices run company 2026-06 --date 2026-06-30

    Exit codes: 0 done · 1 done, but parked families were left out; or the server or a disk failed: run it
    again · 2 refused: too early, or the command line.
    """
    from avenant.flows.invoicing import run

    with refusals_told(database), failures_told(), progress_shown() as progress:
        db = chosen_database(database)
        day = db.today() if business_date is None else day_typed(business_date, "--date")
        report = run(db, kind, month_typed(month, "MONTH"), day, only_month, progress)
    typer.echo(json.dumps(fields(report), indent=2) if as_json else text(report))
    if report.left_out:
        raise typer.Exit(FAILED)


@app.command("list")
def list_(
    contract: str | None = typer.Option(None, help="Of this contract alone."),
    month: str | None = typer.Option(None, help="Of this month alone."),
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """List invoices, credit notes and settlements of zero, oldest first.

    Example: avenant invoices list --contract C-0001 --known-at 2026-03-14

    Exit codes: 0 listed · 2 refused: an unknown number, a future instant.
    """
    from avenant.core.money import money_text
    from avenant.store.readers.history import identity_of
    from avenant.store.readers.invoices import invoice_list

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        chosen = None if month is None else month_typed(month, "--month")
        with db.connect() as connection:
            if contract is not None:
                identity_of(connection, "contract", contract, rev)
            rows = invoice_list(connection, contract, chosen, rev)
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        number = row["number"] or f"#{row['invoice_id']}"
        total, due = (money_text(row[name], row["currency"]) for name in ("total_cents", "due_cents"))
        typer.echo(
            f"{number:<18} {row['issue_date']}  {row['kind']:<12} {row['contract_ref']:<14} "
            f"{row['month']:%Y-%m}  total {total:>18}  due {due:>18}"
        )
    if rows.is_empty():
        narrowed = contract is not None or month is not None or known_at is not None
        nothing = "No such invoice." if narrowed else "No invoices yet."
        typer.echo(f"{nothing} `avenant invoices run individual 2026-07` issues those of July 2026.")


@app.command()
def show(
    number: str = typer.Argument(
        ..., help="The number, like AV-2026-000123, or #17 of a settlement of zero."
    ),
    format: str = FORMAT,
    language: str = LANGUAGE,
    out: Path | None = OUT,
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
    as_json: bool = SAME_AS_JSON,
) -> None:
    """Show one invoice, every line with its why.

    Example: avenant invoices show AV-2026-000123 --format pdf --language fr --out invoice.pdf

    Exit codes: 0 shown, or written · 2 refused: an unknown number, a future instant.
    """
    from avenant.store.readers.invoices import invoice_document

    with refusals_told(database):
        db = chosen_database(database)
        rev, instant = revision_typed(db, known_at)
        with db.connect() as connection:
            document = invoice_document(connection, number, rev, instant)
        deliver(document.header, document.entries, "json" if as_json else format, language, out)


def fields(report: "InvoiceRunReport") -> dict[str, Any]:
    """The report as JSON values; amounts in cents."""
    left_out = [{"family": family, "reason": reason} for family, reason in report.left_out]
    days = {"month": f"{report.month:%Y-%m}", "business_date": report.business_date.isoformat()}
    return asdict(report) | days | {"left_out": left_out}


def text(report: "InvoiceRunReport") -> str:
    """The report as people read it."""
    from avenant.core.money import money_text

    totals = (
        ", ".join(money_text(cents, currency) for currency, cents in report.total_cents.items()) or "nothing"
    )
    lines = [
        f"Run {report.run_id}: {report.kind} contracts, {report.month:%B %Y}, dated {report.business_date}",
        f"  invoices {report.invoices:,} · credit notes {report.credit_notes:,} · settled without a document "
        f"{report.settled_without_document:,} · {totals}",
    ]
    if report.not_due:
        lines.append(f"  {report.not_due:,} contracts are billed in another cycle and not due yet")
    lines += [f"  left out, parked: {family}: {reason}" for family, reason in report.left_out]
    return "\n".join(lines)
