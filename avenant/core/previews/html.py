"""A preview of the whole book as one HTML page without scripts: to keep beside a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import Any

from avenant.core.claims.reasons import told
from avenant.core.previews.plot import Step, distribution
from avenant.core.previews.text import CASES, SECTIONS, Values
from avenant.core.previews.words import reasons_words, row_words, word
from avenant.core.wording.figures import amount_text, day_text

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .25rem .75rem; text-align: left; }
th { border-bottom: 1px solid #888; } tr:nth-child(even) td { background: #f4f4f4; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.alert { border-left: 4px solid #b00020; padding-left: 1rem; }
svg { display: block; width: 16rem; height: .8rem; }
.up { fill: #0f766e; } .down { fill: #b45309; } .same { fill: #888; }
@media (prefers-color-scheme: dark) {
  body { background: #16181c; color: #e8e8e8; } tr:nth-child(even) td { background: #20242a; } }
"""
Cells = list[tuple[str, bool]]
"""Text of each cell, and whether it is a number."""


def page(values: Values, language: str = "en") -> str:
    """The whole report as a page of its own. Errors: ValueError for another language."""
    title = word("title", language, day=day_text(date.fromisoformat(values["business_date"]), language))
    body = "\n".join(_parts(values, language))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>\n{body}\n</main></body></html>\n"
    )


def about(values: Values, language: str) -> str:
    """What was computed, from what, in one sentence."""
    return word(
        "about",
        language,
        rulebook=values["rulebook_version"],
        code=values["code_version"],
        rev=values["read_rev"],
        families=number(values["families"], language),
        premiums=number(values["expected_rows"], language),
        acts=number(values["expected_acts"], language),
        seconds=f"{values['seconds']:.1f}",
    )


def number(count: int, language: str) -> str:
    """A count with its thousands apart."""
    return f"{count:,}" if language == "en" else f"{count:,}".replace(",", "\u202f")


def _parts(values: Values, language: str) -> Iterator[str]:
    yield _paragraph(about(values, language))
    if not values["charges"]:
        yield _paragraph(word("unchanged", language))
    if values["breaker_would_stop"]:
        yield _paragraph(word("breaker", language, cancels=number(values["cancels"], language)), "alert")
    if values["failing"]:
        count = number(len(values["failing"]), language)
        yield f'<section class="alert"><h2>{escape(word("failing", language, count=count))}</h2>'
        rows = [[(row["family_ref"], False), (row["reason"], False)] for row in values["failing"]]
        yield _table([word("family", language), word("reason", language)], rows) + "</section>"
    if values["released"]:
        yield _paragraph(word("released", language, count=number(len(values["released"]), language)))
    yield from _sections(values, language)
    if values["waiting"]:
        yield _title("waiting", language)
        yield _table(_words(("state", "reason", "rows"), language), _waiting(values["waiting"], language))


def _sections(values: Values, language: str) -> Iterator[str]:
    for name in ("totals", *SECTIONS):
        if values[name]:
            yield _title(name, language)
            head = _words(("book", "what", "rows", "up", "down"), language)
            yield _table(head, [_sum(row, name, language) for row in values[name]])
        if name == "steps" and values[name]:
            yield _plot(values[name], language)
    for name in CASES:
        if values[name]:
            columns = ("book", "contract", "member", "between", "rows", "before", "after", "why")
            yield _title(name, language)
            yield _table(_words(columns, language), [_case(row, language) for row in values[name]])


def _plot(steps: list[dict[str, Any]], language: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(bar.words)}</td><td>{_bar(bar)}</td><td class=n>{number(bar.rows, language)}</td></tr>"
        for bar in distribution(steps, language)
    )
    return f"<table>{rows}</table>"


def _bar(bar: Step) -> str:
    drawn = f'<rect class="{bar.meaning}" x="{bar.x}" width="{bar.width}" height="10"/>'
    return f'<svg viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="{bar.rows}">{drawn}</svg>'


def _sum(row: dict[str, Any], section: str, language: str) -> Cells:
    currency = row["currency"] or "EUR"
    return [
        (word(row["book"], language), False),
        (row_words(row, section, language), False),
        (number(row["rows"], language), True),
        (amount_text(row["up_cents"], currency, language), True),
        (amount_text(row["down_cents"], currency, language), True),
    ]


def _case(row: dict[str, Any], language: str) -> Cells:
    currency = row["currency"] or "EUR"
    return [
        (word(row["book"], language), False),
        (row["contract_ref"] or "", False),
        (row["member_ref"] or "", False),
        (f"{row['first_month'][:7]} – {row['last_month'][:7]}", False),
        (number(row["rows"], language), True),
        (amount_text(row["before_cents"], currency, language), True),
        (amount_text(row["after_cents"], currency, language), True),
        (reasons_words(row["reasons"], language), False),
    ]


def _waiting(rows: list[dict[str, Any]], language: str) -> list[Cells]:
    return [
        [
            (word(f"state_{row['state']}", language), False),
            (told(row["reason"], "care", language), False),
            (number(row["lines"], language), True),
        ]
        for row in rows
    ]


def _words(keys: Sequence[str], language: str) -> list[str]:
    return [word(key, language) for key in keys]


def _title(key: str, language: str) -> str:
    return f"<h2>{escape(word(key, language))}</h2>"


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _table(head: list[str], rows: list[Cells]) -> str:
    numbers = [number for _, number in rows[0]]
    titles = "".join(_cell("th", text, number) for text, number in zip(head, numbers, strict=True))
    body = "".join(f"<tr>{''.join(_cell('td', *cell) for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _cell(tag: str, text: str, is_number: bool) -> str:
    return f"<{tag}{' class=n' if is_number else ''}>{escape(text)}</{tag}>"
