"""`avenant premiums`: what a member or contract owes per month, why, and how it came to be so."""

import json
from datetime import date
from typing import Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    KNOWN_AT,
    chosen_database,
    month_typed,
    refusals_told,
    revision_typed,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Show premiums, and why, as known at any instant.\n\nExample: avenant premiums show --member M-0001",
)

MEMBER = typer.Option(None, "--member", help="Number of a member.", show_default=False)
CONTRACT = typer.Option(None, "--contract", help="Number of a contract.", show_default=False)
MONTH = typer.Option(None, "--month", help="One month alone, like 2026-06.", show_default=False)


@app.command()
def show(
    member: str | None = MEMBER,
    contract: str | None = CONTRACT,
    month: str | None = MONTH,
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """The premium of each month as it stands (or stood), with what explains it.

    Example: avenant premiums show --member M-0001 --known-at 2026-03-14

    Exit codes: 0 shown · 2 refused: an unknown number, a future instant.
    """
    from avenant.store.readers.history import current_premiums

    rows = current_premiums(_history(member, contract, month, known_at, database))
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        typer.echo(line(row))
    if rows.is_empty():
        typer.echo("Nothing is booked: no cover, not yet known then, or no nightly run yet.")


@app.command()
def history(
    member: str | None = MEMBER,
    contract: str | None = CONTRACT,
    month: str | None = MONTH,
    known_at: str | None = KNOWN_AT,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Every entry ever booked: charges, the cancels that mirror them, and the invoice each is on.

    The latest row of a month is the truth; all rows before it sum to nothing.

    Example: avenant premiums history --member M-0001 --month 2026-06

    Exit codes: 0 shown · 2 refused: an unknown number, a future instant.
    """
    rows = _history(member, contract, month, known_at, database)
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        typer.echo(
            f"{line(row)}\n    version {row['version']} {row['kind']}, known {row['known_at'].replace('T', ' ')}"
            f" (run {row['run_id']}, revision {row['rev']}), {row['invoice'] or 'not invoiced yet'}"
        )


@app.command()
def held(known_at: str | None = KNOWN_AT, database: str = DATABASE, as_json: bool = AS_JSON) -> None:
    """Changes that reach further back than their plan allows and wait for an approval, largest first.

    Approve them by importing approvals.csv (docs/how-to/import.md); the next night books them.

    Example: avenant premiums held

    Exit codes: 0 shown · 2 refused: no such database, a future instant.
    """
    from avenant.core.money import money_text
    from avenant.store.readers.history import held_for_people

    with refusals_told(database):
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        with db.connect() as connection:
            rows = held_for_people(connection, rev)
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        months = f"{row['first_month']:%Y-%m} to {row['last_month']:%Y-%m}"
        moved = money_text(row["difference_cents"], row["currency"])
        typer.echo(f"{row['contract_ref']}  {row['member_ref']}  {months}, {row['months']} months: {moved}")
    if rows.is_empty():
        typer.echo("Nothing waits for an approval.")


def _history(
    member: str | None, contract: str | None, month: str | None, known_at: str | None, database: str
) -> Any:
    from avenant.store.readers.history import premium_history

    with refusals_told(database):
        if member is None and contract is None:
            raise ValueError("whose premiums? name a member with --member or a contract with --contract")
        db = chosen_database(database)
        rev, _ = revision_typed(db, known_at)
        chosen: date | None = None if month is None else month_typed(month, "--month")
        with db.connect() as connection:
            return premium_history(connection, member, contract, chosen, rev)


def line(row: dict[str, Any]) -> str:
    """One entry with the values that explain it."""
    from avenant.core.money import money_text

    amount, price = (money_text(row[name], row["currency"]) for name in ("amount_cents", "unit_price_cents"))
    who = f"child no. {row['child_rank']}" if row["child_rank"] else row["tier"]
    days = f"{row['billed_days']}/{row['days_in_month']} days of {price}"
    return (
        f"{row['month']:%Y-%m}  {row['contract_ref']}  {row['member_ref']}  {row['plan']} {row['level']}  "
        f"{who}, {row['status']}, age {row['age']}, {days} = {amount}"
    )
