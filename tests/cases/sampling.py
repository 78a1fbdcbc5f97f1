"""Which case files a test plays that is slow on each: a fixed thirtieth in `make test`, all in `make soak`."""

import os
from collections.abc import Sequence
from typing import TypeVar

EVERY = 30

Item = TypeVar("Item")


def sampled(files: Sequence[Item], offset: int = 0, every: int = EVERY) -> list[Item]:
    """Every so manieth of ``files`` from ``offset`` on, so that tests play different ones; with AVENANT_SOAK all."""
    if os.environ.get("AVENANT_SOAK") == "1":
        return list(files)
    return list(files)[offset % every :: every]
