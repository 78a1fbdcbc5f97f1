"""`avenant graph`: every object behind a reimbursement or an invoice, as text or for other programs."""

import typer

from avenant.commands.choose_database import (
    DATABASE,
    KNOWN_AT,
    chosen_database,
    refusals_told,
    revision_typed,
)
from avenant.commands.papers import SAME_AS_JSON

FORMATS = ("text", "json", "graphml", "mermaid")
app = typer.Typer(add_completion=False)


@app.command()
def graph(
    event: str = typer.Argument(
        help="An act or one of its lines (D-0001#1), a payout (AVP-2026-000001), an invoice (AV-2026-000001), "
        "or a member's month (M-0001/2026-03)."
    ),
    known_at: str | None = KNOWN_AT,
    format_: str = typer.Option("text", "--format", help="text, json (all states), graphml or mermaid."),
    as_json: bool = SAME_AS_JSON,
    database: str = DATABASE,
) -> None:
    """Every object behind an act, a payout, an invoice or a member's month, and what changed when.

    Nodes and numbers only, no names. JSON holds all states with the revisions between which they were known; the
    other formats show one moment: now, or --known-at.

    Example: avenant graph D-0001#1 --known-at 2026-03-14 --format mermaid

    Exit codes: 0 shown · 2 refused: an unknown number or format, a future instant, too large for a picture.
    """
    format_ = "json" if as_json else format_
    if format_ not in FORMATS:
        raise typer.BadParameter(f"{format_!r} is none of {', '.join(FORMATS)}", param_hint="--format")
    from avenant.core.graph import at, exports
    from avenant.core.graph.text import as_text
    from avenant.flows.graph import claims_graph

    with refusals_told(database):
        db = chosen_database(database)
        rev = revision_typed(db, known_at)[0]
        found = claims_graph(db, event, rev)
        now = db.head() if rev is None else rev
    if format_ == "text":
        typer.echo(as_text(found, now))
    elif format_ == "json":
        typer.echo(exports.as_json(found))
    else:
        typer.echo((exports.as_graphml if format_ == "graphml" else exports.as_mermaid)(at(found, now)))
