"""Where results of re-runs are kept, and their removal when they have expired, by the clock."""

from __future__ import annotations

import logging
import threading
from typing import Final

from avenant.gateways.postgres import default_folder
from avenant.rerun.spool import Spool

EVERY_SECONDS: Final = 900
log = logging.getLogger("avenant.reruns")


def kept_results() -> Spool:
    """Results of this installation."""
    return Spool(default_folder() / "reruns")


def expired_removed() -> int:
    """Remove what has expired; how many results. Errors: PermissionError where others could look into the folder."""
    spool = kept_results()
    return spool.open().purge() if spool.folder.is_dir() else 0


def remove_expired(until: threading.Event, every_seconds: float = EVERY_SECONDS) -> None:
    """Remove what expires, now and again and again, until told to stop; a failure is logged and tried again."""
    while True:
        try:
            expired_removed()
        except OSError:
            log.exception("results of re-runs that have expired are still there")
        if until.wait(every_seconds):
            return
