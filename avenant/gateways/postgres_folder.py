"""The folder of the embedded server: what lies where, how it is made, and the server's settings."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from avenant.gateways.postgres_access import ACCESS_RULES, ADMIN, read_or_make_passwords
from avenant.gateways.postgres_programs import (
    MAJOR_VERSION,
    Programs,
    ServerFailed,
    programs_for,
    server_user,
)

PORT = 5432  # names the socket file; nothing listens on TCP

SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "max_connections": "100",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "scram_iterations": "64",  # passwords are 24 random bytes: more rounds would only slow each connection
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}

# What the safety of the books and the closed door depend on; never overridden.
_FIXED: Mapping[str, str] = {
    "fsync": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
}

_SETTINGS_FILE = "avenant.conf"
_LOG_BYTES = 10_000_000
# A path the system accepts for a socket (103 bytes with the socket's own name) and that needs no quoting.
_SOCKET_FOLDER = re.compile(r"[\w/.+-]{1,85}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ServerFolder:
    """Where the embedded server keeps its things; `settings` are the caller's overrides of `SETTINGS`."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refused = sorted(set(self.settings) & set(_FIXED))
        if refused:
            raise ValueError(
                f"the embedded server keeps its own value of {', '.join(refused)}: leave it out."
            )

    @property
    def passwords(self) -> Path:
        return self.folder / "passwords.json"

    @property
    def home(self) -> Path:
        """What belongs to the server's user: nobody else may look in."""
        return self.folder / f"postgres-{MAJOR_VERSION}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def process_file(self) -> Path:
        """PostgreSQL's own note of its process: pid, folder, start, port, socket folder, ..., state."""
        return self.data / "postmaster.pid"

    @property
    def socket(self) -> Path:
        return self.socket_folder() / f".s.PGSQL.{PORT}"

    def socket_folder(self) -> Path:
        """`home`, or, where that path is too long for a socket, a folder of its own below /tmp."""
        if _SOCKET_FOLDER.fullmatch(str(self.home)):
            return self.home
        return Path("/tmp") / f"avenant-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"

    def programs(self) -> Programs:
        """The PostgreSQL programs and the user they run as."""
        return programs_for(server_user(), copies=self.folder / "programs")

    def make(self) -> None:
        """Make the folder, unless it is there; its owner alone looks in, the server's user passes through."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def prepare(self) -> Programs:
        """Make all that a start needs, on first use the databases too; write settings and access rules."""
        user = server_user()
        if not user.can_reach(self.folder):
            raise ServerFailed(
                f"PostgreSQL runs as user {user.name!r}, who cannot enter {self.folder}. "
                "Choose a folder that others may pass through, for instance AVENANT_HOME=/var/lib/avenant."
            )
        programs = self.programs()
        self.home.mkdir(exist_ok=True)
        user.own(self.home, 0o700)
        _make_socket_folder(self.socket_folder(), self.home, programs)
        if not self.data.exists():
            _initialise(self, programs)
        _write(programs, self.data / "pg_hba.conf", ACCESS_RULES)
        _write(programs, self.data / _SETTINGS_FILE, self._settings_text())
        _keep_log_short(self.log)
        return programs

    def _settings_text(self) -> str:
        values = {**SETTINGS, **self.settings, **_FIXED, "unix_socket_directories": str(self.socket_folder())}
        lines = [f"{name} = '{value}'" for name, value in sorted(values.items())]
        return "\n".join(["# Written by avenant at every start.", *lines, ""])


def _initialise(files: ServerFolder, programs: Programs) -> None:
    """Make an empty set of databases, with checksums and a collation that no system upgrade changes.

    Passwords are asked for from the first moment. An interrupted attempt leaves only a `.partial` folder.
    """
    partial = files.data.with_name("data.partial")
    shutil.rmtree(partial, ignore_errors=True)
    password = files.home / "password.partial"
    _write(programs, password, read_or_make_passwords(files.passwords)[ADMIN])
    try:
        programs.run(
            "initdb",
            *("-D", str(partial), "-U", ADMIN, f"--pwfile={password}"),
            *(
                "--auth-local=scram-sha-256",
                "--auth-host=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
            ),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
    finally:
        password.unlink()
    with (partial / "postgresql.conf").open("a") as file:
        file.write(f"\ninclude '{_SETTINGS_FILE}'\n")
    partial.rename(files.data)


def _make_socket_folder(folder: Path, home: Path, programs: Programs) -> None:
    """Make the socket's folder below /tmp where one is needed; refuse one that somebody else put there."""
    if folder == home:
        return
    if not folder.exists():
        folder.mkdir(mode=0o700)
        programs.user.own(folder, 0o700)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != programs.user.uid or seen.st_mode & 0o077:
        raise ServerFailed(
            f"{folder} should belong to user {programs.user.name!r} and be closed to others, and is not. "
            "Remove it, or choose a shorter folder for the server with AVENANT_HOME."
        )


def _write(programs: Programs, path: Path, text: str) -> None:
    """Write a file that the server's user alone may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    programs.user.own(partial, 0o600)
    partial.rename(path)


def _keep_log_short(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.rename(log.with_name(f"{log.name}.1"))
