"""Facts as frames: the current contracts, members and enrolments of some families, now or as of a revision."""

from dataclasses import dataclass

import polars as pl

from avenant.core.premiums import Facts
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, known, latest
from avenant.store.tables import CONTRACT, ENROLMENT, MEMBER


@dataclass(frozen=True, slots=True)
class Families:
    """Some families: those with an id from ``first`` to ``last`` (both included), or just ``ids``."""

    first: int = 0
    last: int = 2**31 - 1
    ids: tuple[int, ...] | None = None

    def condition(self, column: str) -> str:
        """SQL that is true for these families; ids are integers, so nothing needs quoting."""
        if self.ids is None:
            return f"{column} BETWEEN {self.first:d} AND {self.last:d}"
        return f"{column} = ANY({array(list(self.ids))})"


EVERYBODY = Families()


def members_of(connection: Connection, families: Families, rev: int | None = None) -> pl.DataFrame:
    """Members whose latest version belongs to ``families``, withdrawn ones included (columns MEMBER)."""
    query = latest("member", "member_id", MEMBER, rev, families.condition("t.family_id"))
    return read_frame(connection, query, MEMBER)


def families_among(connection: Connection, families: Families) -> list[int]:
    """The ids of ``families`` that any version of a member belongs to, in order."""
    rows = connection.execute(
        f"SELECT DISTINCT family_id FROM member WHERE {families.condition('family_id')} ORDER BY family_id"
    )
    return [family for (family,) in rows]


def facts_of(connection: Connection, families: Families, rev: int | None = None) -> Facts:
    """Contracts, members and enrolments in force for ``families``; withdrawn facts are left out."""
    members = members_of(connection, families, rev).filter(~pl.col("withdrawn"))
    return facts_of_members(connection, members, rev)


def facts_of_members(connection: Connection, members: pl.DataFrame, rev: int | None = None) -> Facts:
    """The same for members already read."""
    enrolments = _in_force(connection, "enrolment", "enrolment_id", "member_id", members["member_id"], rev)
    contracts = _in_force(
        connection, "contract", "contract_id", "contract_id", enrolments["contract_id"], rev
    )
    enrolments = enrolments.join(contracts.select("contract_id"), on="contract_id", how="semi")
    return Facts(contracts.drop("version", "withdrawn"), members.drop("version", "withdrawn"), enrolments)


def _in_force(
    connection: Connection, table: str, key: str, column: str, wanted: pl.Series, rev: int | None
) -> pl.DataFrame:
    columns = {"contract": CONTRACT, "enrolment": ENROLMENT}[table]
    query = latest(table, key, columns, rev, f"t.{column} = ANY({array(wanted.unique().to_list())})")
    rows = read_frame(connection, query, columns)
    return rows.filter(~pl.col("withdrawn"))


def member_families(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Every member's family, by the latest version known: member_id, family_id."""
    columns = {"member_id": pl.Int32, "family_id": pl.Int32}
    return read_frame(connection, latest("member", "member_id", columns, rev), columns)


def approvals_of(connection: Connection, rev: int | None = None) -> pl.DataFrame:
    """Approvals of far-reaching changes: contract_id, member_id, from_month, through_month."""
    columns = {
        "contract_id": pl.Int32,
        "member_id": pl.Int32,
        "from_month": pl.Date,
        "through_month": pl.Date,
    }
    return read_frame(
        connection, f"SELECT {', '.join(columns)} FROM approval a WHERE {known('a', rev)}", columns
    )
