"""A preview of the whole book as one HTML page without scripts: to keep beside a pull request."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from avenant.commands.preview_report import BOOKS, CASES, SECTIONS, fields, named
from avenant.core.money import money_text

if TYPE_CHECKING:
    from avenant.flows.previewing_book import BookPreview

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .25rem .75rem; text-align: left; }
th { border-bottom: 1px solid #888; } tr:nth-child(even) td { background: #f4f4f4; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.alert { border-left: 4px solid #b00020; padding-left: 1rem; }
@media (prefers-color-scheme: dark) {
  body { background: #16181c; color: #e8e8e8; } tr:nth-child(even) td { background: #20242a; } }
"""
Cells = list[tuple[str, bool]]
"""Text of each cell, and whether it is a number."""


def page(seen: "BookPreview") -> str:
    """The whole report as a page of its own."""
    values = fields(seen)
    title = f"Preview of the nightly run of {values['business_date']}"
    body = "\n".join(_parts(values))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>\n{body}\n</main></body></html>\n"
    )


def _parts(values: dict[str, Any]) -> Iterator[str]:
    yield _paragraph(
        f"Rulebook {values['rulebook_version']}, code {values['code_version']}, revision {values['read_rev']}. "
        f"{values['families']:,} families, {values['expected_rows']:,} premiums and {values['expected_acts']:,} "
        f"decisions recomputed in {values['seconds']:.1f} s. Nothing was written."
    )
    if not values["charges"]:
        yield _paragraph("The books would not change.")
    if values["breaker_would_stop"]:
        yield _paragraph(f"The breaker would stop this run: {values['cancels']:,} cancels.", "alert")
    if values["failing"]:
        yield f'<section class="alert"><h2>{len(values["failing"]):,} families would newly fail</h2>'
        rows = [[(row["family_ref"], False), (row["reason"], False)] for row in values["failing"]]
        yield _table(["Family", "Reason"], rows) + "</section>"
    yield from _sections(values)


def _sections(values: dict[str, Any]) -> Iterator[str]:
    for name, (title, columns) in {"totals": ("In all", ("kind",)), **SECTIONS}.items():
        if values[name]:
            yield f"<h2>{escape(title)}</h2>"
            yield _table(["Book", "What", "Rows", "Up", "Down"], [_sum(row, columns) for row in values[name]])
    for name, title in CASES.items():
        if values[name]:
            head = ["Book", "Contract", "Member", "Months", "Rows", "Before", "After", "Reasons"]
            yield f"<h2>{escape(title)}</h2>"
            yield _table(head, [_case(row) for row in values[name]])


def _sum(row: dict[str, Any], columns: tuple[str, ...]) -> Cells:
    currency = row["currency"] or "EUR"
    return [
        (BOOKS[row["book"]], False),
        (named(row, columns), False),
        (f"{row['rows']:,}", True),
        (money_text(row["up_cents"], currency), True),
        (money_text(row["down_cents"], currency), True),
    ]


def _case(row: dict[str, Any]) -> Cells:
    currency = row["currency"] or "EUR"
    return [
        (BOOKS[row["book"]], False),
        (row["contract_ref"] or "", False),
        (row["member_ref"] or "", False),
        (f"{row['first_month'][:7]} – {row['last_month'][:7]}", False),
        (f"{row['rows']:,}", True),
        (money_text(row["before_cents"], currency), True),
        (money_text(row["after_cents"], currency), True),
        (row["reasons"], False),
    ]


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _table(head: list[str], rows: list[Cells]) -> str:
    numbers = [number for _, number in rows[0]]
    titles = "".join(_cell("th", text, number) for text, number in zip(head, numbers, strict=True))
    body = "".join(f"<tr>{''.join(_cell('td', *cell) for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _cell(tag: str, text: str, number: bool) -> str:
    return f"<{tag}{' class=n' if number else ''}>{escape(text)}</{tag}>"
