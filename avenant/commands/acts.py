"""`avenant acts`: care acts, what was decided for each and why, what waits, and people's answers."""

import json
from typing import Any

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    KNOWN_AT,
    chosen_database,
    refusals_told,
    revision_typed,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Show care acts, what was decided and why, what waits; answer what waits.\n\n"
    "Example: avenant acts list --member M-0001",
)
MEMBER = typer.Option(None, "--member", help="Number of a member.", show_default=False)
CONTRACT = typer.Option(None, "--contract", help="Number of a contract.", show_default=False)
LANGUAGE = typer.Option("en", "--language", help="Language of the reasons: fr or en.")


@app.command("list")
def list_(
    member: str | None = MEMBER,
    contract: str | None = CONTRACT,
    known_at: str | None = KNOWN_AT,
    history: bool = typer.Option(False, "--history", help="Every version, not only the latest."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """The care acts of a member or contract with what was decided for each, as known now or then.

    Example: avenant acts list --member M-0001 --known-at 2026-03-14

    Exit codes: 0 shown · 2 refused: an unknown number, a future instant.
    """
    from avenant.store.readers.acts import current_acts, decided_acts

    if member is None and contract is None:
        raise typer.BadParameter("name a --member or a --contract")
    with refusals_told(database):
        db = chosen_database(database)
        rev = revision_typed(db, known_at)[0]
        with db.snapshot() as connection:
            rows = decided_acts(connection, member, contract, rev=rev)
    rows = rows if history else current_acts(rows)
    if as_json:
        typer.echo(json.dumps([_json(row) for row in rows.to_dicts()], indent=2, default=str))
        return
    for row in rows.iter_rows(named=True):
        typer.echo(_line(row))
    if rows.is_empty():
        typer.echo("Nothing is decided: no care told, not yet known then, or no nightly run yet.")


@app.command()
def show(
    act: str = typer.Argument(help="Number of the act, or of any of its lines, like D-0001#1."),
    known_at: str | None = KNOWN_AT,
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """One act: the messages behind it, how its amount came about, each version, its payout, and why.

    Example: avenant acts show D-0001#1

    Exit codes: 0 shown · 2 refused: an unknown number, a future instant.
    """
    from avenant.flows.acts import act_view

    with refusals_told(database):
        db = chosen_database(database)
        view = act_view(db, act, revision_typed(db, known_at)[0])
    if as_json:
        history = [_json(row) for row in view.history.to_dicts()]
        shown = {
            "act_id": view.act_id,
            "history": history,
            "messages": view.messages,
            "waiting": view.waiting,
        }
        typer.echo(json.dumps(shown, indent=2, default=str))
        return
    typer.echo(_view_text(view.act_id, view.messages))
    for row in view.history.iter_rows(named=True):
        typer.echo("\n" + _waterfall(row, language))
    for row in view.waiting:
        typer.echo("\n  waits: " + _reason(row["reason"], language) + _candidates(row))


@app.command()
def waiting(
    known_at: str | None = KNOWN_AT,
    language: str = LANGUAGE,
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Every line of care that cannot be decided, oldest first, with the reason and what it may belong to.

    Example: avenant acts waiting --known-at 2026-03-14

    Exit codes: 0 nothing waits · 1 something waits for a person or for news · 2 refused.
    """
    from avenant.flows import acts

    with refusals_told(database):
        db = chosen_database(database)
        rows = acts.waiting(db, revision_typed(db, known_at)[0])
    if as_json:
        typer.echo(json.dumps(rows.to_dicts(), indent=2))
    else:
        for row in rows.iter_rows(named=True):
            who = row["member_ref"] or "?"
            typer.echo(
                f"{row['line_ref']:24} {who:12} since {row['since']}  {_reason(row['reason'], language)}"
            )
            typer.echo(
                f"{'':24} {_candidates(row).strip()}" if row["candidates"] else "", nl=bool(row["candidates"])
            )
        if rows.is_empty():
            typer.echo("Nothing waits.")
    if len(rows):
        raise typer.Exit(1)


@app.command()
def answer(
    line: str = typer.Argument(None, help="The line that waits, like D-0001#1.", show_default=False),
    same: str | None = typer.Option(None, "--same", help="It is the same act as this line."),
    different: str | None = typer.Option(None, "--different", help="It is not the same act as this line."),
    exception: bool = typer.Option(False, "--exception", help="Decide it all the same, or pay --amount."),
    amount: str | None = typer.Option(None, "--amount", help="With --exception: what we pay, like 12.50."),
    reason: str = typer.Option("", "--reason", help="Why; required for an exception. No personal data."),
    withdraw: str | None = typer.Option(None, "--withdraw", help="Take the answer of this number back."),
    actor: str = typer.Option("operations", "--by", help="Who answers."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """Answer what waits: the same act, not the same, or a reasoned exception. The next nightly run decides by it.

    Examples: avenant acts answer D-0007#1 --same D-0001#1 --reason "one visit, two bills"
    · avenant acts answer D-0009#1 --exception --amount 12.50 --reason "goodwill, case 4711"
    · avenant acts answer --withdraw same/D-0007.1/D-0001.1

    Exit codes: 0 learnt · 2 refused: an unknown line, an exception without a reason.
    """
    from avenant.commands.euros import cents_typed
    from avenant.flows import acts

    given = [name for name in (same, different, withdraw) if name is not None] + ([True] if exception else [])
    if len(given) != 1 or (line is None) == (withdraw is None):
        raise typer.BadParameter(
            "say exactly one of --same, --different, --exception for a line, or --withdraw"
        )
    if exception and not reason:
        raise typer.BadParameter("an exception needs its --reason")
    with refusals_told(database):
        db = chosen_database(database)
        if withdraw is not None:
            report, ref = acts.withdraw_answer(db, withdraw, actor), withdraw
        else:
            kind = "same" if same else "different" if different else "exception"
            cents = None if amount is None else cents_typed(amount, "--amount")
            said = acts.Answered(kind, line, same or different, cents, reason)
            report, ref = (
                acts.answer(db, said, actor),
                "/".join(filter(None, [kind, line, same or different])),
            )
    if as_json:
        typer.echo(json.dumps({"ref": ref, "rev": report.rev}))
    elif report.rev is None:
        typer.echo(f"Answer {ref} was known already.")
    else:
        typer.echo(f"Answer {ref} is known (revision {report.rev}); `avenant nightly` decides by it.")


def _json(row: dict[str, Any]) -> dict[str, Any]:
    from avenant.core.claims.reasons import decoded, limit_named

    return row | {"reasons": decoded(row["reasons"]), "limit": limit_named(row["limit_kind"])}


def _line(row: dict[str, Any]) -> str:
    """An act in one line."""
    from avenant.core.claims.reasons import decoded
    from avenant.core.money import money_text

    currency = row["currency"]
    paid = f"payout {row['payout']}" if row["payout"] else "not paid yet"
    charged, ours, rest = (
        money_text(row[name], currency) for name in ("charged_cents", "amount_cents", "out_of_pocket_cents")
    )
    return (
        f"{row['care_date']}  {row['member_ref']:12} {row['act_code'] or row['family'] or '?':12} "
        f"charged {charged:>12}  ours {ours:>12} to {row['payee']:10} left to pay {rest:>12}  {paid}"
        f"  [{row['line_ref']}] {' '.join(decoded(row['reasons']))}"
    )


def _view_text(act_id: int, messages: list[dict[str, Any]]) -> str:
    lines = [f"Act {act_id}"]
    for said in messages:
        amounts = ", ".join(
            f"{name.removesuffix('_cents')} {said[name] / 100:.2f}"
            for name in said
            if name.endswith("_cents")
        )
        lines.append(
            f"  {said['ref']:20} {said['kind']:16} of {said.get('payer') or '?':8} received {said['received_on']}, "
            f"care on {said['care_from']}: {amounts} ({said['role'] or 'waits'})"
        )
    return "\n".join(lines)


def _waterfall(row: dict[str, Any], language: str) -> str:
    """One decision, from what was charged to what stays with the member."""
    from avenant.core.claims.reasons import decoded
    from avenant.core.money import money_text

    def amount(name: str) -> str:
        return f"{money_text(row[name], row['currency']):>14}"

    steps = [
        f"  version {row['version']} {row['kind']} known {row['known_at'].replace('T', ' ')}, run {row['run_id']}"
        + (f", payout {row['payout']}" if row["payout"] else ", open"),
        f"    charged                 {amount('charged_cents')}",
        f"    base (BR)               {amount('base_cents')}  at {row['rate_ppm'] / 10_000:g} %"
        + (f"  [{row['tariff_line']}]" if row["tariff_line"] else ""),
        f"    Sécu before retention   {amount('secu_cents')}",
        f"    retention               {amount('retention_cents')}",
        f"    care-path increase      {amount('increase_cents')}",
        f"    other payers            {amount('others_cents')}",
        f"    left                    {amount('left_cents')}",
        "    our ceiling             "
        + (amount("ceiling_cents") if row["ceiling_cents"] >= 0 else f"{'real cost':>14}")
        + (f"  [{row['guarantee_line']}]" if row["guarantee_line"] else ""),
        f"    we pay                  {amount('decided_cents')}  ({money_text(row['amount_cents'], row['currency'])}"
        f" to {row['payee']})",
        f"    out of pocket           {amount('out_of_pocket_cents')}",
    ]
    steps += [f"    {_reason(code, language)}" for code in decoded(row["reasons"])]
    return "\n".join(steps)


def _reason(code: str, language: str) -> str:
    from avenant.core.claims.reasons import told

    return f"{code}: {told(code, 'care', language)}"


def _candidates(row: dict[str, Any]) -> str:
    return f"  candidates: {row['candidates']}" if row.get("candidates") else ""
