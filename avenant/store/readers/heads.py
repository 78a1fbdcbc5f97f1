"""Who a page is about: a member, the family around them and their contracts, as the head of each page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avenant.store.database import Database
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.known import known
from avenant.store.readers.people import as_shown


@dataclass(frozen=True, slots=True)
class Person:
    """One member of a family. name: as of today, ``erased on …`` once erased; None: never told."""

    ref: str
    role: str
    birth_date: date | None
    name: str | None


@dataclass(frozen=True, slots=True)
class MemberHead:
    """A member, everybody of the family (the primary first), and their contracts (ref, kind), the newest first."""

    member: Person
    family: tuple[Person, ...]
    contracts: tuple[tuple[str, str], ...]


def member_head(db: Database, ref: str, rev: int | None = None) -> MemberHead:
    """The member with this number and the people around, now or as known at ``rev``. Errors: UnknownRef."""
    newest = f"""
        SELECT DISTINCT ON (t.member_id) t.* FROM member AS t
        WHERE t.family_id = %s AND {known("t", rev)} ORDER BY t.member_id, t.version DESC"""
    with db.snapshot() as connection:
        row = connection.execute(
            f"SELECT family_id FROM member AS t WHERE ref = %s AND {known('t', rev)} ORDER BY version DESC LIMIT 1",
            [ref],
        ).fetchone()
        if row is None:
            raise UnknownRef(f"there is no member {ref!r}, or not yet then")
        people = connection.execute(
            f"""SELECT m.ref, m.role, m.birth_date,
                       {as_shown("d")}
                FROM ({newest}) AS m
                LEFT JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
                ORDER BY m.role <> 'primary', m.role <> 'partner', m.birth_date, m.ref""",
            [row[0]],
        ).fetchall()
        contracts = connection.execute(
            f"""SELECT DISTINCT c.ref, c.kind, c.contract_id FROM enrolment AS t
                JOIN contract AS c ON c.contract_id = t.contract_id AND c.version = 1
                WHERE t.member_id IN (SELECT member_id FROM member WHERE family_id = %s) AND {known("t", rev)}
                ORDER BY c.contract_id DESC""",
            [row[0]],
        ).fetchall()
    family = tuple(Person(*one) for one in people)
    mine = next(one for one in family if one.ref == ref)
    return MemberHead(mine, family, tuple((ref, kind) for ref, kind, _ in contracts))
