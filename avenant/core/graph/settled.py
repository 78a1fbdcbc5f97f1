"""The last column of care: payouts, and what of an act is still to pay or owed to us."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from avenant.core.graph.decided import named_entries
from avenant.core.graph.model import Drawing, Edge, Node
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row, said

PAYOUT_FIELDS = ("payee", "issue_date", "entries", "total_cents")


def settled(rows: GraphRows) -> Drawing:
    """Payouts with the entries they paid or set off, and the open sum of each act and payee through time."""
    ties = {entry: (payout, rev) for entry, payout, rev in rows.payout_ties.iter_rows()}
    names = {row["payout_id"]: f"payout:{row['number']}" for row in rows.payouts.iter_rows(named=True)}
    drawing = Drawing([_payout(row) for row in rows.payouts.iter_rows(named=True)])
    entries = named_entries(rows)
    for row in entries:
        if row["entry_id"] in ties and ties[row["entry_id"]][0] in names:
            payout, rev = ties[row["entry_id"]]
            role = "paid_in" if row["version"] % 2 else "set_off_in"
            drawing.edges.append(Edge(row["name"], names[payout], role, rev))
    for key, group in groupby(entries, key=lambda row: str(row["key"])):
        drawing.add(_open(key, list(group), {entry: rev for entry, (_, rev) in ties.items()}))
    return drawing


def _payout(row: Row) -> Node:
    return Node(
        f"payout:{row['number']}",
        "payout",
        f"payout {row['number']}",
        row["rev"],
        amount_cents=row["total_cents"],
        currency=row["currency"],
        fields=said(row, PAYOUT_FIELDS),
        valid_from=row["issue_date"],
    )


def _open(key: str, entries: list[Row], paid: dict[int, int]) -> Drawing:
    """What no payout has settled of one act and payee; below zero the payee owes it to us."""
    name = f"open:{key.removeprefix('entry:')}"
    stretches = [(row, row["rev"], paid.get(row["entry_id"])) for row in entries]
    drawing = Drawing()
    revs = sorted({rev for _, since, until in stretches for rev in (since, until) if rev is not None})
    for rev, after in zip(revs, [*revs[1:], None], strict=True):
        then = [row for row, since, until in stretches if since <= rev and (until is None or rev < until)]
        cents = sum(row["amount_cents"] for row in then)
        if cents:
            drawing.nodes.append(_sum(name, cents, then, rev, after))
    drawing.edges += [Edge(row["name"], name, "open", since, until) for row, since, until in stretches]
    return drawing


def _sum(name: str, cents: int, rows: Iterable[Row], since: int, until: int | None) -> Node:
    entries = list(rows)
    label = "still to pay" if cents > 0 else "owed to us"
    fields = (("entries", len(entries)),)
    return Node(name, "open", label, since, until, cents, entries[0]["currency"], fields)
