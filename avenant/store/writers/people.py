"""The erasable personal store: names, addresses, bank details, apart from facts and books.

A value can be replaced and erased; facts and entries know the member's number only and stay as they are. What was
erased stays erased when the same news is told again. Where ``AVENANT_HASH_KEY`` holds a key, a keyed hash of each
value (HMAC-SHA-256) lets equal values be matched without reading them; it goes when the value goes. So do the folded
words of a name, which let its member be found.
"""

import hashlib
import hmac
import os
from datetime import date
from typing import Final

import polars as pl

from avenant.store.database import Connection
from avenant.store.readers.known import latest
from avenant.store.tables import ENROLMENT
from avenant.store.writers.names import keep_names

RETENTION_MONTHS: Final = {
    "name": 60,  # five years, the general limitation of claims: Code civil, art. 2224
    "address": 60,
    "iban": 13,  # thirteen months to contest a debit: Code monétaire et financier, art. L133-24
}
"""For how many months a detail is kept after it was told and after the member's cover ended, by kind."""
OTHER_MONTHS: Final = 24
"""The same for all other kinds: the limitation of insurance claims (Code des assurances, art. L114-1)."""


def keep_people(
    connection: Connection, people: pl.DataFrame, member_ids: pl.DataFrame, readmit: bool = False
) -> None:
    """Keep ``people`` (member_ref, kind, value); the latest value of a kind replaces the one before.

    member_ids: ref, member_id. readmit: also what was erased before, because the person asks for it.
    """
    rows = people.join(member_ids.rename({"ref": "member_ref"}), on="member_ref")
    values = [
        (member, kind, value, keyed_hash(value), retention_months(kind), readmit)
        for member, kind, value in rows.select("member_id", "kind", "value").iter_rows()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO person_detail AS kept (member_id, kind, value, value_hash, retain_until)
            VALUES (%s, %s, %s, %s, (book_now() AT TIME ZONE 'Europe/Paris' + make_interval(months => %s))::date)
            ON CONFLICT (member_id, kind) DO UPDATE
            SET value = excluded.value, value_hash = excluded.value_hash, erased_at = NULL,
                retain_until = excluded.retain_until
            WHERE kept.erased_at IS NULL OR %s""",
            values,
        )
    keep_names(connection, ((member, value) for member, kind, value, *_ in values if kind == "name"))


def erase_person(connection: Connection, member_id: int) -> int:
    """Erase every personal detail of a member; facts and entries stay as they are. Returns how many."""
    return connection.execute(
        """UPDATE person_detail SET value = NULL, value_hash = NULL, erased_at = book_now()
        WHERE member_id = %s AND erased_at IS NULL""",
        [member_id],
    ).rowcount


def erase_expired(connection: Connection, today: date) -> int:
    """Erase what was kept long enough: told, and the member's last cover ended, more than its kind's months ago.

    Returns how many details.
    """
    kinds = connection.execute("SELECT DISTINCT kind FROM person_detail WHERE erased_at IS NULL").fetchall()
    covers = latest("enrolment", "enrolment_id", ENROLMENT, None, "t.member_id = detail.member_id")
    return sum(
        connection.execute(
            f"""UPDATE person_detail AS detail SET value = NULL, value_hash = NULL, erased_at = book_now()
            WHERE kind = %s AND erased_at IS NULL AND retain_until <= %s AND NOT EXISTS (
                SELECT FROM ({covers}) AS cover WHERE NOT withdrawn
                AND (valid_to IS NULL OR valid_to + make_interval(months => %s) > %s))""",
            [kind, today, retention_months(kind), today],
        ).rowcount
        for (kind,) in kinds
    )


def retention_months(kind: str) -> int:
    """For how many months a detail of this kind is kept."""
    return RETENTION_MONTHS.get(kind, OTHER_MONTHS)


def keyed_hash(value: str) -> bytes | None:
    """HMAC-SHA-256 of the value, folded in case and spaces; None without a key, as a known key hides nothing."""
    key = os.environ.get("AVENANT_HASH_KEY", "").encode()
    if not key:
        return None
    return hmac.new(key, " ".join(value.casefold().split()).encode(), hashlib.sha256).digest()
