"""What a name means that a person types for a graph: an act, a payout, an invoice, a member's month."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from avenant.store.database import Connection
from avenant.store.readers.acts import act_called
from avenant.store.readers.graph import Scope
from avenant.store.readers.history import UnknownRef, identity_of
from avenant.store.readers.invoices import document_called
from avenant.store.readers.known import array, bigints, known
from avenant.store.readers.settling import Documents

MOST_ACTS = 500
MOST_PREMIUMS = 2_000
MEMBER_MONTH = re.compile(r"(?P<member>.+)/(?P<month>\d{4}-\d{2})")


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: how a title calls it, and what to read for it."""

    title: str
    scope: Scope


def focus_named(connection: Connection, name: str, rev: int | None = None) -> Named:
    """``D-0001#1`` or an act's number, ``AVP-2026-000001``, ``AV-2026-000001``, ``M-0001/2026-03``.

    Errors: UnknownRef, also for what was not known yet; ValueError for what is too large for a picture.
    """
    return (
        _payout(connection, name, rev)
        or _invoice(connection, name, rev)
        or _member_month(connection, name, rev)
        or _act(connection, name, rev)
    )


def _act(connection: Connection, name: str, rev: int | None) -> Named:
    line = act_called(connection, name)
    query = f"SELECT 1 FROM care_line AS t WHERE line_id = %s AND {known('t', rev)} LIMIT 1"
    if connection.execute(query, [line]).fetchone() is None:
        raise UnknownRef(f"there is no act {name!r}: nothing was told under this number then")
    return Named(f"act {name}", Scope(_members(connection, [line], rev), (line,)))


def _members(connection: Connection, lines: Sequence[int], rev: int | None) -> tuple[int, ...]:
    """Whose the lines ever were up to ``rev``, also where only the document's number says it."""
    told = f"""
        SELECT m.member_id FROM care_line AS l JOIN document AS d USING (document_id) JOIN member AS m ON how
        WHERE l.line_id = ANY({bigints(lines)}) AND {known("l", rev)} AND {known("d", rev)} AND {known("m", rev)}"""
    theirs = told.replace("ON how", "ON m.member_id = l.member_id")
    named = told.replace("ON how", "ON m.ref = d.member_ref") + " AND l.member_id IS NULL"
    rows = connection.execute(f"{theirs} UNION {named} ORDER BY 1")
    return tuple(member for (member,) in rows)


def _numbered(connection: Connection, documents: Documents, name: str, rev: int | None) -> int | None:
    """The id of the document printed so; settlements without a number have no graph."""
    return None if name.startswith("#") else document_called(connection, documents, name, rev)


def _payout(connection: Connection, name: str, rev: int | None) -> Named | None:
    payout = _numbered(connection, "payout", name, rev)
    if payout is None:
        return None
    query = (
        "SELECT DISTINCT act_id FROM payout_entry JOIN reimbursement USING (entry_id) WHERE payout_id = %s"
    )
    acts = [act for (act,) in connection.execute(query, [payout])]
    _refuse_too_many(name, len(acts), MOST_ACTS, "acts", "one of its acts")
    return Named(f"payout {name}", Scope(_members(connection, acts, rev), tuple(acts)))


def _invoice(connection: Connection, name: str, rev: int | None) -> Named | None:
    invoice = _numbered(connection, "invoice", name, rev)
    if invoice is None:
        return None
    row = connection.execute(
        "SELECT invoice_id, entries FROM invoice WHERE invoice_id = %s", [invoice]
    ).fetchone()
    assert row is not None
    _refuse_too_many(name, row[1], MOST_PREMIUMS, "premium entries", "a member's month, like M-0001/2026-03")
    keys = f"""(t.contract_id, t.member_id, t.month, t.slot_id) IN (
        SELECT p.contract_id, p.member_id, p.month, p.slot_id
        FROM invoice_entry AS e JOIN premium AS p USING (entry_id) WHERE e.invoice_id = {row[0]:d})"""
    members = connection.execute(
        "SELECT DISTINCT member_id FROM invoice_entry JOIN premium USING (entry_id) WHERE invoice_id = %s",
        [row[0]],
    )
    return Named(f"invoice {name}", Scope(tuple(member for (member,) in members), premiums=keys))


def _member_month(connection: Connection, name: str, rev: int | None) -> Named | None:
    typed = MEMBER_MONTH.fullmatch(name)
    if typed is None:
        return None
    member = identity_of(connection, "member", typed["member"], rev)
    assert member is not None
    month = date.fromisoformat(f"{typed['month']}-01")
    query = f"""
        SELECT DISTINCT t.line_id FROM care_line AS t JOIN document AS d USING (document_id)
        WHERE (t.member_id = %s OR (t.member_id IS NULL AND d.member_ref = %s)) AND {known("t", rev)}
          AND t.care_from >= %s AND t.care_from < %s::date + interval '1 month' ORDER BY 1"""
    rows = connection.execute(query, [member, typed["member"], month, month])
    lines = [line for (line,) in rows]
    covered = connection.execute("SELECT DISTINCT contract_id FROM enrolment WHERE member_id = %s", [member])
    contracts = array(contract for (contract,) in covered)
    premiums = f"t.contract_id = ANY({contracts}) AND t.member_id = {member:d} AND t.month = '{month}'"
    members = sorted({member, *_members(connection, lines, rev)})
    return Named(name, Scope(tuple(members), tuple(lines), premiums))


def _refuse_too_many(name: str, count: int, most: int, what: str, instead: str) -> None:
    if count > most:
        raise ValueError(
            f"{name} holds {count} {what}, more than {most} that a graph can show: name {instead}"
        )
