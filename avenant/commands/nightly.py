"""`avenant nightly`: recompute all premiums and reimbursements, and book what has changed."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    FAILED,
    chosen_database,
    day_typed,
    refusals_told,
)
from avenant.commands.failures import failures_told
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    from avenant.flows.nightly_report import NightlyReport

app = typer.Typer(add_completion=False)


@app.command()
def nightly(
    business_date: str | None = typer.Option(
        None, "--date", help="The day the run believes it is; else today in Paris, by the database's clock."
    ),
    workers: int = typer.Option(2, min=0, max=64, help="Worker processes; 0 computes in this process."),
    chunk_families: int = typer.Option(4_000, min=1, help="Families per chunk, at most."),
    breaker_share: float = typer.Option(
        0.2,
        min=0.0,
        max=1.0,
        help="Stop before writing when more than this share of the book would be cancelled.",
    ),
    override_breaker: bool = typer.Option(False, "--override-breaker", help="Write whatever is cancelled."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Recompute every premium and every reimbursement of everybody, and book what differs.

    What is booked and no longer right is cancelled and restated; a second run right after writes nothing.
    Months after that of the date are left alone.

    Example: avenant nightly --date 2026-06-30 --workers 2

    Exit codes: 0 done · 1 done, but families are parked or changes are held and need a person; or the breaker
    stopped the run before it wrote; or a worker, the server or a disk failed: run it again · 2 refused: the
    command line, no database, no rulebook.
    """
    from avenant.flows.nightly import BreakerOpen, run
    from avenant.flows.nightly_chunk import FamiliesRaise
    from avenant.store.writers.runs import Superseded

    with refusals_told(database), failures_told(), progress_shown() as progress:
        db = chosen_database(database)
        day = db.today() if business_date is None else day_typed(business_date, "--date")
        try:
            report = run(db, day, workers, chunk_families, breaker_share, override_breaker, progress)
        except (BreakerOpen, FamiliesRaise, Superseded) as stopped:
            typer.echo(f"avenant: {stopped}", err=True)
            raise typer.Exit(FAILED) from stopped
    typer.echo(json.dumps(fields(report), indent=2) if as_json else text(report))
    if report.parked or report.held:
        raise typer.Exit(FAILED)


def fields(report: "NightlyReport") -> dict[str, Any]:
    """The report as JSON values; amounts in cents."""
    values = asdict(report)
    parked = [{"family": family, "reason": reason} for family, reason in report.parked]
    return values | {"business_date": report.business_date.isoformat(), "parked": parked}


def _care_text(report: "NightlyReport") -> str:
    from avenant.core.money import money_text

    moves = report.reimbursements
    moved = ", ".join(money_text(cents, currency) for currency, cents in moves.amount_cents.items())
    return (
        f"  reimbursed  {moves.charges:>12,} charges, {moves.cancels:,} cancels of {report.expected_acts:,} decisions"
        + (f" ({moved} in all)" if moved else "")
    )


def text(report: "NightlyReport") -> str:
    """The report as people read it."""
    from avenant.core.money import money_text

    moved = ", ".join(money_text(cents, currency) for currency, cents in report.amount_booked_cents.items())
    lines = [
        f"Run {report.run_id} of {report.business_date}: {report.families:,} families, "
        f"{report.expected_rows:,} premiums recomputed in {report.seconds:.1f} s",
        f"  booked      {report.charges:>12,} charges, {report.cancels:,} cancels"
        + (f" ({moved} in all)" if moved else ""),
    ]
    if report.expected_acts or report.reimbursements.charges:
        lines.append(_care_text(report))
    if not report.written_rows:
        lines.append("  nothing had changed")
    if report.waiting:
        lines.append(
            f"  waiting     {report.waiting:>12,} lines of care that cannot be decided; "
            "`avenant acts waiting` lists them with the reasons"
        )
    if report.held:
        lines.append(
            f"  held        {report.held:>12,} members: their change reaches further back than the plan allows; "
            "`avenant premiums held` lists them"
        )
    if report.parked:
        lines.append(f"  parked      {len(report.parked):>12,} families whose facts cannot be right:")
        lines += [f"    {family}: {reason}" for family, reason in report.parked[:20]]
    if len(report.parked) > 20:
        lines.append(f"    and {len(report.parked) - 20:,} more (--json lists all)")
    return "\n".join(lines)
