"""FHIR R4 resources as messages on care: what each document is, its lines, every amount under its full coding.

    ExplanationOfBenefit, ClaimResponse    an insurer's answer: its statement (secu_return for the compulsory scheme)
    Claim                                  a provider's request, or the member's invoice; a quote if not a claim
    PaymentReconciliation                  a payment for several documents: kept as a document without lines
    Coverage                               whose insurer pays; no message on care

All resources of an import are taken first and read together, because one names another: an answer has no act codes
of its own, its claim has; and a claim says which other insurer comes before us.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from avenant.gateways.document_rows import Arrived, DocumentRows
from avenant.gateways.fhir_elements import Element
from avenant.gateways.fhir_messages import Message, add_message, add_reconciliation
from avenant.gateways.fhir_references import References

MESSAGES = ("Claim", "ClaimResponse", "ExplanationOfBenefit")
SHOWN = 5
"""So many faults of one resource are told."""


def is_fhir(value: Any) -> bool:
    """Whether the JSON `value` is a FHIR resource, or wants to be one."""
    return isinstance(value, dict) and "resourceType" in value


@dataclass(slots=True)
class FhirResources:
    """Resources as they are met in the files of one import. `payers`: insurers who are the compulsory scheme."""

    payers: Sequence[str] = ()
    files: dict[str, DocumentRows] = field(default_factory=dict)
    taken: dict[str, Message] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    def take(self, file: str, line: int, place: str, value: Mapping[str, Any]) -> None:
        """Take the resource `value`, which begins in `line` of `file`; a bundle is taken apart."""
        at = "" if place == "$" else f"{place}."
        self._take(file, line, f"{at}{value.get('resourceType')}", value, None)

    def arrived(self) -> list[Arrived]:
        """What all of them say together, by file."""
        references = References.of(list(self.taken.values()))
        for message in self.taken.values():
            rows = self._rows(message.file)
            if message.kind in MESSAGES:
                add_message(rows, message, references, self.payers)
            elif message.kind == "PaymentReconciliation":
                add_reconciliation(rows, message, self.payers)
            self._list_unread(rows, message)
        return [rows.arrived(self.count.get(file, 0)) for file, rows in self.files.items()]

    def _rows(self, file: str) -> DocumentRows:
        return self.files.setdefault(file, DocumentRows(file))

    def _take(self, file: str, line: int, place: str, value: Any, url: str | None) -> None:
        kind = value.get("resourceType") if isinstance(value, dict) else None
        self._rows(file)
        if kind == "Bundle":
            self._take_apart(file, line, place, value)
            return
        self.count[file] = self.count.get(file, 0) + 1
        faults = _faults(kind, value)
        for path, message in faults[:SHOWN]:
            remedy = "Correct it, or ask the sender for valid FHIR R4"
            self._rows(file).lose(line, f"{place}{path}", "not FHIR R4", message, remedy)
        if not faults:
            self._keep(Message(str(kind), Element(value, str(kind)), file, line, place, url))

    def _keep(self, message: Message) -> None:
        rows, before = self._rows(message.file), self.taken.get(message.ref)
        if before is None:
            self.taken[message.ref] = message
        elif before.root.value == message.root.value:
            where = f"the same as {before.place} of {before.file}"
            rows.remark(message.line, message.place, "told twice", message.ref, where)
        else:
            remedy = "Keep the one that is right"
            seen = f"{message.ref} stands differently in {before.file}, {before.place}"
            rows.lose(message.line, message.place, "ref told twice", seen, remedy)

    def _take_apart(self, file: str, line: int, place: str, bundle: Mapping[str, Any]) -> None:
        rows, entries = self._rows(file), bundle.get("entry", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            rows.lose(line, f"{place}.entry", "not FHIR R4", "entry is not a list of objects", "Correct it")
            return
        for name in bundle:
            if name not in ("resourceType", "type", "total", "entry"):
                rows.remark(line, f"{place}.{name}", "not mapped", _short(bundle[name]), "not kept")
        if isinstance(bundle.get("total"), int) and bundle["total"] > len(entries):
            message = f"the bundle speaks of {bundle['total']} resources and holds {len(entries)}"
            rows.remark(line, f"{place}.total", "one page of several", str(bundle["total"]), message)
        for n, entry in enumerate(entries):
            where = f"{place}.entry[{n}].resource"
            if "resource" in entry:
                self._take(file, line, where, entry["resource"], entry.get("fullUrl"))
            else:
                rows.remark(line, f"{place}.entry[{n}]", "not mapped", _short(entry), "it holds no resource")

    def _list_unread(self, rows: DocumentRows, message: Message) -> None:
        """Say of everything that nobody looked at that it is not kept; of a resource that is no message, once."""
        if message.kind not in (*MESSAGES, "PaymentReconciliation", "Coverage"):
            text = f"a {message.kind} is not a message on care"
            rows.remark(message.line, message.place, "not mapped", message.ref, text)
            return
        message.root.one("resourceType").text()
        for element in message.root.unread():
            rows.remark(
                message.line, message.at(element.path), "not mapped", _short(element.value), "not kept"
            )


def _faults(kind: str | None, value: Any) -> list[tuple[str, str]]:
    """(path, what is wrong) of a resource that is not valid FHIR R4; Decimal amounts stay exact."""
    try:
        model = get_fhir_model_class(kind)
    except (KeyError, TypeError, ValueError):
        return [("", f"{kind!r} is not a kind of resource")]
    try:
        model.model_validate(value)
    except ValueError as error:
        found = error.errors() if hasattr(error, "errors") else [{"loc": (), "msg": str(error)}]
        return [("".join(_step(step) for step in one["loc"]), str(one["msg"])) for one in found]
    return []


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _short(value: Any) -> str:
    """A value, or the parts that a larger one has, in a few words."""
    if isinstance(value, dict):
        return f"with {', '.join(list(value)[:6])}"
    if isinstance(value, list):
        return f"{len(value)} elements"
    return str(value)[:80]
