"""Which case files a test plays that is slow on each: a fixed thirtieth in `make test`, all in `make soak`."""

import os
from collections.abc import Sequence

EVERY = 30


def sampled(files: Sequence[str], offset: int = 0) -> list[str]:
    """Every thirtieth of ``files`` from ``offset`` on, so that tests play different ones; with AVENANT_SOAK all."""
    if os.environ.get("AVENANT_SOAK") == "1":
        return list(files)
    return list(files)[offset % EVERY :: EVERY]
