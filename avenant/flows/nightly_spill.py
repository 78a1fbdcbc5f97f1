"""The folder in which a run's rows wait while a breaker may still stop it; what killed runs left is removed."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX, LOCK = "avenant-run-", "lock"


@contextmanager
def spill_folder() -> Iterator[str]:
    """An empty folder for the length of a run, below the system's folder for temporary files.

    Its lock is held as long as the run lives, so a folder whose lock is free was left by a run that was killed.
    """
    remove_left_behind()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        unnamed = Path(folder, f"{LOCK}.new")
        with unnamed.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            unnamed.rename(Path(folder, LOCK))
            yield folder


def remove_left_behind() -> None:
    """Remove the folders of runs that are no more."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        try:
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # its run lives, or it belongs to somebody else
            continue
