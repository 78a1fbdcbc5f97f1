"""One FHIR resource as a document with lines and amounts, in the words of our files.

Every amount is kept, to the cent and under its full coding: those of a line with the line, all others with the
document; an amount that is not a decision or a total is coded by the element that holds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from avenant.gateways.document_rows import DocumentRows
from avenant.gateways.fhir_contradictions import contradictions
from avenant.gateways.fhir_elements import ELEMENTS, Amount, Element, amounts_in, coding_text
from avenant.gateways.fhir_lines import (
    Line,
    charged_of,
    days_of,
    lines_in,
    paid_of,
    payee_of,
    quantity_of,
    rate_of,
    service_code,
)
from avenant.gateways.fhir_references import BEFORE_US, References, referred

HOLD = "contradicts_itself"
SEVERAL = "several"
"""The member of a payment for several."""
TAKEN_BACK = ("cancelled", "entered-in-error")
PAYEES = {"provider": "provider", "subscriber": "member", "patient": "member", "beneficiary": "member"}


@dataclass(frozen=True, slots=True)
class Message:
    """A resource: its kind and content, where it stands, and the address under which others may name it."""

    kind: str
    root: Element
    file: str
    line: int
    place: str
    url: str | None

    @property
    def ref(self) -> str:
        """`Claim/660152`; of a resource without id its address, else where it stands."""
        number = self.root.value.get("id")
        return f"{self.kind}/{number}" if number else self.url or f"{self.file}/{self.place}"

    def at(self, path: str) -> str:
        """The place within the file of the element at `path` within the resource."""
        return self.place + path[len(self.kind) :]


def add_message(rows: DocumentRows, message: Message, references: References, payers: Sequence[str]) -> None:
    """Add a claim, an answer or a statement to `rows`. `payers`: insurers who are the compulsory scheme."""
    root = message.root
    if root.one("status").text() == "draft":
        remedy = "Send it when it is final"
        rows.lose(message.line, message.place, "draft", "a draft tells nothing yet", remedy)
        return
    head = _head(message, references, payers)
    _read_links(root, references)
    lines = lines_in(root)
    found = contradictions(root, lines)
    for one in found:
        text = f"{one.message}; kept, and held for a person"
        rows.remark(message.line, message.at(one.place), "contradicts itself", one.seen, text)
    told = [(line, _care(message, line, head, references, rows)) for line in lines]
    numbered = {line.place: n for n, line in enumerate((one for one, care in told if care), start=1)}
    amounts = list(amounts_in(root))
    currency = _currency(amounts)
    rows.add("documents", head | {"currency": currency}, message.line, message.place)
    hold = {"hold": HOLD} if found else {}
    for line, care in told:
        if care:
            row = care | hold | {"document_ref": message.ref, "line": numbered[line.place]}
            rows.add("care_lines", row, message.line, message.at(line.place))
    _add_amounts(rows, message, amounts, numbered, currency)


def add_reconciliation(rows: DocumentRows, message: Message, payers: Sequence[str]) -> None:
    """Add a payment for several documents: a document without lines, with its amounts."""
    root = message.root
    payer = _party(root.one("paymentIssuer"), root)
    details = [one.one("amount").money() for one in root.many("detail")]
    paid, told = root.one("paymentAmount").money(), [one for one in details if one is not None]
    if told and paid is not None and sum(told) != paid:
        seen, text = f"paymentAmount {paid}", f"its details add up to {sum(told)}; kept as told"
        rows.remark(message.line, message.at(f"{message.kind}.detail"), "contradicts itself", seen, text)
    amounts = list(amounts_in(root))
    head = {
        "ref": message.ref,
        "kind": "secu_return" if payer in payers else "other_insurer",
        "payer": payer or "unknown",
        "payer_rank": BEFORE_US,
        "member_ref": SEVERAL,
        "received_on": _day(root.one("created")),
        "paid_on": _day(root.one("paymentDate")),
        "currency": _currency(amounts),
        "withdrawn": root.one("status").text() in TAKEN_BACK,
    }
    root.one("id").text()
    rows.add("documents", head, message.line, message.place)
    _add_amounts(rows, message, amounts, {}, _currency(amounts))


def _head(message: Message, references: References, payers: Sequence[str]) -> dict[str, Any]:
    root = message.root
    provider = _party(root.one("provider"), root) or _party(root.one("requestor"), root)
    insurer = _party(root.one("insurer"), root)
    kind = _kind(message, insurer, payers)
    paid_on = _day(root.one("payment").one("date")) or references.paid.get(message.ref)
    return {
        "ref": message.ref,
        "kind": kind,
        "payer": insurer if kind in ("secu_return", "other_insurer") else provider,
        "payer_rank": references.ranks.get(message.ref, BEFORE_US) if kind == "other_insurer" else None,
        "member_ref": _member(root.one("patient")),
        "received_on": _day(root.one("created")),
        "paid_on": paid_on,
        "withdrawn": root.one("status").text() in TAKEN_BACK,
    }


def _read_links(root: Element, references: References) -> None:
    """Count as read what names another resource of this import, and the order of insurers."""
    root.one("id").text()
    links = [root.one(name) for name in ("claim", "claimResponse", "request")]
    for insurance in root.many("insurance"):
        insurance.one("sequence").text()
        insurance.one("focal").text()
        links.append(insurance.one("claimResponse"))
    for link in links:
        if referred(link.value) in references.resources:
            link.one("reference").text()


def _kind(message: Message, insurer: str | None, payers: Sequence[str]) -> str:
    if message.root.one("use").text() not in (None, "claim"):
        return "quote"
    if message.kind == "Claim":
        return "member_invoice" if _payee(message.root) == "member" else "provider_request"
    return "secu_return" if insurer in payers else "other_insurer"


def _care(
    message: Message, line: Line, head: Mapping[str, Any], references: References, rows: DocumentRows
) -> dict[str, Any] | None:
    """The line in the words of our files; None, with a remark, for one that has no day of care."""
    if message.kind == "ClaimResponse":
        line = _with_the_claim(message, line, references)
    first, last, fault = days_of(line, message.root)
    if first is None:
        text = f"{fault}, so it is no line of care; its amounts are kept with the document"
        rows.remark(message.line, message.at(line.place), "not read as a line", "", text)
        return None
    paid, kind = paid_of(line), head["kind"]
    prior = line.amounts("priorpayerpaid")
    others = paid if kind == "other_insurer" else sum(prior, Decimal(0)) if prior else None
    charged = charged_of(line)
    return {
        "act_code": service_code(line),
        "care_from": first,
        "care_last_day": last,
        "quantity": quantity_of(line),
        "charged": charged,
        "base": line.amount("eligible"),
        "rate": rate_of(line),
        "secu": paid if kind == "secu_return" else None,
        "others": others,
        "asked": charged if kind == "provider_request" else None,
        "provider_ref": _provider(message.root),
        "payee": _payee(message.root) or payee_of(line),
    }


def _with_the_claim(message: Message, line: Line, references: References) -> Line:
    """An answer's line has act, days and price in the claim that it answers."""
    sequence = line.items[0].one("itemSequence")
    item = references.item_of(message.ref, sequence.value)
    sequence.text()
    content = {name: value for name, value in item.items() if name != "adjudication"}
    claimed = Element(content | line.items[0].value, line.items[0].path, line.items[0].read)
    return Line(line.place, (claimed, *line.items[1:]), line.decisions)


