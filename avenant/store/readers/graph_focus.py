"""What a name means that a person types for a graph: an act, a payout, an invoice, a member's month."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from avenant.core.graph import Rest
from avenant.store.database import Connection
from avenant.store.readers.acts import act_called
from avenant.store.readers.graph import Scope
from avenant.store.readers.history import UnknownRef, identity_of
from avenant.store.readers.invoices import NUMBER, document_called
from avenant.store.readers.known import array, bigints, known
from avenant.store.readers.settling import Documents

MOST_ACTS = 24
MOST_PREMIUMS = 120
"""So many of a payout's acts, of an invoice's entries are drawn one by one: the others are one box."""
MEMBER_MONTH = re.compile(r"(?P<member>.+)/(?P<month>\d{4}-\d{2})")


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: how a title calls it, what to read for it, and what it holds beside."""

    title: str
    scope: Scope
    rest: Rest | None = None


def focus_named(connection: Connection, name: str, rev: int | None = None) -> Named:
    """``D-0001#1`` or an act's number, ``AVP-2026-000001``, ``AV-2026-000001``, ``M-0001/2026-03``.

    Of a large payout or invoice some acts or members are named, the others are its rest. Errors: UnknownRef, also for
    what was not known yet.
    """
    return (
        _payout(connection, name, rev)
        or _invoice(connection, name, rev)
        or _member_month(connection, name, rev)
        or _act(connection, name, rev)
    )


def _act(connection: Connection, name: str, rev: int | None) -> Named:
    line = act_called(connection, name)
    query = f"SELECT ref FROM care_line AS t WHERE line_id = %s AND {known('t', rev)} LIMIT 1"
    told = connection.execute(query, [line]).fetchone()
    if told is None:
        raise UnknownRef(f"there is no act {name!r}: nothing was told under this number then")
    return Named(f"act {told[0]}", Scope(_members(connection, [line], rev), (line,)))


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
    query = """
        SELECT act_id, count(*), sum(amount_cents)::bigint FROM payout_entry JOIN reimbursement USING (entry_id)
        WHERE payout_id = %s GROUP BY act_id ORDER BY act_id"""
    parts = connection.execute(query, [payout]).fetchall()
    acts = tuple(act for act, _, _ in parts[:MOST_ACTS])
    rest = _rest(connection, "payout", payout, [part[1:] for part in parts[MOST_ACTS:]])
    return Named(f"payout {name}", Scope(_members(connection, acts, rev), acts), rest)


def _rest(
    connection: Connection, documents: Documents, number: int, parts: Sequence[tuple[int, int]]
) -> Rest | None:
    """parts: entries and cents of what is not drawn."""
    if not parts:
        return None
    query = f"SELECT {NUMBER} FROM {documents} AS i WHERE {documents}_id = %s"
    printed = connection.execute(query, [number]).fetchone()
    assert printed is not None
    return Rest(
        f"{documents}:{printed[0]}", sum(entries for entries, _ in parts), sum(cents for _, cents in parts)
    )


def _invoice(connection: Connection, name: str, rev: int | None) -> Named | None:
    invoice = _numbered(connection, "invoice", name, rev)
    if invoice is None:
        return None
    query = """
        SELECT member_id, count(*), sum(amount_cents)::bigint FROM invoice_entry JOIN premium USING (entry_id)
        WHERE invoice_id = %s GROUP BY member_id ORDER BY member_id"""
    parts = connection.execute(query, [invoice]).fetchall()
    entries = accumulate(count for _, count, _ in parts)
    drawn = max(sum(count <= MOST_PREMIUMS for count in entries), 1)
    members = tuple(member for member, _, _ in parts[:drawn])
    keys = f"""(t.contract_id, t.member_id, t.month, t.slot_id) IN (
        SELECT p.contract_id, p.member_id, p.month, p.slot_id
        FROM invoice_entry AS e JOIN premium AS p USING (entry_id)
        WHERE e.invoice_id = {invoice:d} AND p.member_id = ANY({array(members)}))"""
    rest = _rest(connection, "invoice", invoice, [part[1:] for part in parts[drawn:]])
    return Named(f"invoice {name}", Scope(members, premiums=keys), rest)


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
