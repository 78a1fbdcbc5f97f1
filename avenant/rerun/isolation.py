"""What isolation this machine offers a run, and the command that starts a program inside it.

With bubblewrap a run has mount, process, network and IPC namespaces of its own: a root that is read-only and holds
nothing but Python and this program, no network, no other process, a small /tmp in memory. It runs as another user:
started by root, as a user id of its own; started by anybody else, in a user namespace of its own.

Without it (`isolation_here()` says what is missing) a run still has a process, a database role, limits and a
deadline of its own, and the attacks of `UNSTOPPED` cannot be stopped: settings refuse re-runs then, until an
administrator accepts them by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

RUN_USER: Final = 64_753
"""The user and group as which a run works: nobody else's, so that its files and processes are nobody's."""
TMP_BYTES: Final = 32 * 2**20
DATABASE_FOLDER: Final = "/run/database"
"""Where the socket of the database lies inside."""

UNSTOPPED: Final[Mapping[str, str]] = {
    "files": "read any file that the user of the service may read, its secrets among them, and write where it may",
    "network": "open connections to other machines and to other services of this one",
    "processes": "send signals to processes of the same user, the service among them",
    "sockets": "reach the server's own socket; only its passwords protect stronger roles",
}
"""What a run without isolation could do: name -> in words."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """kind: ``bubblewrap`` or ``none``; missing: why there is no more; unstopped: names of attacks nobody stops."""

    kind: str
    missing: str = ""
    unstopped: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every attack that we know is stopped."""
        return not self.unstopped


@cache
def isolation_here() -> Isolation:
    """What this machine offers, tried out once: a program may be installed and the kernel refuse it all the same."""
    if shutil.which("bwrap") is None:
        return _nothing("bubblewrap is not installed (Debian: apt-get install bubblewrap)")
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return _nothing("setpriv is not installed (Debian: apt-get install util-linux)")
    tried = subprocess.run(
        inside(["/bin/true"], [Path("/usr")], {}, None),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if tried.returncode:
        return _nothing(f"bubblewrap does not work here: {tried.stderr.strip()[-300:]}")
    return Isolation("bubblewrap")


def _nothing(missing: str) -> Isolation:
    return Isolation("none", missing, tuple(UNSTOPPED))


def python_folders(package: Path) -> list[Path]:
    """The folders that Python and the program in ``package`` need to be read from."""
    found = [Path(sys.prefix), Path(sys.base_prefix), package]
    return list(dict.fromkeys(path.absolute() for path in found if not _below_usr(path)))


def _below_usr(path: Path) -> bool:
    return path.is_relative_to("/usr")


def inside(
    program: list[str], folders: Iterable[Path], environment: Mapping[str, str], database: Path | None
) -> list[str]:
    """The command that runs ``program`` in bubblewrap. folders: what it may read; database: a socket's folder."""
    command = ["bwrap", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "rerun"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    command += _system_folders()
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--perms", "1777", "--size", str(TMP_BYTES), "--tmpfs", "/tmp"]
    made = {Path("/"), Path("/tmp")}  # a checkout below /tmp is bound into the new one
    for folder in folders:
        command += [*_parents(folder, made), "--ro-bind", str(folder), str(folder)]
    if database is not None:
        command += [*_parents(Path(DATABASE_FOLDER), made), "--ro-bind", str(database), DATABASE_FOLDER]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    return [*command, *_as_nobody(), *program]


def _system_folders() -> list[str]:
    """/usr with the names of its parts at the root, and the loader's cache."""
    command = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    return [
        *command,
        "--perms",
        "0755",
        "--dir",
        "/etc",
        "--ro-bind-try",
        "/etc/ld.so.cache",
        "/etc/ld.so.cache",
    ]


def _parents(folder: Path, made: set[Path]) -> list[str]:
    """Folders above ``folder`` that anybody may pass through; bubblewrap itself would close them to others."""
    command: list[str] = []
    for parent in reversed(folder.parents):
        if parent not in made and not _below_usr(parent):
            made.add(parent)
            command += ["--perms", "0755", "--dir", str(parent)]
    return command


def _as_nobody() -> list[str]:
    """Another user: for root, by giving up all its powers; for others, in a user namespace that holds no other."""
    if os.geteuid() != 0:
        numbers = ["--uid", str(RUN_USER), "--gid", str(RUN_USER)]
        return ["--unshare-user", "--disable-userns", *numbers, "--cap-drop", "ALL", "--"]
    kept = [part for name in ("SETUID", "SETGID", "SETPCAP") for part in ("--cap-add", f"CAP_{name}")]
    drop = ["--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    numbers = [f"--reuid={RUN_USER}", f"--regid={RUN_USER}"]
    return ["--cap-drop", "ALL", *kept, "--", "setpriv", *numbers, *drop, "--"]
