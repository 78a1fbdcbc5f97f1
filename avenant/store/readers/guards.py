"""What guards the tables, as the database's own catalogue tells it: triggers, constraints, privileges."""

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame

TRIGGERS = {"table_name": pl.String, "guard": pl.String, "always": pl.Boolean, "intact": pl.Boolean}
CONSTRAINTS = {"table_name": pl.String, "name": pl.String, "valid": pl.Boolean}
POWERS = {"kind": pl.String, "name": pl.String, "power": pl.String}
PRIVILEGES = {"table_name": pl.String, "role": pl.String, "privilege": pl.String}

EACH_ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32
"""Bits of ``pg_trigger.tgtype``."""

WORK = f"""CASE guard
    WHEN 'append_only' THEN tgtype = {BEFORE + DELETE + UPDATE + TRUNCATE}
        AND prosrc LIKE '%RAISE EXCEPTION%append-only%'
    WHEN 'own_change' THEN tgtype = {INSERT} AND prosrc LIKE '%pg_current_xact_id%RAISE EXCEPTION%'
    WHEN 'seal_at_commit' THEN tgtype = {INSERT + EACH_ROW} AND prosrc LIKE '%PERFORM seal(NEW.change_id)%'
    WHEN 'numbers_without_gaps' THEN tgtype = {INSERT} AND prosrc LIKE '%RAISE EXCEPTION%without gaps%'
    WHEN 'follows_the_head' THEN tgtype = {INSERT + EACH_ROW} AND prosrc LIKE '%FROM head%RAISE EXCEPTION%'
    WHEN 'forward_only' THEN tgtype = {BEFORE + UPDATE + EACH_ROW} AND prosrc LIKE '%OLD.rev + 1%RAISE EXCEPTION%'
    WHEN 'never_removed' THEN tgtype = {BEFORE + DELETE + TRUNCATE} AND prosrc LIKE '%RAISE EXCEPTION%'
    WHEN 'forget_name' THEN tgtype = {EACH_ROW + DELETE + UPDATE} AND prosrc LIKE '%DELETE FROM person_name%'
    WHEN 'still_fresh' THEN tgtype = {INSERT + EACH_ROW} AND prosrc LIKE '%NEW.checked_rev%RAISE EXCEPTION%'
    ELSE false END"""
"""What each guard must still do: when it fires, and what its function says."""

CONDITIONAL = "ARRAY['forget_name']"
"""Guards that fire for some rows alone, by a WHEN clause."""


def triggers(connection: Connection) -> pl.DataFrame:
    """Every guard: table_name, guard, always (fires whatever a session sets), intact (does what it should).

    A session could switch guards off through django-pgtrigger's own setting if its function were not inert.
    """
    query = f"""
        SELECT table_name, guard, tgenabled = 'A' AND inert,
               (tgqual IS NULL OR guard = ANY({CONDITIONAL})) AND tgattr = '' AND {WORK}
        FROM (SELECT t.*, f.prosrc, c.relname AS table_name,
                     substring(tgname FROM '^pgtrigger_(.*)_[0-9a-f]+$') AS guard
              FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = tgrelid JOIN pg_proc AS f ON f.oid = tgfoid
              WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace) AS t,
             (SELECT bool_and(prosrc = 'SELECT false') AS inert FROM pg_proc
              WHERE proname = '_pgtrigger_should_ignore') AS ignoring
        WHERE guard IS NOT NULL"""
    return read_frame(connection, query, TRIGGERS)


def constraints(connection: Connection) -> pl.DataFrame:
    """Every constraint and unique index: table_name, name, valid."""
    query = """
        SELECT c.relname, conname, convalidated FROM pg_constraint JOIN pg_class AS c ON c.oid = conrelid
        WHERE connamespace = 'public'::regnamespace AND contype = 'c'
        UNION SELECT c.relname, i.relname, indisunique AND indisvalid
        FROM pg_index JOIN pg_class AS c ON c.oid = indrelid JOIN pg_class AS i ON i.oid = indexrelid
        WHERE c.relnamespace = 'public'::regnamespace"""
    return read_frame(connection, query, CONSTRAINTS)


def privileges(connection: Connection, tables: tuple[str, ...]) -> pl.DataFrame:
    """What avenant's roles may do to rows of append-only ``tables``, beyond reading and adding; nothing is right."""
    named = f"'{{{','.join(tables)}}}'::text[]"
    query = f"""
        SELECT c.relname, r.rolname, p
        FROM pg_class AS c, pg_roles AS r, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) AS p
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY({named})
          AND r.rolname IN ('avenant_app', 'avenant_reader')
          AND (has_table_privilege(r.oid, c.oid, p) OR (p = 'UPDATE' AND has_any_column_privilege(r.oid, c.oid, p)))
        ORDER BY 1, 2, 3"""
    return read_frame(connection, query, PRIVILEGES)


def rerun_powers(connection: Connection) -> pl.DataFrame:
    """What the role of re-runs may do in this database beyond reading (columns POWERS); nothing is right.

    Functions of ours count where they are volatile; those of PostgreSQL's own are closed by the relay.
    """
    query = """
        WITH me AS (SELECT * FROM pg_roles WHERE rolname = 'avenant_rerun'),
        ours AS (SELECT c.*, nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
                 WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema')
        SELECT 'table', c.relname, p FROM me, ours AS c,
               unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
        WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND (
            has_table_privilege(me.oid, c.oid, p)
            OR (p IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(me.oid, c.oid, p)))
        UNION ALL SELECT 'table', c.relname, p FROM me, ours AS c, unnest(array['USAGE', 'UPDATE']) AS p
        WHERE relkind = 'S' AND has_sequence_privilege(me.oid, c.oid, p)
        UNION ALL SELECT 'the database', '', p FROM me, unnest(array['CREATE', 'TEMPORARY']) AS p
        WHERE has_database_privilege(me.oid, current_database(), p)
        UNION ALL SELECT 'the database', nspname, 'CREATE' FROM me, pg_namespace AS n
        WHERE nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(me.oid, n.oid, 'CREATE')
        UNION ALL SELECT 'the database', proname, 'EXECUTE' FROM me, pg_proc AS f
        WHERE pronamespace = 'public'::regnamespace AND provolatile = 'v' AND prorettype <> 'trigger'::regtype
          AND has_function_privilege(me.oid, f.oid, 'EXECUTE')
        UNION ALL SELECT 'the database', r.rolname, 'SET ROLE' FROM me
        JOIN pg_auth_members AS m ON m.member = me.oid JOIN pg_roles AS r ON r.oid = m.roleid
        UNION ALL SELECT 'the database', '', 'SUPERUSER' FROM me
        WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        ORDER BY 1, 2, 3"""
    return read_frame(connection, query, POWERS)
