"""The revisions in which something about one subject changed, found by index lookups alone.

A subject is a list of sources: which rows of which table are about it. Each source is a condition that an index of
the table answers, so that the cost follows the subject's own rows and not the book.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from avenant.store.database import Connection
from avenant.store.readers.history import UnknownRef, identity_of
from avenant.store.readers.known import array, bigints


@dataclass(frozen=True, slots=True)
class Written:
    """One revision, who made it and why, and one kind of rows that it wrote about the subject."""

    rev: int
    at: datetime
    actor: str
    reason: str
    run_id: int | None
    what: str
    rows: int


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of a kind about a subject: a query of their ``change_id``."""

    what: str
    query: str


def written_about(connection: Connection, sources: Sequence[Source]) -> list[Written]:
    """Every revision that wrote any of the ``sources``, oldest first, one row for each kind of rows."""
    each = " UNION ALL ".join(
        f"SELECT {place} AS place, '{source.what}' AS what, change_id, count(*) AS rows "
        f"FROM ({source.query}) AS s{place} GROUP BY change_id"
        for place, source in enumerate(sources)
    )
    query = f"""
        WITH written AS MATERIALIZED ({each})
        SELECT r.rev, r.committed_at, c.actor, c.reason, c.run_id, w.what, sum(w.rows)::bigint
        FROM written AS w JOIN change AS c USING (change_id) JOIN revision AS r USING (change_id)
        GROUP BY r.rev, r.committed_at, c.actor, c.reason, c.run_id, w.what ORDER BY r.rev, min(w.place)"""
    return [Written(*row) for row in connection.execute(query)]


def about_member(connection: Connection, ref: str) -> list[Source]:
    """One person: facts, care, both books, and the documents that settled them. Errors: UnknownRef."""
    member = identity_of(connection, "member", ref)
    assert member is not None
    return _about_members(connection, [member])


def about_family(connection: Connection, ref: str) -> list[Source]:
    """Everybody who ever was of the family to which this member belongs now. Errors: UnknownRef."""
    rows = connection.execute(
        """SELECT DISTINCT m.member_id FROM member AS m WHERE m.family_id = (
               SELECT v.family_id FROM member AS v WHERE v.ref = %s ORDER BY v.version DESC LIMIT 1)""",
        [ref],
    ).fetchall()
    if not rows:
        raise UnknownRef(f"no member has the number {ref!r}: check it, or import its file first")
    return _about_members(connection, [member for (member,) in rows])


def _about_members(connection: Connection, members: list[int]) -> list[Source]:
    ids = array(members)
    rows = connection.execute(f"SELECT DISTINCT contract_id FROM enrolment WHERE member_id = ANY({ids})")
    contracts = array(contract for (contract,) in rows)
    mine, keyed = (
        f"member_id = ANY({ids})",
        f"contract_id = ANY({contracts}) AND member_id = ANY({ids})",
    )
    refs = f"SELECT ref FROM member WHERE {mine} AND version = 1"
    lines = f"SELECT ref FROM care_line WHERE {mine} AND version = 1"
    return [
        Source("contract", f"SELECT change_id FROM contract WHERE contract_id = ANY({contracts})"),
        *(Source(table, f"SELECT change_id FROM {table} WHERE {mine}") for table in ("member", "enrolment")),
        *(Source(table, f"SELECT change_id FROM {table} WHERE {keyed}") for table in ("approval", "held")),
        Source("parking", f"SELECT change_id FROM parking WHERE family_id IN ({_families(mine)})"),
        Source("document", f"SELECT change_id FROM document WHERE member_ref IN ({refs})"),
        Source("care_line", f"SELECT change_id FROM care_line WHERE {mine}"),
        Source("answer", f"SELECT change_id FROM answer WHERE line_ref IN ({lines})"),
        Source("waiting", f"SELECT change_id FROM waiting WHERE {mine}"),
        Source("premium", f"SELECT change_id FROM premium WHERE {keyed}"),
        Source("reimbursement", f"SELECT change_id FROM reimbursement WHERE {mine}"),
        Source("invoice", _settled("invoice", f"SELECT entry_id FROM premium WHERE {keyed}")),
        Source("payout", _settled("payout", f"SELECT entry_id FROM reimbursement WHERE {mine}")),
    ]