def _add_amounts(
    rows: DocumentRows,
    message: Message,
    amounts: Sequence[Amount],
    lines: Mapping[str, int],
    currency: str | None,
) -> None:
    for position, amount in enumerate(amounts, start=1):
        owner = next((place for place in lines if amount.path.startswith(f"{place}.")), None)
        row = {
            "document_ref": message.ref,
            "line": None if owner is None else lines[owner],
            "position": position,
            "coding": _coding(amount, owner or message.kind),
            "amount": amount.value,
            "currency": amount.currency or currency,
        }
        rows.add("line_amounts", row, message.line, message.at(amount.path))


def _coding(amount: Amount, owner: str) -> str:
    """The full coding; before it the element, unless it is a decision on the line or a total of the document."""
    said = coding_text(amount.codings)
    within = amount.path[len(owner) + 1 :].partition("[")[0]
    if said and amount.path.count(".") == owner.count(".") + 2 and within in ("adjudication", "total"):
        return said
    return f"{ELEMENTS}|{amount.element} {said}".strip()


def _currency(amounts: Sequence[Amount]) -> str | None:
    told = [amount.currency for amount in amounts if amount.currency]
    return told[0] if told else None


def _day(element: Element) -> str | None:
    text = element.text()
    return text[:10] if text and len(text) >= 10 else None


def _member(patient: Element) -> str | None:
    """The number under which the sender knows the member: the id of the Patient, or an identifier."""
    reference = patient.one("reference").text()
    return reference.rpartition("/")[2] if reference else patient.one("identifier").one("value").text()


def _provider(root: Element) -> str | None:
    return _party(root.one("provider"), root) or _party(root.one("requestor"), root)


def _party(reference: Element, root: Element) -> str | None:
    """The number of whom a reference names: an identifier, that of a contained resource, or its address."""
    number = reference.one("identifier").one("value").text()
    address = reference.one("reference").text()
    if number or not address:
        reference.one("identifier").one("system").text()
        return number
    for one in root.many("contained"):
        if address == f"#{one.value.get('id')}":
            numbers = one.many("identifier")
            best = sorted(numbers, key=lambda n: "npi" not in str(n.value.get("system")))
            one.one("id").text()
            return best[0].one("value").text() if best else None
    return referred(reference.value)


def _payee(root: Element) -> str | None:
    """Whom the resource as a whole says is to be paid, or was."""
    for element in (root.one("payee").one("type"), root.one("payeeType")):
        for _, code in element.codings():
            return PAYEES.get(code)
    return None
