"""Who may enter the database server: roles, passwords, access rules.

| role             | logs in            | for                                                             |
|------------------|--------------------|-----------------------------------------------------------------|
| `avenant_owner`  | never              | owns every table; migrations act as it                          |
| `avenant_app`    | with a password    | the application: what migrations grant it, no more              |
| `avenant_reader` | with a password    | reading: its transactions are read-only unless it says otherwise |
| `avenant_analyst` | with a password   | the views of the schema `reporting` and nothing else, read-only  |
| `avenant_rerun`  | with a password    | re-runs: reads what the rules take and decided, nothing else    |

What the roles may do with each table is granted by the migrations, beside the tables.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

ADMIN, OWNER, APP, READER = "postgres", "avenant_owner", "avenant_app", "avenant_reader"
ANALYST = "avenant_analyst"
RERUN = "avenant_rerun"
LOGIN_ROLES = (APP, READER, ANALYST, RERUN)
READ_ONLY_ROLES = (READER, ANALYST, RERUN)
RERUN_CONNECTIONS = 16

# The whole of pg_hba.conf: the socket only, and never without a password.
ACCESS_RULES = f"""\
# Written by avenant at every start. Connections come over a Unix socket only, and every one needs a password.
local   all          all      scram-sha-256
local   replication  {ADMIN}  scram-sha-256
"""

_ROLES_LOCK = 7_153_001  # any constant of our own: two processes never alter the roles at once


def read_or_make_passwords(path: Path) -> dict[str, str]:
    """Role -> password, from the file `path`, readable by its owner alone.

    Passwords are made at random on first use; a role that came with a later release gets its own then.
    """
    known = dict(json.loads(path.read_text())) if path.exists() else {}
    if not {ADMIN, *LOGIN_ROLES} <= known.keys():
        passwords = {role: secrets.token_urlsafe(24) for role in (ADMIN, *LOGIN_ROLES)} | known
        partial = path.with_name(f"{path.name}.partial")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(passwords, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    return dict(json.loads(path.read_text()))


def ensure_roles(admin_url: str, passwords: Mapping[str, str] | None = None) -> None:
    """Make the five roles exist on the server of `admin_url`; doing it again changes nothing.

    `passwords`: role -> password for the roles that log in. A role without one cannot log in; the user of
    `admin_url` is made a member of every role instead (an external server has one user, who acts as all but
    `avenant_rerun`, which has to be given a password of its own).
    Errors: `psycopg.errors.InsufficientPrivilege` when that user may not create roles.
    """
    passwords = passwords or {}
    with psycopg.connect(admin_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ROLES_LOCK])
        for role in (OWNER, *LOGIN_ROLES):
            _ensure_role(connection, role, passwords.get(role))
        for role in READ_ONLY_ROLES:
            _ensure_setting(connection, role, "default_transaction_read_only", "on")
        _ensure_connection_limit(connection, RERUN, RERUN_CONNECTIONS)


def _ensure_role(connection: psycopg.Connection, role: str, password: str | None) -> None:
    name = sql.Identifier(role)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    if password is not None:
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier.decode()))
        connection.execute(statement)
    elif role == RERUN:
        return  # nobody else may act as it: a re-run that could change its role could change anything
    elif connection.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role]).fetchone() != (True,):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))


def _ensure_setting(connection: psycopg.Connection, role: str, setting: str, value: str) -> None:
    known = connection.execute(
        "SELECT 1 FROM pg_roles WHERE rolname = %s AND %s = ANY (rolconfig)", [role, f"{setting}={value}"]
    ).fetchone()
    if not known:
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(
            statement.format(sql.Identifier(role), sql.Identifier(setting), sql.Literal(value))
        )


def _ensure_connection_limit(connection: psycopg.Connection, role: str, limit: int) -> None:
    known = connection.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if known != (limit,):
        statement = sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(limit)))
