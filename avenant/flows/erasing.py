"""Erase personal details, of one member or of everybody whose retention has ended; facts and entries stay.

erase(db, "M-0001")
erase_kept_long_enough(db, date(2027, 7, 1))
"""

from datetime import date

from avenant.store.database import Connection, Database
from avenant.store.readers.history import identity_of
from avenant.store.readers.people import personal_details
from avenant.store.writers.people import erase_expired, erase_person


def details_kept(db: Database, member: str) -> list[str]:
    """The kinds of detail (name, address …) still kept of the member with this number. Errors: UnknownRef."""
    with db.connect() as connection:
        details = personal_details(connection, [_member_id(connection, member)])
    return [kind for kind, erased in details.select("kind", "erased").iter_rows() if not erased]


def erase(db: Database, member: str) -> int:
    """Erase every personal detail of the member with this number; returns how many. Errors: UnknownRef."""
    with db.connect() as connection:
        return erase_person(connection, _member_id(connection, member))


def erase_kept_long_enough(db: Database, today: date) -> int:
    """Erase, of everybody, the details whose retention has ended by ``today``; returns how many."""
    with db.connect() as connection, connection.transaction():
        return erase_expired(connection, today)


def _member_id(connection: Connection, member: str) -> int:
    found = identity_of(connection, "member", member)
    assert found is not None
    return found
