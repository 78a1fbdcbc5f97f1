"""A preview as its page tells it, and what a nightly run then wrote, in the same words: to be equal to the cent.

told = preview_told(page)
run = nightly.run(book, today(book))
assert told == night_told(book, run.run_id)
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date

import polars as pl

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS, Book
from avenant.core.book.restating import restated
from avenant.core.wording.figures import amount_text, day_text, month_text
from avenant.desk.words import say
from avenant.store.database import PARIS, Connection, Database
from avenant.store.frames import read_frame
from avenant.store.readers.naming import with_refs

Row = tuple[str, ...]
GROUP = r'data-{table}="([^"]+)">.*?<tbody>(.*?)</tbody>\s*<tfoot>(.*?)</tfoot>'
SIDES = re.compile(r"<del>.*?</span>(.*?)</del>.*?<ins>.*?</span>(.*?)</ins>", re.S)
CELL = re.compile(r"<[^>]+>|\s+")
WAITS = re.compile(r'<li><span class="state wait">Waits</span>.*?<code[^>]*>(.*?)</code>', re.S)


@dataclass(frozen=True, slots=True)
class ToldRows:
    """premiums: who, month, what, before, after. reimbursements: who, day, line, payee, before, after of what we pay
    and of what stays out of pocket. sums: per book and person, what all of it moves by. waiting: lines of care."""

    premiums: tuple[Row, ...]
    reimbursements: tuple[Row, ...]
    sums: tuple[Row, ...]
    waiting: tuple[str, ...]


def today(book: Database) -> date:
    """The day the book believes it is."""
    return book.now().astimezone(PARIS).date()


def preview_told(page: str) -> ToldRows:
    """What the tables of a preview's page say."""
    premiums = [(who, cells[0], _slot(cells[1]), *cells[3]) for who, cells in _rows(page, "premiums")]
    care = [
        (who, *_care(cells[0]), cells[1], *cells[2], *cells[3])
        for who, cells in _rows(page, "reimbursements")
    ]
    return ToldRows(
        _sorted(premiums), _sorted(care), _sorted(_sums(page)), tuple(sorted(WAITS.findall(page)))
    )


def night_told(book: Database, run_id: int) -> ToldRows:
    """What a nightly run wrote, as the page of its preview would say it."""
    with book.connect() as connection:
        premiums = _written(connection, PREMIUMS, run_id)
        care = _written(connection, REIMBURSEMENTS, run_id)
        waiting = connection.execute(
            """SELECT DISTINCT l.ref FROM waiting AS w JOIN change USING (change_id)
               JOIN care_line AS l USING (line_id) WHERE run_id = %s AND w.state = 'waiting'""",
            [run_id],
        ).fetchall()
    sums = [*_moves(premiums, "premiums"), *_moves(care, "reimbursements")]
    return ToldRows(
        _sorted(_premium(row) for row in premiums.to_dicts()),
        _sorted(_reimbursement(row) for row in care.to_dicts()),
        _sorted(sums),
        tuple(sorted(ref for (ref,) in waiting)),
    )


def _written(connection: Connection, book: Book, run_id: int) -> pl.DataFrame:
    entries = read_frame(
        connection,
        f"""SELECT {", ".join(book.entry)} FROM {book.table} JOIN change USING (change_id)
            WHERE run_id = {run_id:d}""",
        {name: book.columns[name] for name in book.entry},
    )
    rows = restated(book, entries)
    if "member_id" not in rows.columns:
        rows = rows.with_columns(member_id=pl.coalesce("after_member_id", "before_member_id"))
    return with_refs(connection, rows)


def _premium(row: dict[str, object]) -> Row:
    what = f"{row['level']} {row['component']}"
    return (str(row["member_ref"]), _month(row["month"]), what, *_both(row, "amount_cents"))


def _reimbursement(row: dict[str, object]) -> Row:
    on = row["after_care_date"] or row["before_care_date"]
    assert isinstance(on, date)
    payee = str(row["payee"])
    to = say("en", "care.to_member") if payee == "member" else say("en", "care.to_provider", provider=payee)
    paid, left = _both(row, "amount_cents"), _both(row, "out_of_pocket_cents")
    return (str(row["member_ref"]), day_text(on, "en"), str(row["line_ref"]), to, *paid, *left)


def _month(on: object) -> str:
    assert isinstance(on, date)
    return month_text(on, "en")


def _both(row: dict[str, object], column: str) -> tuple[str, str]:
    before, after = (row[f"{side}_{column}"] for side in ("before", "after"))
    return _text(before, row["currency"]), _text(after, row["currency"])


def _text(cents: object, currency: object) -> str:
    return "–" if cents is None else amount_text(int(str(cents)), str(currency), "en")


def _moves(rows: pl.DataFrame, table: str) -> list[Row]:
    """Per person, the difference of all rows: what the entries of the run add up to."""
    sides = rows.with_columns(pl.col("^(before|after)_amount_cents$").fill_null(0))
    move = pl.col("after_amount_cents") - pl.col("before_amount_cents")
    grouped = sides.group_by("member_ref", "currency").agg(move=move.sum()).to_dicts()
    return [(table, row["member_ref"], _signed(row["move"], row["currency"])) for row in grouped]


def _signed(cents: int, currency: str) -> str:
    return ("+" if cents > 0 else "") + amount_text(cents, currency, "en")


def _rows(page: str, table: str) -> list[tuple[str, list[str | tuple[str, str]]]]:
    """Who, and the cells of each row; a cell with before and after is a pair."""
    return [
        (who, [_cell(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)])
        for who, inside, _ in _groups(page, table)
        for row in re.findall(r"<tr>(.*?)</tr>", inside, re.S)
    ]


def _groups(page: str, table: str) -> list[tuple[str, str, str]]:
    return re.findall(GROUP.format(table=table), page, re.S)


def _sums(page: str) -> list[Row]:
    return [
        (table, who, _plain(re.findall(r"<td[^>]*>(.*?)</td>", foot, re.S)[-1]))
        for table in ("premiums", "reimbursements")
        for who, _, foot in _groups(page, table)
    ]


def _cell(cell: str) -> str | tuple[str, str]:
    sides = SIDES.search(cell)
    return (_plain(sides[1]), _plain(sides[2])) if sides else _plain(cell)


def _plain(text: str) -> str:
    return html.unescape(" ".join(CELL.sub(" ", text).split()))


def _slot(cell: object) -> str:
    return str(cell).split(",")[0]


def _care(cell: object) -> Row:
    """``14 February 2026, doctor SM-1#1`` as its day and its line."""
    text = str(cell)
    return text.split(",")[0], text.rsplit(" ", 1)[1]


def _sorted(rows: object) -> tuple[Row, ...]:
    return tuple(sorted(rows))  # type: ignore[call-overload]
