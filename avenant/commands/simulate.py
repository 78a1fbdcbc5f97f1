"""`avenant simulate`: what would we pay for this act, for this member, on that day?"""

import json
from typing import TYPE_CHECKING

import typer

from avenant.commands.choose_database import (
    AS_JSON,
    DATABASE,
    KNOWN_AT,
    chosen_database,
    day_typed,
    refusals_told,
    revision_typed,
)

if TYPE_CHECKING:
    from avenant.flows.simulating import Simulated

app = typer.Typer(add_completion=False)


@app.command()
def simulate(
    member: str = typer.Option(..., "--member", help="Number of the member."),
    act: str = typer.Option(..., "--act", help="Code of the act, like G or HBLD038."),
    on: str | None = typer.Option(None, "--on", help="Day of care; else today, by the database's clock."),
    charged: str = typer.Option(..., "--charged", help="What would be charged, like 600.00."),
    quantity: int = typer.Option(1, "--quantity", min=1, help="How many."),
    sector: int | None = typer.Option(None, "--sector", min=1, max=3, help="The doctor's sector."),
    optam: bool | None = typer.Option(None, "--optam/--no-optam", help="Whether the doctor is in OPTAM."),
    provider: str | None = typer.Option(
        None, "--provider", help="A provider we know, instead of sector and OPTAM."
    ),
    care_path: str | None = typer.Option(None, "--path", help="in, out, direct or not_concerned."),
    exemption: str | None = typer.Option(None, "--exemption", help="ald, maternity, c2s, …"),
    basket: str | None = typer.Option(None, "--basket", help="Class of equipment, like no_rac or class_b."),
    location: str | None = typer.Option(None, "--location", help="Tooth, eye or ear: 11, left, right."),
    others: str = typer.Option("0.00", "--others", help="What other insurers pay before us."),
    known_at: str | None = KNOWN_AT,
    language: str = typer.Option("en", "--language", help="Language of the reasons: fr or en."),
    database: str = DATABASE,
    as_json: bool = AS_JSON,
) -> None:
    """What we would pay for an act, on top of the care we know: envelopes and renewals count. Nothing is written.

    Example: avenant simulate --member M-0001 --act HBLD038 --on 2026-03-10 --charged 600.00

    Exit codes: 0 answered · 1 it would wait (for a tariff, a status, a person) · 2 refused: an unknown member.
    """
    from avenant.commands.euros import cents_typed
    from avenant.flows.simulating import Hypothetical
    from avenant.flows.simulating import simulate as answer

    with refusals_told(database):
        db = chosen_database(database)
        hypothetical = Hypothetical(
            member=member,
            act_code=act,
            on=db.today() if on is None else day_typed(on, "--on"),
            charged_cents=cents_typed(charged, "--charged"),
            quantity=quantity,
            provider=provider,
            sector=sector,
            optam=optam,
            care_path=care_path,
            exemption=exemption,
            basket=basket,
            location=location,
            others_cents=cents_typed(others, "--others"),
        )
        found = answer(db, hypothetical, revision_typed(db, known_at)[0])
    _tell(found, language, as_json)
    if len(found.waiting):
        raise typer.Exit(1)


def _tell(found: "Simulated", language: str, as_json: bool) -> None:
    from avenant.core.claims.reasons import decoded, told

    rows = [row | {"reasons": decoded(row["reasons"])} for row in found.rows.to_dicts()]
    waits = found.waiting["reason"].to_list()
    if as_json:
        typer.echo(json.dumps({"rows": rows, "waits": waits}, indent=2, default=str))
        return
    for row in rows:
        typer.echo(waterfall(row, found.currency))
        for code in row["reasons"]:
            typer.echo(f"  {code}: {told(code, 'member', language)}")
    for code in waits:
        typer.echo(f"It would wait: {told(code, 'care', language)}")


def waterfall(row: dict[str, int], currency: str) -> str:
    """From what is charged to what stays with the member."""
    from avenant.core.money import money_text

    said = {
        "charged": row["charged_cents"],
        "Sécu, of it withheld " + money_text(row["retention_cents"], currency): row["secu_cents"],
        "other payers": row["others_cents"],
        "we pay": row["decided_cents"],
        "left to pay": row["out_of_pocket_cents"],
    }
    return "\n".join(f"  {name:36} {money_text(cents, currency):>14}" for name, cents in said.items())
