"""What a typed name means: the member, family, contract, act, invoice, payout or document to run again."""

from __future__ import annotations

import polars as pl

from avenant.core.claims.expected import matched_care
from avenant.core.claims.model import CareTerms
from avenant.flows.nightly_care import care_of
from avenant.flows.reruns.asked import Subject
from avenant.store.database import Connection
from avenant.store.readers.acts import act_called
from avenant.store.readers.facts import Families, facts_of
from avenant.store.readers.history import UnknownRef, identity_of
from avenant.store.readers.invoices import document_called
from avenant.store.readers.known import known
from avenant.store.readers.reruns import families_of_members, members_ever, members_of_lines
from avenant.store.readers.rulebooks import NothingPublished, published

MOST_FAMILIES = 2_000


class TooLarge(ValueError):
    """A subject of more families than one re-run takes."""


def subject_named(connection: Connection, name: str, rev: int | None = None) -> Subject:
    """What ``name`` is: an invoice's or payout's number, an act or line, a document, a member, a contract.

    A kind may be said before it: ``family:M-0001``. Errors: UnknownRef, TooLarge.
    """
    kind, colon, rest = name.partition(":")
    if colon and kind in FOUND:
        found = FOUND[kind](connection, rest, rev)
        if found is None:
            raise UnknownRef(f"there is no {kind} {rest!r}{_then(rev)}")
        return found
    for kind in ("invoice", "payout", "member", "contract", "document", "act"):
        if (found := FOUND[kind](connection, name, rev)) is not None:
            return found
    raise UnknownRef(
        f"nothing is called {name!r}{_then(rev)}: name a member, a contract, an act (D-0001#1), a document, "
        "an invoice (AV-2026-000001) or a payout (AVP-2026-000001)"
    )


def _then(rev: int | None) -> str:
    return "" if rev is None else " at that moment"


def _invoice(connection: Connection, name: str, rev: int | None) -> Subject | None:
    found = document_called(connection, "invoice", name, rev)
    if found is None:
        return None
    row = connection.execute("SELECT contract_id FROM invoice WHERE invoice_id = %s", [found]).fetchone()
    assert row is not None
    return Subject("invoice", name, contract=int(row[0]), settled=found)


def _payout(connection: Connection, name: str, rev: int | None) -> Subject | None:
    found = None if name.startswith("#") else document_called(connection, "payout", name, rev)
    return None if found is None else Subject("payout", name, settled=found)


def _member(connection: Connection, name: str, rev: int | None) -> Subject | None:
    member = _identity(connection, "member", name, rev)
    if member is None:
        return None
    return Subject("member", name, families_of_members(connection, [member], rev), (member,))


def _family(connection: Connection, name: str, rev: int | None) -> Subject | None:
    member = _identity(connection, "member", name, rev)
    if member is None:
        return None
    families = families_of_members(connection, [member], rev)
    return Subject("family", name, families, members_ever(connection, "family_id", families, rev))


def _contract(connection: Connection, name: str, rev: int | None) -> Subject | None:
    contract = _identity(connection, "contract", name, rev)
    if contract is None:
        return None
    members = members_ever(connection, "contract_id", [contract], rev)
    families = families_of_members(connection, members, rev)
    if len(families) > MOST_FAMILIES:
        raise TooLarge(
            f"contract {name} covers {len(families):,} families, more than {MOST_FAMILIES:,} that one re-run takes: "
            "name one of its members"
        )
    return Subject("contract", name, families, members, contract)


def _act(connection: Connection, name: str, rev: int | None) -> Subject | None:
    try:
        line = act_called(connection, name)
    except UnknownRef:
        return None
    members = members_of_lines(connection, [line], rev)
    query = f"SELECT 1 FROM care_line AS t WHERE line_id = %s AND {known('t', rev)} LIMIT 1"
    if connection.execute(query, [line]).fetchone() is None:
        return None
    families = families_of_members(connection, members, rev)
    return Subject("act", name, families, members, act=_act_of(connection, line, families, rev))


def _act_of(connection: Connection, line: int, families: tuple[int, ...], rev: int | None) -> int:
    """The act to which matching joins a line; the line's own number where it makes an act alone, or waits."""
    facts = facts_of(connection, Families(ids=families), rev)
    try:
        rules = published(connection, rev).rulebook
    except NothingPublished:
        return line
    care = care_of(connection, None, facts, rev)
    if care.lines.is_empty():
        return line
    links = matched_care(care, CareTerms(rules.care, rules.parameters)).links
    mine = links.filter(pl.col("line_id") == line)["act_id"]
    return int(mine[0]) if len(mine) else line


def _document(connection: Connection, name: str, rev: int | None) -> Subject | None:
    query = f"SELECT document_id FROM document AS d WHERE ref = %s AND {known('d', rev)} LIMIT 1"
    row = connection.execute(query, [name]).fetchone()
    return None if row is None else Subject("document", name, document=int(row[0]))


def _identity(connection: Connection, table: str, name: str, rev: int | None) -> int | None:
    try:
        return identity_of(connection, table, name, rev)
    except UnknownRef:
        return None


FOUND = {
    "invoice": _invoice,
    "payout": _payout,
    "member": _member,
    "family": _family,
    "contract": _contract,
    "act": _act,
    "document": _document,
}
