"""The embedded PostgreSQL server: made on first use, started when needed, shared by all processes.

    server = server_from_environment()          # DATABASE_URL, or the embedded server
    server.create_database("avenant")
    url = server.app_url("avenant")             # starts the embedded server if it does not run

The folder holds everything and may be deleted when the server is stopped:

    passwords.json     one random password per role, readable by its owner alone
    server.lock        held while one process starts or stops the server
    server.alive       locked by the processes of the server for as long as one of them lives
    postgres-18/data   the databases
    postgres-18/server.log
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from avenant.gateways.postgres_access import (
    ADMIN,
    ANALYST,
    APP,
    READER,
    RERUN,
    ensure_roles,
    read_or_make_passwords,
)
from avenant.gateways.postgres_databases import MAINTENANCE, DatabaseServer, ExternalServer
from avenant.gateways.postgres_folder import PORT, ServerFolder
from avenant.gateways.postgres_process import is_running, start, stop


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What `avenant db status` shows; `version` and `databases` are known while the server runs."""

    running: bool
    folder: Path
    version: str | None
    databases: list[str]


def default_folder() -> Path:
    """$AVENANT_HOME; else ~/.local/share/avenant; for root, whose home is closed, /var/lib/avenant."""
    chosen = os.environ.get("AVENANT_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path("/var/lib/avenant") if os.geteuid() == 0 else Path.home() / ".local/share/avenant"


def server_from_environment() -> EmbeddedServer | ExternalServer:
    """The server of DATABASE_URL if that is set, else the embedded server of the default folder."""
    url = os.environ.get("DATABASE_URL")
    return ExternalServer(url) if url else EmbeddedServer()


class EmbeddedServer(DatabaseServer):
    """PostgreSQL in a folder of its own. Every address it gives out starts the server when it does not run.

    `settings` overrides those of `postgres_folder.SETTINGS` from the next start on. The server outlives the
    process that started it; `stop()` stops it.
    """

    def __init__(self, folder: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.folder = (folder or default_folder()).absolute()
        self._files = ServerFolder(self.folder, dict(settings or {}))

    def admin_url(self, dbname: str) -> str:
        self.start()
        return self._url(ADMIN, dbname)

    def app_url(self, dbname: str) -> str:
        self.start()
        return self._url(APP, dbname)

    def reader_url(self, dbname: str) -> str:
        self.start()
        return self._url(READER, dbname)

    def analyst_url(self, dbname: str) -> str:
        self.start()
        return self._url(ANALYST, dbname)

    def rerun_url(self, dbname: str) -> str:
        self.ensure_roles_once()
        return self._url(RERUN, dbname)

    def start(self) -> None:
        """Start the server unless it runs; make its folder on first use. Any number of processes may ask."""
        start(self._files, self._after_start)

    def stop(self) -> bool:
        """Stop the server, ending its connections; whether it ran."""
        return stop(self._files)

    def is_running(self) -> bool:
        """Whether the server takes connections now; asking starts nothing."""
        return is_running(self._files)

    def process_id(self) -> int | None:
        """The number of the server's process while it takes connections."""
        if not self.is_running():
            return None
        return int(self._files.process_file.read_text().split(maxsplit=1)[0])

    def status(self) -> ServerStatus:
        """What is true now; asking starts nothing."""
        if not self.is_running():
            return ServerStatus(False, self.folder, None, [])
        return ServerStatus(True, self.folder, self.server_version(), self.list_databases())

    def psql(self) -> Path:
        """The `psql` program that fits the server."""
        return self._files.programs().path("psql")

    def ensure_roles(self) -> None:
        self.start()  # every start sees to the roles; one that ran before this release has not seen to all
        self._after_start()

    def _after_start(self) -> None:
        ensure_roles(self._url(ADMIN, MAINTENANCE), self._passwords())

    def _passwords(self) -> dict[str, str]:
        return read_or_make_passwords(self._files.passwords)

    def _url(self, role: str, dbname: str) -> str:
        host = quote(str(self._files.socket_folder()), safe="")
        return (
            f"postgresql://{role}:{self._passwords()[role]}@/{quote(dbname, safe='')}?host={host}&port={PORT}"
        )
