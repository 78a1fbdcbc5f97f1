"""`avenant payouts`: pay what is reimbursed, list payouts, show statements in any format, show debts."""

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
    refusals_told,
    revision_typed,
)
from avenant.commands.euros import cents_typed
from avenant.commands.failures import failures_told
from avenant.commands.papers import FORMAT, LANGUAGE, OUT, SAME_AS_JSON, deliver
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    from avenant.flows.payouts import PayoutRunReport

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Pay reimbursements and show statements.\n\nExample: avenant payouts run --date 2026-06-30",
)
MINIMUM = typer.Option("10.00", help="Smaller sums wait until they add up, in the payout's currency.")
MAX_DAYS = typer.Option(30, help="A smaller sum waits no longer than this since its oldest part was booked.")


@app.command("run")
def run_(
    business_date: str | None = typer.Option(
        None, "--date", help="Date of the payouts; else today in Paris."
    ),
    minimum: str = MINIMUM,
    max_days: int = MAX_DAYS,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Pay all reimbursements not yet paid, one transfer per family or provider and currency.

    Small sums wait until they add up or grow old. A sum below zero stays open as a debt that later care makes up
    for. Parked families are left out and named.

    Example: avenant payouts run --date 2026-06-30 --minimum 5.00 --max-days 14

    Exit codes: 0 done · 1 done, but parked families were left out; or the server or a disk failed: run it
    again · 2 refused: an earlier date than the latest payout, or the command line.
    """
    from avenant.flows.payouts import run

    with refusals_told(database), failures_told(), progress_shown() as progress:
        minimum_cents = cents_typed(minimum, "--minimum")
        db = chosen_database(database)
        day = db.today() if business_date is None else day_typed(business_date, "--date")
        report = run(db, day, minimum_cents, max_days, progress)
    typer.echo(json.dumps(fields(report), indent=2) if as_json else text(report))
    if report.left_out:
        raise typer.Exit(FAILED)


@app.command("list")
def list_(
    payee: str | None = typer.Option(None, help="Number of a family's head, or of a provider."),
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """List payouts and settlements of zero, oldest first.

    Example: avenant payouts list --payee M-0001 --known-at 2026-03-14

    Exit codes: 0 listed · 2 refused: an unknown number, a future instant.
    """
    from avenant.core.money import money_text
    from avenant.store.readers.payouts import payout_list

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        with db.connect() as connection:
            rows = payout_list(connection, payee, rev)
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        number = row["number"] or f"#{row['payout_id']}"
        total = money_text(row["total_cents"], row["currency"])
        typer.echo(
            f"{number:<18} {row['issue_date']}  {row['payee_kind']:<9} {row['payee_ref']:<14} "
            f"{total:>18}  {row['entries']:,} entries"
        )
    if rows.is_empty():
        narrowed = payee is not None or known_at is not None
        typer.echo(
            f"{'No such payout.' if narrowed else 'No payouts yet.'} `avenant payouts run` makes them."
        )


@app.command()
def show(
    number: str = typer.Argument(
        ..., help="The number, like AVP-2026-000123, or #17 of a settlement of zero."
    ),
    format: str = FORMAT,
    language: str = LANGUAGE,
    out: Path | None = OUT,
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
    as_json: bool = SAME_AS_JSON,
) -> None:
    """Show the statement of one payout: what each payer did for every act, and why.

    Example: avenant payouts show AVP-2026-000123 --format pdf --language fr --out statement.pdf

    Exit codes: 0 shown, or written · 2 refused: an unknown number, a future instant.
    """
    from avenant.store.readers.payouts import payout_document

    with refusals_told(database):
        db = chosen_database(database)
        rev, instant = revision_typed(db, known_at)
        with db.connect() as connection:
            document = payout_document(connection, number, rev, instant)
        deliver(document.header, document.entries, "json" if as_json else format, language, out)


@app.command()
def debts(known_at: str | None = KNOWN_AT, database: str = DATABASE, as_json: bool = AS_JSON) -> None:
    """Who owes us: more was paid than is right now, and later care has not made up for it yet; largest first.

    Example: avenant payouts debts --known-at 2026-03-14

    Exit codes: 0 shown · 2 refused: no such database, a future instant.
    """
    from avenant.core.money import money_text
    from avenant.store.readers.paying import debts as debts_of

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        with db.connect() as connection:
            rows = debts_of(connection, rev)
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        owed = money_text(row["debt_cents"], row["currency"])
        name = f"  {row['payee']}" if row["payee"] else ""
        typer.echo(f"{row['payee_kind']:<9} {row['payee_ref']:<14} {owed:>18}  since {row['since']}{name}")
    if rows.is_empty():
        typer.echo("Nobody owes us anything.")


def fields(report: "PayoutRunReport") -> dict[str, Any]:
    """The report as JSON values; amounts in cents."""
    left_out = [{"family": family, "reason": reason} for family, reason in report.left_out]
    return asdict(report) | {"business_date": report.business_date.isoformat(), "left_out": left_out}


def text(report: "PayoutRunReport") -> str:
    """The report as people read it."""
    lines = [
        f"Run {report.run_id}: payouts dated {report.business_date}, {report.entries:,} reimbursements settled",
        f"  payouts {report.payouts:,} · {_sums(report.total_cents)} · settled without a document "
        f"{report.settled_without_document:,}",
        f"  held back until they add up or grow old {report.held_back:,} · {_sums(report.held_back_cents)}",
        f"  owe us {report.debts:,} · {_sums(report.debt_cents)}",
    ]
    lines += [f"  left out, parked: {family}: {reason}" for family, reason in report.left_out]
    return "\n".join(lines)


def _sums(cents_of: dict[str, int]) -> str:
    from avenant.core.money import money_text

    return ", ".join(money_text(cents, currency) for currency, cents in sorted(cents_of.items())) or "nothing"
