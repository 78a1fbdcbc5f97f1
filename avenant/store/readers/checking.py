"""The book read for checking: the run it is at rest with, all entries in stretches, settlements with their sums."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg

from avenant.core.checks.finding import Names
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, bigints, latest
from avenant.store.tables import INVOICE, PREMIUM, Columns

PAIR: Columns = {"contract_id": pl.Int32, "member_id": pl.Int32}
WEIGHED: Columns = {**PAIR, "n": pl.Int64}
ENTRIES: Columns = {**PREMIUM, "kind": pl.String}
COVER: Columns = {**PAIR, "plan": pl.String, "level": pl.String, "valid_from": pl.Date, "valid_to": pl.Date}
SUMS = {
    "invoice_id": pl.Int64,
    "entries": pl.Int64,
    "total_cents": pl.Int64,
    "employer_cents": pl.Int64,
    "tax_cents": pl.Int64,
    "missing": pl.Int64,
    "foreign": pl.Int64,
    "later": pl.Int64,
}
MOVEMENTS = {
    "movement_id": pl.Int64,
    "contract_id": pl.Int32,
    "kind": pl.String,
    "amount_cents": pl.Int64,
    "invoice_id": pl.Int64,
    "rev": pl.Int64,
}
NEWS = {"family_id": pl.Int32, "why": pl.String}


def exported(connection: Connection) -> tuple[int, str]:
    """The latest revision (0: none), and the name by which other connections can read the same snapshot.

    Errors: LookupError for a database that holds no book.
    """
    try:
        row = connection.execute(
            "SELECT coalesce((SELECT max(rev) FROM revision), 0), pg_export_snapshot()"
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        raise LookupError("this database holds no book: create one with `avenant db create NAME`") from None
    assert row is not None
    return int(row[0]), str(row[1])


@dataclass(frozen=True, slots=True)
class NightlyDone:
    """The latest nightly run that ended well: what it ran with, and the revision it read."""

    run_id: int
    business_date: date
    horizon: date
    rulebook_version: str
    read_rev: int


def last_nightly(connection: Connection) -> NightlyDone | None:
    """The nightly run that the book is at rest with; None before the first."""
    row = connection.execute(
        """SELECT run_id, business_date, horizon, rulebook_version, (counts->>'read_rev')::bigint
        FROM run JOIN run_close USING (run_id) WHERE kind = 'nightly' AND status = 'done'
        ORDER BY run_id DESC LIMIT 1"""
    ).fetchone()
    return None if row is None else NightlyDone(*row)


def families_with_news(connection: Connection, done: NightlyDone) -> pl.DataFrame:
    """Families whose facts are newer than the run, or that a later run, cut short, has written: NEWS."""
    newer = f"change_id IN (SELECT change_id FROM revision WHERE rev > {done.read_rev:d})"
    later = connection.execute(
        """SELECT change.change_id FROM change JOIN run USING (run_id) WHERE kind = 'nightly' AND run_id > %s""",
        [done.run_id],
    ).fetchall()
    changes = bigints(change for (change,) in later)
    query = f"""
        WITH news AS (
            SELECT member_id, 0 AS cut_short FROM enrolment WHERE {newer}
            UNION ALL SELECT member_id, 0 FROM approval WHERE {newer}
            UNION ALL SELECT member_id, 0 FROM member WHERE {newer}
            UNION ALL SELECT member_id, 0 FROM enrolment WHERE contract_id IN (
                SELECT contract_id FROM contract WHERE {newer})
            {f"UNION ALL SELECT member_id, 1 FROM premium WHERE change_id = ANY({changes})" if later else ""}
            UNION ALL SELECT member_id, 1 FROM held WHERE change_id = ANY({changes})
            UNION ALL SELECT family_id, 1 FROM parking WHERE change_id = ANY({changes}))
        SELECT family_id, CASE WHEN max(cut_short) = 1 THEN 'a later run was cut short'
                               ELSE 'news since the last nightly run' END
        FROM member JOIN news USING (member_id) GROUP BY family_id ORDER BY family_id"""
    return read_frame(connection, query, NEWS)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some members of some contracts, in the order of the book's key: SQL on contract_id and member_id."""

    condition: str


def stretches(connection: Connection, rows_at_once: int, contract_id: int | None = None) -> list[Stretch]:
    """The whole book and all enrolments (or those of one contract), cut into stretches of about as many rows.

    The first and the last stretch are open: whatever is stored lies in exactly one of them.
    """
    only = "true" if contract_id is None else f"contract_id = {contract_id:d}"
    query = f"""
        SELECT contract_id, member_id, sum(n)::bigint FROM (
            SELECT contract_id, member_id, count(*) AS n FROM premium WHERE {only} GROUP BY 1, 2
            UNION ALL SELECT contract_id, member_id, 12 FROM enrolment WHERE {only}) AS rows
        GROUP BY contract_id, member_id ORDER BY contract_id, member_id"""
    pairs = read_frame(connection, query, WEIGHED)
    part = (pl.col("n").cum_sum() - 1) // rows_at_once
    firsts = pairs.group_by(part.alias("part"), maintain_order=True).first().select(list(PAIR)).rows()[1:]
    begins = [f"(contract_id, member_id) >= ({c:d}, {m:d})" for c, m in firsts]
    ends = [f"(contract_id, member_id) < ({c:d}, {m:d})" for c, m in firsts]
    return [
        Stretch(f"{only} AND {begin} AND {end}")
        for begin, end in zip(["true", *begins], [*ends, "true"], strict=True)
    ]


