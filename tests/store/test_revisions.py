"""The revision protocol rule by rule: who may write what, in which order it becomes known, what is refused."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import psycopg
import pytest
from psycopg import IsolationLevel

from avenant.core.checks.append_only import RESULTS
from avenant.gateways.postgres import EmbeddedServer
from avenant.gateways.postgres_databases import DatabaseServer
from avenant.store.changes import change, change_on, revision_of
from avenant.store.database import Connection, Database, FutureInstant
from avenant.store.digests import rows_digest, with_canonical_json
from avenant.store.frames import read_frame
from avenant.store.tables import TABLES
from tests.store.sessions import contracts, name_of, superuser, value_of

OPENS = date(2026, 1, 1)
START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
NOT_APPEND_ONLY = {
    *("person_detail", "person_name", "head", "simulated_clock", "django_migrations", "django_content_type")
}
DESKS_OWN = ("account_", "auth_", "desk_", "django_", "mfa_", "socialaccount_")
"""Users, sessions and cases: tables of the desk, which are no part of the books."""
PROTOCOL = {"change", "change_rows", "revision", "book_settings", *RESULTS}
REFUSED = (psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege)


@pytest.fixture
def db(new_book: Callable[..., Database]) -> Database:
    return new_book(opens=OPENS)


def wrote(db: Database, *ids: int, actor: str = "anna", version: int = 1, cycle: str = "advance") -> int:
    """Append contracts in a change of their own; the revision it became."""
    with change(db, actor, "test") as writer:
        writer.write("contract", contracts(*ids, version=version, cycle=cycle))
    with db.connect() as connection:
        return revision_of(connection, writer.change_id)


def revisions(db: Database) -> list[tuple[int, int | None, datetime]]:
    with db.connect() as connection:
        rows = connection.execute("SELECT rev, change_id, committed_at FROM revision ORDER BY rev")
        return rows.fetchall()  # type: ignore[return-value]


def open_change(connection: Connection) -> int:
    """Begin a transaction and open a change in it."""
    connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    number = value_of(
        connection, "INSERT INTO change (actor, reason) VALUES ('anna', 'test') RETURNING change_id"
    )
    assert isinstance(number, int)
    return number


def insert_contract(connection: Connection, number: int, change_id: int) -> None:
    connection.execute(
        """INSERT INTO contract (contract_id, version, ref, kind, cycle, currency, withdrawn, change_id)
        VALUES (%s, 1, 'C-' || %s, 'individual', 'advance', 'EUR', false, %s)""",
        [number, number, change_id],
    )


# What is written becomes known in the order of the commits.


def test_every_change_becomes_the_next_revision(db: Database) -> None:
    assert [wrote(db, 1), wrote(db, 2), wrote(db, 3)] == [1, 2, 3]
    assert db.head() == 3


def test_a_rollback_gives_the_number_back(db: Database) -> None:
    wrote(db, 1)
    with pytest.raises(ZeroDivisionError), change(db, "anna", "goes wrong") as writer:
        writer.write("contract", contracts(2))
        raise ZeroDivisionError
    assert wrote(db, 3) == 2
    with db.connect() as connection:
        assert value_of(connection, "SELECT array_agg(contract_id ORDER BY contract_id) FROM contract") == [
            1,
            3,
        ]
        with pytest.raises(LookupError, match="never committed"):
            revision_of(connection, writer.change_id)


def test_who_commits_first_is_known_first_whoever_began_first(db: Database) -> None:
    with change(db, "slow", "began first") as slow:
        slow.write("contract", contracts(1))
        with change(db, "quick", "began second") as quick:
            quick.write("contract", contracts(2))
    assert slow.change_id < quick.change_id
    with db.connect() as connection:
        assert (revision_of(connection, quick.change_id), revision_of(connection, slow.change_id)) == (1, 2)


def test_two_changes_of_one_transaction_become_two_revisions_at_once(db: Database) -> None:
    with db.connect() as connection:
        first = open_change(connection)
        insert_contract(connection, 1, first)
        connection.execute("INSERT INTO change (actor, reason) VALUES ('bea', 'test')")
        connection.execute("COMMIT")
        assert revision_of(connection, first) == 1
    assert [rev for rev, _, _ in revisions(db)] == [1, 2]


# Rows may only be written under a change that this very transaction opened.


def test_rows_under_a_change_that_somebody_else_has_open_are_refused(db: Database) -> None:
    with db.connect() as theirs, db.connect() as ours:
        foreign = open_change(theirs)
        with pytest.raises(psycopg.errors.CheckViolation, match="a change that this transaction opened"):
            insert_contract(ours, 1, foreign)


def test_rows_under_the_change_of_an_earlier_transaction_are_refused(db: Database) -> None:
    with change(db, "anna", "test") as writer:
        writer.write("contract", contracts(1))
    with db.connect() as connection, pytest.raises(psycopg.errors.CheckViolation, match="this transaction"):
        insert_contract(connection, 2, writer.change_id)


def test_rows_under_a_change_that_never_was_are_refused(db: Database) -> None:
    with db.connect() as connection, pytest.raises(psycopg.errors.CheckViolation, match="this transaction"):
        insert_contract(connection, 1, 4711)


def test_one_foreign_row_among_good_ones_refuses_them_all(db: Database) -> None:
    old = wrote(db, 1)
    with db.connect() as connection:
        mine = open_change(connection)
        rows = pl.concat(
            [
                contracts(2).with_columns(change_id=pl.lit(mine)),
                contracts(3).with_columns(change_id=pl.lit(old)),
            ]
        )
        with (
            pytest.raises(psycopg.errors.CheckViolation),
            connection.cursor().copy(
                f"COPY contract ({', '.join(rows.columns)}) FROM STDIN (FORMAT csv)"
            ) as copy,  # type: ignore[arg-type]
        ):
            copy.write(rows.write_csv(include_header=False))


def test_a_superuser_in_a_replication_session_is_held_to_it_too(server: DatabaseServer, db: Database) -> None:
    with superuser(server, db) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.CheckViolation, match="this transaction"):
            insert_contract(connection, 1, 1)


# Nothing that was written is ever changed.


def as_application(connection: Connection) -> None:
    connection.execute("SET ROLE avenant_app")


def as_owner(connection: Connection) -> None:
    connection.execute("SET ROLE avenant_owner")


def as_replication(connection: Connection) -> None:
    connection.execute("SET session_replication_role = replica")


def as_one_who_ignores_triggers(connection: Connection) -> None:
    connection.execute("SET pgtrigger.ignore = '{:append_only}'")


def as_superuser(connection: Connection) -> None:
    pass


@pytest.mark.parametrize(
    "role", [as_application, as_owner, as_superuser, as_replication, as_one_who_ignores_triggers]
)
def test_nobody_updates_deletes_or_truncates_what_is_append_only(
    server: DatabaseServer, db: Database, role: Callable[[Connection], None]
) -> None:
    wrote(db, 1)
    with superuser(server, db) as connection:
        tables = append_only_tables(connection)
        assert tables == set(TABLES) | PROTOCOL, "a new table is append-only, or named in NOT_APPEND_ONLY"
        role(connection)
        for table in sorted(tables):
            column = value_of(
                connection,
                f"""SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass
                AND attnum > 0 AND attgenerated = '' AND attidentity = '' LIMIT 1""",
            )
            for statement in (
                f"UPDATE {table} SET {column} = {column}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"TRUNCATE {table} CASCADE",
            ):
                with pytest.raises(REFUSED, match=r"append-only|permission denied"):
                    connection.execute(statement)  # type: ignore[call-overload]


def append_only_tables(connection: Connection) -> set[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in rows if not name.startswith(DESKS_OWN)} - NOT_APPEND_ONLY


@pytest.mark.parametrize("role", [as_application, as_owner, as_replication])
def test_merge_and_upsert_are_updates_too(
    server: DatabaseServer, db: Database, role: Callable[[Connection], None]
) -> None:
    wrote(db, 1)
    with superuser(server, db) as connection:
        role(connection)
        upsert = """INSERT INTO contract SELECT * FROM contract
            ON CONFLICT (ref, version) DO UPDATE SET cycle = 'arrears'"""
        merge = """MERGE INTO contract AS c USING (SELECT 1 AS number) AS n ON c.contract_id = n.number
            WHEN MATCHED THEN UPDATE SET cycle = 'arrears'"""
        for statement in (upsert, merge):
            with pytest.raises(REFUSED):
                connection.execute(statement)  # type: ignore[call-overload]


def test_the_owner_of_the_tables_cannot_log_in(server: DatabaseServer, db: Database) -> None:
    with superuser(server, db) as connection:
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        assert owners == [("avenant_owner",)]
        assert (
            value_of(connection, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'avenant_owner'") is False
        )


def test_the_head_only_moves_forward_and_revisions_follow_it(server: DatabaseServer, db: Database) -> None:
    wrote(db, 1)
    wrote(db, 2)
    with superuser(server, db) as connection:
        as_replication(connection)
        for statement in (
            "UPDATE head SET rev = rev - 1",
            "UPDATE head SET rev = rev + 2, committed_at = committed_at + interval '1 second'",
            "UPDATE head SET rev = rev + 1",
            "UPDATE head SET rev = rev + 1, committed_at = committed_at - interval '1 second'",
            "DELETE FROM head",
            "TRUNCATE head",
            "INSERT INTO revision (rev, committed_at, digest) VALUES (3, now(), 'made up')",
        ):
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(statement)  # type: ignore[call-overload]


def test_the_application_cannot_write_revisions_by_itself(server: DatabaseServer, db: Database) -> None:
    if not isinstance(server, EmbeddedServer):
        pytest.skip("grants do not limit the one user of a server given by DATABASE_URL")
    with db.connect() as connection:
        for statement in (
            "UPDATE head SET rev = rev + 1, committed_at = committed_at + interval '1 second'",
            "INSERT INTO revision (rev, committed_at, digest) SELECT rev, committed_at, digest FROM head",
            "INSERT INTO head SELECT * FROM head",
            "ALTER TABLE contract DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[call-overload]


# Instants.


def test_an_instant_in_the_future_is_refused_with_its_reason(db: Database) -> None:
    with pytest.raises(
        FutureInstant, match=r"nothing is known yet as of 2026-01-01 00:00:01\+00: it lies in the"
    ):
        db.revision_at(START + SECOND)
    assert db.head() == 0, "a refused question leaves nothing behind"


def test_an_instant_beyond_the_head_is_closed_by_a_tick(db: Database) -> None:
    wrote(db, 1)
    asked = START + 10 * SECOND
    db.simulate(asked)
    known = db.revision_at(asked)
    assert revisions(db)[-1] == (2, None, asked), "an empty revision of that very instant"
    assert wrote(db, 2) == 3
    assert revisions(db)[-1][2] == asked + MICROSECOND, "what comes later is known later"
    assert [db.revision_at(asked), db.revision_at(asked)] == [known, known]
    assert db.head() == 3, "a closed instant needs no further tick"


def test_before_the_first_revision_nothing_is_known(db: Database) -> None:
    wrote(db, 1)
    assert db.revision_at(datetime(1999, 12, 31, tzinfo=UTC)) == 0


def test_instants_increase_also_when_nothing_moves_the_clock_or_it_is_set_back(db: Database) -> None:
    for number, clock in enumerate([0, 0, 60, -3600, -3600, 30, 61]):
        db.simulate(START + clock * SECOND)
        wrote(db, number + 1)
    instants = [instant for _, _, instant in revisions(db)]
    expected = [START, START + MICROSECOND, *(START + 60 * SECOND + n * MICROSECOND for n in range(4))]
    assert instants == [*expected, START + 61 * SECOND]


def test_while_the_clock_is_set_back_closed_instants_answer_and_later_ones_wait(db: Database) -> None:
    db.simulate(START + 60 * SECOND)
    wrote(db, 1)
    known = db.revision_at(START + 60 * SECOND)
    db.simulate(START)
    wrote(db, 2)
    assert db.revision_at(START + 60 * SECOND) == known
    with pytest.raises(FutureInstant):
        db.revision_at(START + 61 * SECOND)


def test_a_read_only_session_takes_instants_up_to_the_head_only(db: Database) -> None:
    wrote(db, 1)
    db.simulate(START + 10 * SECOND)
    with db.snapshot() as connection:
        assert connection.execute("SELECT rev_at(%s)", [START]).fetchone() == (1,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="ask for a revision"):
            connection.execute("SELECT rev_at(%s)", [START + SECOND])


def test_the_reader_role_reads_by_revision_and_cannot_tick(server: DatabaseServer, db: Database) -> None:
    if not isinstance(server, EmbeddedServer):
        pytest.skip("a server given by DATABASE_URL has one user for all roles")
    wrote(db, 1)
    db.simulate(START + SECOND)
    with psycopg.connect(server.reader_url(name_of(db)), autocommit=True) as connection:
        assert value_of(connection, "SELECT rev FROM revision ORDER BY rev DESC LIMIT 1") == 1
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT rev_at(%s)", [START + SECOND])


# Sealing.


@pytest.mark.parametrize("level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
def test_a_change_cannot_be_sealed_from_a_snapshot(db: Database, level: IsolationLevel) -> None:
    with psycopg.connect(db.url) as connection:
        connection.isolation_level = level
        connection.execute("INSERT INTO change (actor, reason) VALUES ('anna', 'test')")
        with pytest.raises(psycopg.errors.ActiveSqlTransaction, match="sealed under READ COMMITTED, not"):
            connection.commit()
    assert (db.head(), revisions(db)) == (0, [])


def test_a_change_has_an_actor(db: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), change(db, "", "who?"):
        pass


def test_a_change_sealed_early_takes_no_more_rows_and_keeps_the_order(db: Database) -> None:
    with db.connect() as early, db.connect() as other:
        number = open_change(early)
        insert_contract(early, 1, number)
        early.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert revision_of(early, number) == 1
        early.execute("SAVEPOINT before")
        with pytest.raises(psycopg.errors.CheckViolation, match="not sealed yet"):
            insert_contract(early, 2, number)
        early.execute("ROLLBACK TO before")
        other.execute("SET lock_timeout = '100ms'")
        with (
            pytest.raises(psycopg.errors.LockNotAvailable),
            change_on(other, "bea", "commits meanwhile") as writer,
        ):
            writer.write("contract", contracts(3))
        early.execute("COMMIT")
    assert [rev for rev, _, _ in revisions(db)] == [1]


def test_under_immediate_constraints_no_row_can_be_written_at_all(db: Database) -> None:
    with db.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        change_id = value_of(
            connection, "INSERT INTO change (actor, reason) VALUES ('anna', '') RETURNING change_id"
        )
        assert isinstance(change_id, int)
        with pytest.raises(psycopg.errors.CheckViolation, match="not sealed yet"):
            insert_contract(connection, 1, change_id)


def test_a_change_cannot_be_sealed_twice(db: Database) -> None:
    with db.connect() as connection:
        number = open_change(connection)
        connection.execute("SELECT seal(%s)", [number])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("COMMIT")
    assert (db.head(), revisions(db)) == (0, [])


def test_two_phase_commit_is_refused_so_that_nobody_holds_up_all_writers(db: Database) -> None:
    with db.connect() as connection:
        number = open_change(connection)
        insert_contract(connection, 1, number)
        allowed = value_of(connection, "SHOW max_prepared_transactions") != "0"
        expected = "a change is committed at once" if allowed else "prepared transactions are disabled"
        with pytest.raises(psycopg.Error, match=expected):
            connection.execute("PREPARE TRANSACTION 'later'")
        assert (
            value_of(connection, "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")
            == 0
        )
    assert wrote(db, 2) == 1


def test_a_session_that_does_not_wait_for_the_disk_waits_when_it_seals(db: Database) -> None:
    with db.connect() as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("BEGIN")
        connection.execute("SELECT seal(NULL)")
        assert value_of(connection, "SHOW synchronous_commit") == "on"
        connection.execute("COMMIT")
        assert value_of(connection, "SHOW synchronous_commit") == "off", "for that transaction alone"


def test_an_instant_asked_while_others_commit_waits_for_them(db: Database) -> None:
    with db.connect() as committing:
        number = open_change(committing)
        insert_contract(committing, 1, number)
        committing.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # now it stands inside its COMMIT, holding the head
        asked = START + SECOND
        db.simulate(asked)
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(db.revision_at(asked)))
        asking.start()
        asking.join(0.3)
        assert asking.is_alive(), "the answer depends on whether the commit succeeds"
        committing.execute("COMMIT")
        asking.join(10)
    assert answers == [2], "the commit is revision 1, the tick after it revision 2"


# Digests.


def chain_from_the_tables(connection: Connection) -> list[bytes]:
    """Every revision's digest, computed here from the rows it wrote and the digest before it."""
    previous, chain = b"\x00", []
    rows = connection.execute(
        """SELECT rev, committed_at, change_id, actor, run_id
        FROM revision LEFT JOIN change USING (change_id) ORDER BY rev"""
    ).fetchall()
    for rev, instant, change_id, actor, run_id in rows:
        microseconds = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND
        told = [rev, microseconds, *(value for value in (actor, run_id) if value is not None)]
        text = "|".join(map(str, told)).encode()
        written = b"".join(
            f"|{table}|{len(rows)}|".encode() + rows_digest(table, rows)
            for table in sorted(TABLES)
            if table != "invoice_entry" and len(rows := rows_of(connection, table, change_id))
        )
        previous = hashlib.sha256(previous + text + written).digest()
        chain.append(previous)
    return chain


