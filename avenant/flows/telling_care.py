"""Tell what a form says about care: a document of one line, a line taken back, a person's answer.

news = cancellation(db, "R-2026-03#1", received_on=date(2026, 4, 2))
news = answered(db, "same", "R-2026-03#1", "B-17#1", reason="the bill is for this visit")
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from avenant.core.frames.care import ANSWERS
from avenant.core.frames.news import CARE_LINES, DOCUMENTS, News
from avenant.flows.telling import CannotTell, known, new_ref, news
from avenant.store.database import Database
from avenant.store.readers.present import Fact, present

AMOUNTS = [name for name in CARE_LINES if name.endswith("_cents")]
NOT_IN_A_REF = re.compile(r"[\s#]+")


def document(db: Database, document: Mapping[str, Any], line: Mapping[str, Any]) -> News:
    """A new message on care with one line, by the columns of news (``DOCUMENTS``, ``CARE_LINES``).

    What a form leaves out: ref (we give one), currency (EUR), line (1). Errors: CannotTell for a field that does
    not exist, and a ref that is taken.
    """
    unknown = [name for name in document if name not in DOCUMENTS]
    unknown += [name for name in line if name not in CARE_LINES]
    if unknown:
        raise CannotTell("no_such_column", unknown[0], name=unknown[0])
    with db.snapshot() as connection:
        stem = _stem(document.get("member_ref"), document.get("received_on"))
        ref = new_ref(connection, "document", document.get("ref"), stem)
    head = {"currency": "EUR", "withdrawn": False} | _said(document) | {"ref": ref}
    return news(documents=[head], care_lines=[{"line": 1} | _said(line) | {"document_ref": ref}])


def cancellation(db: Database, line: str, received_on: date, ref: str | None = None) -> News:
    """The sender of ``line`` takes it back: a new document of the same kind with all its amounts negated.

    Errors: CannotTell where the line is not known, withdrawn, or takes back another one itself.
    """
    with db.snapshot() as connection:
        stands = known(connection, "care_line", line, "line")
        if stands["quantity"] < 0 or stands["cancels"]:
            raise CannotTell("takes_back_a_cancellation", "line", ref=line)
        told_in = present(connection, "document", _document_of(line))
        assert told_in is not None, "a line is stored together with its document"
        new = new_ref(connection, "document", ref, _stem(told_in["member_ref"], received_on))
    head = told_in | {"ref": new, "received_on": received_on, "paid_on": None}
    return news(documents=[head], care_lines=[_taken_back(stands) | {"document_ref": new, "cancels": line}])


def answered(
    db: Database,
    kind: str,
    line: str,
    other: str | None = None,
    amount_cents: int | None = None,
    reason: str = "",
    ref: str | None = None,
) -> News:
    """A person's answer about ``line``: ``same`` act as ``other``, ``different``, or a reasoned ``exception``.

    amount_cents: of an exception, what we pay for the act; None: decide it in spite of why it waits.
    Errors: CannotTell.
    """
    if kind not in ANSWERS:
        raise CannotTell("unknown_answer", "kind", kind=kind)
    if kind != "exception" and not other:
        raise CannotTell("needs_two_lines", "other")
    if not reason.strip():
        raise CannotTell("needs_a_reason", "reason")
    with db.snapshot() as connection:
        known(connection, "care_line", line, "line")
        if other is not None:
            known(connection, "care_line", other, "other")
        number = new_ref(connection, "answer", ref, f"{kind}-{NOT_IN_A_REF.sub('-', line)}")
    row = {"ref": number, "kind": kind, "line_ref": line, "other_ref": other, "amount_cents": amount_cents}
    return news(answers=[row | {"reason": reason.strip(), "withdrawn": False}])


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _stem(member: object, received_on: object) -> str:
    return NOT_IN_A_REF.sub("-", f"desk-{member}-{received_on}")


def _document_of(line: str) -> str:
    return line.rpartition("#")[0]


def _taken_back(line: Fact) -> dict[str, Any]:
    """The line as its sender takes it back: quantity and amounts negated, the rest as it was told."""
    said = {name: line.get(name) for name in CARE_LINES}
    negated = {name: -amount for name in AMOUNTS if (amount := line[name]) is not None}
    return said | negated | {"line": 1, "quantity": -line["quantity"], "hold": None}