def entries_in(connection: Connection, stretch: Stretch) -> pl.DataFrame:
    """All entries of a stretch: columns ENTRIES."""
    query = f"SELECT {', '.join([*PREMIUM, 'kind'])} FROM premium WHERE {stretch.condition}"
    return read_frame(connection, query, ENTRIES)


def cover_in(connection: Connection, stretch: Stretch) -> pl.DataFrame:
    """Enrolments in force in a stretch, of contracts and members that are not withdrawn: columns COVER."""
    enrolments = latest("enrolment", "enrolment_id", [*COVER, "withdrawn"], None, stretch.condition)
    query = f"""
        WITH told AS ({enrolments})
        SELECT {", ".join(COVER)} FROM told WHERE NOT withdrawn
          AND contract_id IN ({_standing("contract")}) AND member_id IN ({_standing("member")})"""
    return read_frame(connection, query, COVER)


def _standing(table: str) -> str:
    column = f"{table}_id"
    told = latest(table, column, [column, "withdrawn"], None, f"t.{column} IN (SELECT {column} FROM told)")
    return f"SELECT {column} FROM ({told}) AS standing WHERE NOT withdrawn"


def roles(connection: Connection) -> pl.DataFrame:
    """Every member's role, by the latest version: member_id, role."""
    columns = {"member_id": pl.Int32, "role": pl.String}
    return read_frame(connection, latest("member", "member_id", columns, None), columns)


def booked_pairs(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Every member with entries in a contract: contract_id, member_id."""
    return _pairs(connection, "premium", contract_id)


def enrolled_pairs(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """Every member that any version of any enrolment names in a contract: contract_id, member_id."""
    return _pairs(connection, "enrolment", contract_id)


def _pairs(connection: Connection, table: str, contract_id: int | None) -> pl.DataFrame:
    query = f"SELECT DISTINCT contract_id, member_id FROM {table} WHERE {_of(contract_id)}"
    return read_frame(connection, query, PAIR)


def families_of_contract(connection: Connection, contract_id: int) -> list[int]:
    """Every family with a member that was ever enrolled in a contract."""
    rows = connection.execute(
        """SELECT DISTINCT family_id FROM member
        WHERE member_id IN (SELECT member_id FROM enrolment WHERE contract_id = %s) ORDER BY 1""",
        [contract_id],
    )
    return [family for (family,) in rows]


def contract_called(connection: Connection, ref: str) -> int:
    """The id of a contract. Errors: LookupError for a ref that nobody told."""
    row = connection.execute("SELECT contract_id FROM contract WHERE ref = %s LIMIT 1", [ref]).fetchone()
    if row is None:
        raise LookupError(f"there is no contract {ref!r}; write its ref as it was told, such as C-0001")
    return int(row[0])


def invoices(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """All settlements: the columns of table invoice."""
    query = f"SELECT {', '.join(INVOICE)} FROM invoice WHERE {_of(contract_id)}"
    return read_frame(connection, query, INVOICE)


def settled_sums(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """What the entries tied to each settlement make: columns SUMS."""
    ties = "" if contract_id is None else f"WHERE i.contract_id = {contract_id:d}"
    query = f"""
        SELECT t.invoice_id, count(*), coalesce(sum(p.amount_cents), 0)::bigint,
               coalesce(sum(p.employer_cents), 0)::bigint, coalesce(sum(p.tax_cents), 0)::bigint,
               count(*) FILTER (WHERE p.entry_id IS NULL),
               count(*) FILTER (WHERE p.contract_id <> i.contract_id), count(*) FILTER (WHERE p.month > i.month)
        FROM invoice_entry AS t LEFT JOIN premium AS p USING (entry_id) LEFT JOIN invoice AS i USING (invoice_id)
        {ties} GROUP BY t.invoice_id"""
    return read_frame(connection, query, SUMS)


def settled_twice(connection: Connection) -> pl.DataFrame:
    """Entries tied more than once: entry_id, times."""
    query = (
        "SELECT entry_id, count(*) FROM invoice_entry GROUP BY entry_id HAVING count(*) > 1 ORDER BY entry_id"
    )
    return read_frame(connection, query, {"entry_id": pl.Int64, "times": pl.Int64})


def movements(connection: Connection, contract_id: int | None = None) -> pl.DataFrame:
    """All balance movements with the revision that made them known: columns MOVEMENTS."""
    query = f"""
        SELECT {", ".join(f"b.{name}" for name in MOVEMENTS if name != "rev")}, r.rev
        FROM balance_movement AS b LEFT JOIN revision AS r USING (change_id) WHERE {_of(contract_id)}"""
    return read_frame(connection, query, MOVEMENTS)


def _of(contract_id: int | None) -> str:
    return "true" if contract_id is None else f"contract_id = {contract_id:d}"


def names_for(connection: Connection, contracts: set[int], members: set[int], slots: set[int]) -> Names:
    """What people call some contracts, members and slots."""
    refs = "SELECT {0}_id, ref FROM {0} WHERE version = 1 AND {0}_id = ANY({1})"
    slot = f"""
        SELECT slot_id, concat_ws(' ', plan, level, component, tier, status) FROM slot
        WHERE slot_id = ANY({array(slots)})"""
    return Names(
        contracts=_pairs_of(connection, refs.format("contract", array(contracts))),
        members=_pairs_of(connection, refs.format("member", array(members))),
        slots=_pairs_of(connection, slot),
    )


def _pairs_of(connection: Connection, query: str) -> dict[int, str]:
    return dict(read_frame(connection, query, {"id": pl.Int32, "name": pl.String}).iter_rows())
