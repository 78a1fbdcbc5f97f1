"""`avenant check`: verify the promises of the books; recompute the digest chain."""

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from avenant.commands.choose_database import AS_JSON, DATABASE, chosen_database, day_typed, refusals_told
from avenant.commands.progress import progress_shown

if TYPE_CHECKING:
    from avenant.flows.checking import CheckReport, CheckResult

FOUND, NOT_DONE = 1, 2
MOST_DAYS = 90
TOLD = 10
"""So many findings of a check are printed; --json has up to a hundred."""

NAMES = (
    "Checks to run, else all: append-only, row-counts, versions, reimbursement-versions, recompute, covered-days, "
    "billed-days, family-prices, unbilled-cover, taxes, unusual-premiums, settlement-totals, payout-totals, "
    "payout-once, debts-offset, invoice-numbers, balances, unsettled-age, unusual-runs, revisions, known-rows, "
    "no-enrichment, covered-acts, waiting-age, runs, rerun-role, cut-short."
)

TO = typer.Option(
    None,
    "--to",
    min=0,
    help="With --chain: up to this revision; else up to the head.",
    show_default=False,
)

app = typer.Typer(add_completion=False)


@app.command()
def check(
    names: list[str] = typer.Argument(None, help=NAMES, show_default=False),
    contract: str | None = typer.Option(
        None, help="Look at this contract alone, with the checks that can.", show_default=False
    ),
    chain: bool = typer.Option(
        False, "--chain", help="Recompute all digests from the rows and verify the chain, instead."
    ),
    to: int | None = TO,
    expect: str | None = typer.Option(
        None, "--expect", help="With --chain: the digest that this revision had before.", show_default=False
    ),
    business_date: str | None = typer.Option(
        None,
        "--date",
        help="Recompute as of this day; else that of the last nightly run.",
        show_default=False,
    ),
    waiting_days: int = typer.Option(
        MOST_DAYS, "--waiting-days", min=0, help="How long an act may wait for an answer."
    ),
    keep: bool = typer.Option(
        True, "--keep/--no-keep", help="Keep the results: what was first seen when, and when it was resolved."
    ),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Verify the promises of the books: append-only, gapless, equal to a fresh recompute, summed, numbered.

    Each check is one promise. Differences that are explained (parked families, changes held for approval,
    news since the last nightly run) are told as notes; what is late or unusual is a warning; neither is a finding.
    Nothing is written to the books. The results are kept beside them, unless other days are asked about than those
    of every night (--date, --waiting-days).

    With --chain, every digest is recomputed from the rows as they stand. Keep the digest of the last revision
    elsewhere: --to and --expect prove later that nothing up to there was changed, by anybody.

    Example: avenant check

    Example: avenant check versions recompute --contract C-0001

    Example: avenant check --chain --to 120 --expect 2907e99ad5f8…

    Exit codes: 0 every promise is kept · 1 findings · 2 refused, or a check could not run.
    """
    with refusals_told(database), progress_shown() as progress:
        if chain:
            _refuse_with_chain(names, contract, business_date)
            report = _chain_report(database, to, expect, progress)
        else:
            _refuse_without_chain(to, expect)
            usual = business_date is None and waiting_days == MOST_DAYS
            report = _report(database, names, contract, business_date, waiting_days, progress, keep and usual)
    typer.echo(json.dumps(fields(report), indent=2, default=str) if as_json else text(report))
    if report.could_not_run:
        raise typer.Exit(NOT_DONE)
    if report.findings:
        raise typer.Exit(FOUND)


def _report(
    database: str,
    names: list[str] | None,
    contract: str | None,
    business_date: str | None,
    waiting_days: int,
    progress: Any,
    keep: bool,
) -> "CheckReport":
    from avenant.flows.checking import run_checks
    from avenant.flows.keeping_checks import check_and_keep

    day = None if business_date is None else day_typed(business_date, "--date")
    db = chosen_database(database)
    if keep:
        return check_and_keep(db, "demand", names or None, contract, progress).report
    return run_checks(db, names or None, contract, progress, day, waiting_days)


def _chain_report(database: str, to: int | None, expect: str | None, progress: Any) -> "CheckReport":
    """The chain's findings in the form of a report with one check."""
    from avenant.core.checks import chain
    from avenant.flows.check_chain import verify_chain
    from avenant.flows.checking import CheckReport, CheckResult

    started = time.perf_counter()
    verified = verify_chain(chosen_database(database), to, expect, progress)
    seconds = round(time.perf_counter() - started, 3)
    result = CheckResult(
        chain.NAME, 6, chain.SENTENCE, chain.SEVERITY, chain.OWNER, verified.findings, seconds
    )
    return CheckReport(verified.rev, [result], verified.digest)


def _refuse_with_chain(names: list[str] | None, contract: str | None, business_date: str | None) -> None:
    if names or contract or business_date:
        raise ValueError("--chain verifies all rows: leave out the names, --contract and --date")


def _refuse_without_chain(to: int | None, expect: str | None) -> None:
    if to is not None or expect is not None:
        raise ValueError("--to and --expect belong to --chain: add it")


def fields(report: "CheckReport") -> dict[str, Any]:
    """The report as JSON values; a finding's `rows` says how many rows it stands for."""
    return {
        "rev": report.rev,
        "digest": report.digest,
        "findings": report.findings,
        "warnings": report.warnings,
        "checks": [
            {
                "name": result.name,
                "promise": result.promise,
                "sentence": result.sentence,
                "severity": result.severity,
                "owner": result.owner,
                "findings": result.errors,
                "warnings": result.warnings,
                "could_not_run": result.could_not_run,
                "seconds": result.seconds,
                "told": [
                    {name: getattr(found, name) for name in ("severity", "where", "message", "rows", "row")}
                    | {"subject": asdict(found.subject)}
                    for found in result.findings
                ],
            }
            for result in report.results
        ],
    }


def text(report: "CheckReport") -> str:
    """The report as people read it."""
    lines = [line for result in report.results for line in _result_lines(result)]
    passed = sum(1 for result in report.results if not result.errors)
    outcome = f"{passed} of {len(report.results)} checks passed, up to revision {report.rev}"
    lines += ["", outcome if passed == len(report.results) else f"{outcome}; {report.findings:,} findings"]
    if report.warnings:
        lines.append(f"{report.warnings:,} warnings: late or unusual, and no promise is broken")
    if report.digest:
        lines.append(f"digest of revision {report.rev}: {report.digest}")
        lines.append(
            "Keep it elsewhere: `avenant check --chain --to REV --expect DIGEST` compares with it later."
        )
    return "\n".join(lines)


def _result_lines(result: "CheckResult") -> list[str]:
    mark = "?" if result.could_not_run else "FOUND" if result.errors else "look" if result.warnings else "ok"
    lines = [f"{mark:<6}{result.name:<24}{result.sentence}"]
    told = result.findings[:TOLD]
    words = {"note": "note: ", "warning": "warning: "}
    lines += [f"        {words.get(found.severity, '')}{found}" for found in told]
    if len(result.findings) > len(told):
        lines.append(f"        and {len(result.findings) - len(told):,} more (--json tells up to a hundred)")
    return lines