def rows_of(connection: Connection, table: str, change_id: int | None) -> pl.DataFrame:
    columns = TABLES[table]
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE change_id = %s"
    return with_canonical_json(read_frame(connection, query, columns, [change_id]))


def test_the_chain_of_digests_can_be_recomputed_from_the_tables(db: Database) -> None:
    wrote(db, 3, 1, 2)
    wrote(db, 2, version=2, cycle="arrears", actor="béa")
    db.simulate(START + SECOND)
    db.revision_at(START + SECOND)
    with change(db, "engine", "several tables", run_id=None) as writer:
        writer.write("contract", contracts(4))
        writer.write("approval", pl.DataFrame([[4, 1, OPENS, OPENS]], TABLES["approval"], orient="row"))
        writer.write("contract", contracts(5))
        writer.write(
            "run_close", pl.DataFrame([[7, "done", '{"a":1,"b":"é"}']], TABLES["run_close"], orient="row")
        )
    with db.connect() as connection:
        stored = connection.execute("SELECT digest FROM revision ORDER BY rev").fetchall()
        assert len(stored) == 4
        assert [digest for (digest,) in stored] == chain_from_the_tables(connection)
        assert value_of(connection, "SELECT digest FROM head") == stored[-1][0]


def test_a_superusers_edit_shows_in_the_chain(server: DatabaseServer, db: Database) -> None:
    wrote(db, 1)
    wrote(db, 2)
    with superuser(server, db) as connection:
        connection.execute("ALTER TABLE contract DISABLE TRIGGER ALL")
        connection.execute("UPDATE contract SET cycle = 'arrears' WHERE contract_id = 1")
        stored = [digest for (digest,) in connection.execute("SELECT digest FROM revision ORDER BY rev")]
        recomputed = chain_from_the_tables(connection)
    assert [a == b for a, b in zip(stored, recomputed, strict=True)] == [False, False]
