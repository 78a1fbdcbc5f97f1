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
    from avenant.flows.keeping_checks import Checked
    from avenant.flows.nightly_report import NightlyReport

app = typer.Typer(add_completion=False)


@app.command()
def nightly(
    business_date: str | None = typer.Option(
        None, "--date", help="The day the run believes it is; else today in Paris, by the database's clock."
    ),
    workers: int = typer.Option(2, min=0, max=64, help="Worker processes; 0 computes in this process."),
    chunk_families: int = typer.Option(4_000, min=1, help="Families per chunk, at most."),
    breaker_share: float | None = typer.Option(
        None,
        min=0.0,
        max=1.0,
        show_default="0.2, and more than 1,000 rows",
        help="Stop before writing when more than this share of the book would be cancelled.",
    ),
    override_breaker: bool = typer.Option(False, "--override-breaker", help="Write whatever is cancelled."),
    skip_checks: bool = typer.Option(
        False, "--skip-checks", help="Do not run the checks afterwards, and tell nobody."
    ),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Recompute every premium and every reimbursement of everybody, and book what differs.

    What is booked and no longer right is cancelled and restated; a second run right after writes nothing.
    Months after that of the date are left alone. Afterwards all checks run, their results are kept, and what is new
    or resolved is told to the channels of AVENANT_ALERT_URLS. Results of re-runs that have expired are removed.

    Example: avenant nightly --date 2026-06-30 --workers 2

    Exit codes: 0 done · 1 done, but families are parked, changes are held, a check found something or a channel did
    not take its alert; or the breaker stopped the run before it wrote; or a worker, the server or a disk failed: run
    it again · 2 refused: the command line, no database, no rulebook.
    """
    from avenant.flows.keeping_checks import check_and_keep
    from avenant.flows.nightly import BreakerOpen, run
    from avenant.flows.nightly_chunk import FamiliesRaise
    from avenant.store.writers.runs import Superseded

    _remove_expired()
    with refusals_told(database), failures_told(), progress_shown() as progress:
        db = chosen_database(database)
        day = db.today() if business_date is None else day_typed(business_date, "--date")
        try:
            report = run(db, day, workers, chunk_families, breaker_share, override_breaker, progress)
        except (BreakerOpen, FamiliesRaise, Superseded) as stopped:
            typer.echo(f"avenant: {stopped}", err=True)
            raise typer.Exit(FAILED) from stopped
        checked = None if skip_checks else check_and_keep(db, "nightly", progress=progress)
    found = {} if checked is None else checks_found(checked)
    if as_json:
        typer.echo(json.dumps(fields(report) | {"checks": found}, indent=2))
    else:
        typer.echo("\n".join([text(report), *checks_text(checked)]))
    delivered = checked is None or _told(checked)
    if report.parked or report.held or found or not delivered:
        raise typer.Exit(FAILED)


def _remove_expired() -> None:
    """Results of re-runs expire by the clock; where they cannot be removed, the books are still booked."""
    from avenant.flows.reruns.keeping import expired_removed

    try:
        expired_removed()
    except OSError as failed:
        typer.echo(f"avenant: {failed}", err=True)


def _told(checked: "Checked") -> bool:
    """Whether everybody who is to be told of what is new was told."""
    from avenant.flows.alerting import tell_news
    from avenant.gateways.alerts import NotDelivered

    try:
        tell_news(checked.kept)
    except (NotDelivered, ValueError) as failed:
        typer.echo(f"avenant: {failed}", err=True)
        return False
    return True


def checks_found(checked: "Checked") -> dict[str, int]:
    """Check -> how many rows break its promise; kept promises are left out."""
    return {result.name: result.errors for result in checked.report.results if result.errors}


def checks_text(checked: "Checked | None") -> list[str]:
    """What the checks found, as people read it; nothing where they were skipped."""
    if checked is None:
        return []
    kept, found = checked.kept, checks_found(checked)
    lines = [
        f"  checked     {len(checked.report.results):>12,} promises: {len(kept.new):,} new findings, "
        f"{len(kept.resolved):,} resolved"
    ]
    return lines + [
        f"    {name}: {rows:,} rows; `avenant check {name}` shows them" for name, rows in found.items()
    ]


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
