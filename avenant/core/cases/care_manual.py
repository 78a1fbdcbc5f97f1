"""What a case expects of care, as the manual shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from avenant.core.cases.columns import WORD, written_value
from avenant.core.cases.model import CareExpectation, ExpectedInvoice, ExpectedRow, ExpectedRows

Table = Callable[[tuple[ExpectedRow, ...]], Iterator[str]]


def care_expected(expect: CareExpectation, table: Table) -> Iterator[str]:
    """Lines of a page; ``table`` sets expected rows as a table."""
    yield from _rows("decisions", expect.decisions, table)
    yield from _rows("history", expect.entries, table)
    for each in expect.waiting or ():
        candidates = f", perhaps with {', '.join(each.candidates)}" if each.candidates else ""
        yield f"- line {each.line} waits: {each.reason}{candidates}"
    yield from ["- nothing waits"] if expect.waiting == () else []
    for payout in expect.payouts or ():
        yield from _payout(payout, table)
    yield from ["- nothing is paid out"] if expect.payouts == () else []
    for debt in expect.debts or ():
        yield f"- {debt.name} owes us {written_value('_cents', debt.value)}"
    yield from ["- nobody owes us anything"] if expect.debts == () else []
    if expect.simulated:
        yield "- it would be decided:"
        yield from table(expect.simulated)


def _rows(noun: str, groups: Iterable[ExpectedRows], table: Table) -> Iterator[str]:
    for group in groups:
        yield f"- {noun} of {group.member}:" if group.rows else f"- {noun} of {group.member}: none"
        yield from table(group.rows)


def _payout(payout: ExpectedInvoice, table: Table) -> Iterator[str]:
    cells = [
        f"{WORD.get(name, name).replace('_', ' ')} {written_value(name, value)}"
        for name, value in payout.values.items()
    ]
    yield f"- paid out: {', '.join(cells)}"
    yield from table(payout.lines or ())
