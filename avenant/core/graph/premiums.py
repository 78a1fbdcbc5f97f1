"""The premium side: entries of months with the prices they stand on, invoices, and the contract's balance."""

from __future__ import annotations

from avenant.core.graph.covers import Covers
from avenant.core.graph.decided import struck
from avenant.core.graph.model import Drawing, Edge, Node
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.rules import rule_names
from avenant.core.graph.stretches import Row, said
from avenant.core.periods import add_months

ENTRY_FIELDS = (
    *("version", "entry_id", "slot", "employer_cents", "tax_cents", "unit_price_cents", "covered_days"),
    *("billed_days", "days_in_month", "age", "child_rank"),
)
INVOICE_FIELDS = ("kind", "month", "issue_date", "entries", "balance_used_cents", "due_cents")


def premiums(rows: GraphRows) -> Drawing:
    """Premium entries, the price line and the enrolments behind each, the invoices they are in, and balances."""
    contracts = dict(rows.contracts.select("contract_id", "ref").iter_rows())
    currencies = dict(rows.contracts.select("contract_id", "currency").iter_rows())
    members = dict(rows.members.select("member_id", "ref").iter_rows())
    prices, covers = rule_names(rows), Covers(rows)
    drawing, names = Drawing(), {}
    ordered = rows.premiums.sort("contract_id", "member_id", "month", "slot_id", "version")
    after: dict[str, int] = {}
    for row in ordered.reverse().iter_rows(named=True):
        contract, member = contracts.get(row["contract_id"], "?"), members.get(row["member_id"], "?")
        key = f"premium:{contract}/{member}/{row['month']:%Y-%m}/{row['slot']}"
        names[row["entry_id"]] = f"{key}/{row['version']}"
        node = _entry(row, names[row["entry_id"]], currencies.get(row["contract_id"]))
        replaced = after.get(key) if row["version"] % 2 else None
        drawing.nodes += struck(node, replaced)
        if row["version"] % 2 == 0:
            drawing.edges.append(Edge(f"{key}/{row['version'] - 1}", node.id, "taken_back", row["rev"]))
        after[key] = row["rev"]
        drawing.edges += _behind(row, node.id, prices, covers)
    drawing.add(_invoices(rows, names, contracts, currencies))
    return drawing


def _entry(row: Row, name: str, currency: str | None) -> Node:
    kind = "charge" if row["version"] % 2 else "cancel"
    return Node(
        name,
        "premium",
        f"{kind} {row['month']:%Y-%m} {row['slot']}",
        row["rev"],
        amount_cents=row["amount_cents"],
        currency=currency,
        fields=(("kind", kind), *said(row, ENTRY_FIELDS)),
        valid_from=row["month"],
        valid_to=add_months(row["month"], 1),
    )


def _behind(row: Row, name: str, prices: dict[int, str], covers: Covers) -> list[Edge]:
    """The price line, and the enrolments known then that cover a day of the month."""
    month = row["month"]
    edges = [Edge(prices[row["line_id"]], name, "prices", row["rev"])] if row["line_id"] in prices else []
    return edges + [
        Edge(enrolment, name, "covers", row["rev"])
        for enrolment in covers.of(row, month, add_months(month, 1))
    ]


def _invoices(
    rows: GraphRows, entries: dict[int, str], contracts: dict[int, str], currencies: dict[int, str]
) -> Drawing:
    drawing, names = Drawing(), {}
    for row in rows.invoices.iter_rows(named=True):
        names[row["invoice_id"]] = name = f"invoice:{row['number']}"
        label = f"{row['kind'].replace('_', ' ')} {row['number']}"
        amounts = (row["total_cents"], row["currency"])
        fields = said(row, INVOICE_FIELDS)
        drawing.nodes.append(Node(name, "invoice", label, row["rev"], None, *amounts, fields, row["month"]))
    for entry, invoice, rev in rows.invoice_ties.iter_rows():
        if entry in entries and invoice in names:
            drawing.edges.append(Edge(entries[entry], names[invoice], "invoiced_in", rev))
    for row in rows.movements.iter_rows(named=True):
        contract = contracts.get(row["contract_id"], "?")
        name = f"balance:{contract}/{row['movement_id']}"
        amount = (row["amount_cents"], currencies.get(row["contract_id"]))
        drawing.nodes.append(Node(name, "balance", f"balance {row['kind']}", row["rev"], None, *amount))
        source = names.get(row["invoice_id"], f"contract:{contract}")
        drawing.edges.append(Edge(source, name, row["kind"], row["rev"]))
    return drawing
