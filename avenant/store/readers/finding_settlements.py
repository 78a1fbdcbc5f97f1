"""Invoices and payouts found by their number as printed, whole or by its beginning, by the index on its parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from avenant.core.finding.found import Found
from avenant.core.finding.ranking import NUMBER as WHOLE
from avenant.core.finding.ranking import NUMBER_BEGINS, NUMBER_SHORT
from avenant.store.database import Connection
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import known

Table = Literal["invoice", "payout"]

PRINTED: Final = re.compile(r"(?P<series>.+?)-(?P<year>[0-9]{4})(?:-(?P<number>[0-9]{0,9}))?")
UNNUMBERED: Final = re.compile(r"#(?P<id>[0-9]{1,18})")
PRINTED_DIGITS: Final = 6
MOST_DIGITS: Final = 9

INVOICES: Final = """SELECT i.*, c.ref AS about, i.kind AS what
    FROM invoice AS i JOIN contract AS c ON c.contract_id = i.contract_id AND c.version = 1"""
PAYOUTS: Final = """SELECT i.*, coalesce(m.ref, p.ref) AS about, i.payee_kind AS what FROM payout AS i
    LEFT JOIN member AS m ON i.payee_kind = 'member' AND m.member_id = i.payee_id AND m.version = 1
    LEFT JOIN provider AS p ON i.payee_kind = 'provider' AND p.provider_id = i.payee_id"""


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows ``text`` may name, and how well: an SQL condition on the alias ``i``, its parameters, a score."""

    where: str
    parameters: tuple[object, ...]
    score: int


def settlements_numbered(
    connection: Connection, table: Table, text: str, limit: int, rev: int | None = None
) -> Iterator[Found]:
    """Invoices or payouts that ``text`` names: ``AV-2026-000012``, ``av-2026-12``, ``AV-2026-00``, ``#17``.

    At most ``limit`` each way, newest first.
    """
    source = INVOICES if table == "invoice" else PAYOUTS
    for condition in _conditions(table, text):
        query = f"""SELECT coalesce({NUMBER}, '#' || i.{table}_id), about, what, issue_date, total_cents, currency
            FROM ({source}) AS i WHERE {condition.where} AND {known("i", rev)}
            ORDER BY i.series DESC, i.year DESC, i.number DESC LIMIT %s"""
        for row in connection.execute(query, [*condition.parameters, limit]):
            ref, about, what, issued_on, cents, currency = row
            yield Found(table, ref, condition.score, None, about, what, issued_on, cents, currency)


def _conditions(table: Table, text: str) -> Iterator[Condition]:
    """The ways to read ``text`` as a number; none where it does not look like one."""
    if unnumbered := UNNUMBERED.fullmatch(text):
        yield Condition(f"i.{table}_id = %s AND i.number IS NULL", (int(unnumbered["id"]),), WHOLE)
    told = PRINTED.fullmatch(text)
    if told is None:
        return
    series = list(dict.fromkeys((told["series"], told["series"].upper(), told["series"].lower())))
    where, parameters = "i.series = ANY(%s) AND i.year = %s", (series, int(told["year"]))
    digits = told["number"] or ""
    if digits.strip("0"):
        score = WHOLE if len(digits) >= PRINTED_DIGITS else NUMBER_SHORT
        yield Condition(f"{where} AND i.number = %s", (*parameters, int(digits)), score)
    for first, last in _beginning(digits):
        within = f"{where} AND i.number BETWEEN %s AND %s"
        yield Condition(within, (*parameters, first, last), NUMBER_BEGINS)


def _beginning(digits: str) -> Iterator[tuple[int, int]]:
    """First and last of the longer numbers printed so: ``12`` begins 120000 to 129999, 1200000 to 1299999, …

    A number has at least six printed digits; only one below 100000 has a leading zero.
    """
    if not digits:
        yield 0, 10**MOST_DIGITS - 1
        return
    longest = PRINTED_DIGITS if digits.startswith("0") else MOST_DIGITS
    for printed in range(max(PRINTED_DIGITS, len(digits) + 1), longest + 1):
        width = 10 ** (printed - len(digits))
        yield int(digits) * width, (int(digits) + 1) * width - 1
