"""A small disk of its own for a server, which a test fills to the last kilobytes and clears again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

SEGMENT, PAGE, PAGE_HEADER = 16 * 2**20, 8192, 40
NEXT_SEGMENTS = """
    SELECT count(*) FROM pg_ls_waldir()
    WHERE name > pg_walfile_name(pg_current_wal_insert_lsn()) AND size = %s"""
USED = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn) %% %s"
FILL = "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', %s))"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted tmpfs."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """The file that takes the room."""
        return self.folder / "ballast"

    def fill(self, leave_bytes: int) -> None:
        """Take all room but ``leave_bytes``."""
        free = shutil.disk_usage(self.folder).free
        with self.ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free - leave_bytes))

    def clear(self) -> None:
        """Give the room back."""
        self.ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A tmpfs of that size; the test is skipped where none can be mounted (in CI, root must be able to)."""
    folder = Path(tempfile.mkdtemp(prefix=f"avenant-tests-{os.getpid()}-", dir="/tmp"))
    options = f"size={megabytes}m,mode=0711"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        mounted = os.geteuid() == 0 and shutil.which("mount") is not None
        said = subprocess.run(command, capture_output=True, text=True) if mounted else None
        if said is None or said.returncode:
            cannot(said.stderr.strip() if said is not None else "only root may mount")
        yield SmallDisk(folder)
    finally:
        if os.path.ismount(folder):
            subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def cannot(why: str) -> None:
    """Skip with the reason; in CI as root fail, so that nobody believes it was tested."""
    if os.environ.get("AVENANT_CI") and os.geteuid() == 0:
        pytest.fail(f"no small tmpfs for the full-disk tests: {why}. Give the CI the right to mount.")
    pytest.skip(f"no small tmpfs for the full-disk tests: {why}")


def leave_log_room(admin_url: str, leave_bytes: int) -> None:
    """Use up the write-ahead log's segments until the current one has ``leave_bytes`` left and none follows."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        while _number(connection, NEXT_SEGMENTS, SEGMENT):
            connection.execute(FILL, [8])
            connection.execute("SELECT pg_switch_wal()")
            connection.execute(FILL, [8])
        room = SEGMENT - _number(connection, USED, SEGMENT) - leave_bytes
        connection.execute(FILL, [max(1, room - room // PAGE * PAGE_HEADER - PAGE)])


def _number(connection: psycopg.Connection, query: str, *parameters: int) -> int:
    row = connection.execute(query, parameters).fetchone()  # type: ignore[call-overload]
    return int(row[0]) if row else 0
