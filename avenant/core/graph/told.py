"""The first column: documents, their lines, people's answers, and the facts that rights follow from."""

from __future__ import annotations

from datetime import timedelta

from avenant.core.frames.care import CARE_LINE
from avenant.core.graph.model import Drawing, Edge, Node
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row, in_force, live, said

UNSAID = {
    "line_id",
    "ref",
    "document_id",
    "member_id",
    "provider_id",
    "withdrawn",
    "care_from",
    "care_last_day",
}
LINE_FIELDS = tuple(name for name in CARE_LINE if name not in UNSAID)
DOCUMENT_FIELDS = ("kind", "payer", "payer_rank", "received_on", "paid_on", "version")
ANSWER_FIELDS = ("kind", "line_ref", "other_ref", "amount_cents", "version")
ONE_DAY = timedelta(days=1)


def told(rows: GraphRows) -> Drawing:
    """Documents hold lines; answers speak of lines; contracts and members meet in enrolments."""
    drawing = _documents(rows)
    for part in (_answers(rows), _enrolments(rows), _statuses(rows)):
        drawing.add(part)
    return drawing


def _documents(rows: GraphRows) -> Drawing:
    refs = dict(rows.documents.select("document_id", "ref").iter_rows())
    currencies = dict(rows.documents.select("document_id", "currency").iter_rows())
    providers = dict(rows.providers.select("provider_id", "ref").iter_rows())
    drawing = Drawing()
    for row, since, until in in_force(rows.documents, "document_id"):
        drawing.nodes.append(
            Node(
                f"document:{row['ref']}",
                "document",
                f"{row['kind'].replace('_', ' ')} {row['ref']}",
                *(since, until),
                currency=row["currency"],
                fields=said(row, DOCUMENT_FIELDS),
                standing=live(row["withdrawn"]),
            )
        )
    for row, since, until in in_force(rows.lines, "line_id"):
        provider = providers.get(row["provider_id"])
        drawing.nodes.append(_line(row, since, until, currencies.get(row["document_id"]), provider))
        if row["document_id"] in refs:
            document = f"document:{refs[row['document_id']]}"
            drawing.edges.append(Edge(document, f"line:{row['ref']}", "holds", since, until))
    return drawing


def _line(row: Row, since: int, until: int | None, currency: str | None, provider: str | None) -> Node:
    fields = said(row, LINE_FIELDS) + ((("provider", provider),) if provider else ())
    return Node(
        f"line:{row['ref']}",
        "line",
        f"{row['act_code'] or row['family'] or 'care'} {row['ref']}",
        *(since, until),
        amount_cents=row["charged_cents"],
        currency=currency,
        fields=fields,
        valid_from=row["care_from"],
        valid_to=None if row["care_last_day"] is None else row["care_last_day"] + ONE_DAY,
        standing=live(row["withdrawn"]),
    )


def _answers(rows: GraphRows) -> Drawing:
    drawing = Drawing()
    for row, since, until in in_force(rows.answers, "answer_id"):
        name = f"answer:{row['ref']}"
        fields, standing = said(row, ANSWER_FIELDS), live(row["withdrawn"])
        label = f"{row['kind']} {row['line_ref']} {row['other_ref'] or ''}".strip()
        drawing.nodes.append(
            Node(name, "answer", label, since, until, row["amount_cents"], fields=fields, standing=standing)
        )
        spoken_of = [ref for ref in (row["line_ref"], row["other_ref"]) if ref]
        drawing.edges += [Edge(name, f"line:{ref}", "speaks_of", since, until) for ref in spoken_of]
    return drawing


def _enrolments(rows: GraphRows) -> Drawing:
    contracts = dict(rows.contracts.select("contract_id", "ref").iter_rows())
    members = dict(rows.members.select("member_id", "ref").iter_rows())
    drawing = Drawing(
        [
            _fact("contract", *state, ("kind", "cycle", "version"))
            for state in in_force(rows.contracts, "contract_id")
        ]
        + [_fact("member", *state, ("role", "version")) for state in in_force(rows.members, "member_id")]
    )
    for row, since, until in in_force(rows.enrolments, "enrolment_id"):
        drawing.nodes.append(_fact("enrolment", row, since, until, ("plan", "level", "basis", "version")))
        name = f"enrolment:{row['ref']}"
        if row["contract_id"] in contracts:
            contract = f"contract:{contracts[row['contract_id']]}"
            drawing.edges.append(Edge(contract, name, "covers_by", since, until))
        if row["member_id"] in members:
            drawing.edges.append(
                Edge(f"member:{members[row['member_id']]}", name, "covered_by", since, until)
            )
    return drawing


def _fact(kind: str, row: Row, since: int, until: int | None, columns: tuple[str, ...]) -> Node:
    return Node(
        f"{kind}:{row['ref']}",
        kind,
        f"{kind} {row['ref']}",
        *(since, until),
        currency=row.get("currency"),
        fields=said(row, columns),
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        standing=live(row["withdrawn"]),
    )


def _statuses(rows: GraphRows) -> Drawing:
    providers = dict(rows.providers.select("provider_id", "ref").iter_rows())
    drawing = Drawing()
    for row, since, until in in_force(rows.statuses, "status_id"):
        provider = providers.get(row["provider_id"], "unknown")
        named = _fact("provider_status", row, since, until, ("sector", "optam", "version"))
        drawing.nodes.append(
            Node(
                named.id,
                named.kind,
                f"status of {provider}",
                *(since, until),
                fields=(("provider", provider), *named.fields),
                valid_from=named.valid_from,
                valid_to=named.valid_to,
                standing=named.standing,
            )
        )
    return drawing