def _families(condition: str) -> str:
    return f"SELECT family_id FROM member WHERE {condition}"


def _settled(document: str, entries: str) -> str:
    """The changes of the documents that settled some entries; a tie is written with its document."""
    return f"SELECT DISTINCT change_id, {document}_id FROM {document}_entry WHERE entry_id IN ({entries})"


def about_contract(connection: Connection, ref: str) -> list[Source]:
    """A contract: its people, its premiums, its invoices and balance; not the care of its people."""
    contract = identity_of(connection, "contract", ref)
    people = f"SELECT member_id FROM enrolment WHERE contract_id = {contract:d}"
    named = {"balance": "balance_movement"}
    tables = ("contract", "enrolment", "approval", "held", "premium", "invoice", "balance")
    sources = [
        Source(what, f"SELECT change_id FROM {named.get(what, what)} WHERE contract_id = {contract:d}")
        for what in tables
    ]
    member = f"member_id IN ({people})"
    return [
        *sources,
        Source("member", f"SELECT change_id FROM member WHERE {member}"),
        Source("parking", f"SELECT change_id FROM parking WHERE family_id IN ({_families(member)})"),
    ]


def about_invoice(invoice_id: int) -> list[Source]:
    """An invoice: its entries, itself, what it did to the balance, and what was corrected of it since."""
    entries = f"""SELECT DISTINCT p.change_id, p.entry_id FROM invoice_entry AS e JOIN premium AS t USING (entry_id)
        JOIN premium AS p ON (p.contract_id, p.member_id, p.month, p.slot_id)
                           = (t.contract_id, t.member_id, t.month, t.slot_id)
        WHERE e.invoice_id = {invoice_id:d} AND p.version >= t.version"""
    return [
        Source("premium", entries),
        Source("invoice", f"SELECT change_id FROM invoice WHERE invoice_id = {invoice_id:d}"),
        Source("balance", f"SELECT change_id FROM balance_movement WHERE invoice_id = {invoice_id:d}"),
    ]


def about_payout(payout_id: int) -> list[Source]:
    """A payout: its entries, itself, and what was decided anew of its acts since."""
    entries = f"""SELECT DISTINCT r.change_id, r.entry_id
        FROM payout_entry AS e JOIN reimbursement AS t USING (entry_id)
        JOIN reimbursement AS r ON (r.contract_id, r.act_id, r.payee_id) = (t.contract_id, t.act_id, t.payee_id)
        WHERE e.payout_id = {payout_id:d} AND r.version >= t.version"""
    return [
        Source("reimbursement", entries),
        Source("payout", f"SELECT change_id FROM payout WHERE payout_id = {payout_id:d}"),
    ]


def about_act(act_id: int, lines: Iterable[int]) -> list[Source]:
    """An act: the messages about it (``lines``), answers, what waited, decisions for whoever it ever was, payouts."""
    told = bigints({*lines, act_id})
    mine = f"FROM care_line AS l WHERE l.line_id = ANY({told})"
    people = f"""SELECT m.member_id FROM care_line AS l JOIN document AS d USING (document_id)
        JOIN member AS m ON m.ref = d.member_ref WHERE l.line_id = ANY({told})
        UNION SELECT l.member_id {mine}"""
    booked = f"member_id IN ({people}) AND act_id = {act_id:d}"
    documents = f"SELECT l.document_id {mine}"
    refs = f"SELECT l.ref {mine} AND l.version = 1"
    return [
        Source("document", f"SELECT change_id FROM document WHERE document_id IN ({documents})"),
        Source("care_line", f"SELECT change_id FROM care_line WHERE line_id = ANY({told})"),
        Source("answer", f"SELECT change_id FROM answer WHERE line_ref IN ({refs})"),
        Source("waiting", f"SELECT change_id FROM waiting WHERE line_id = ANY({told})"),
        Source("reimbursement", f"SELECT change_id FROM reimbursement WHERE {booked}"),
        Source("payout", _settled("payout", f"SELECT entry_id FROM reimbursement WHERE {booked}")),
    ]
