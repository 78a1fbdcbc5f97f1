"""Which code runs: the released version and a digest of the sources that were imported."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from avenant import __version__


@cache
def code_version() -> str:
    """The version and the first 12 hex digits of the SHA-256 over every Python file of the package."""
    digest = hashlib.sha256()
    for path, text in sorted(_sources(files("avenant"), "")):
        digest.update(path.encode() + b"\0" + text)
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield f"{prefix}{entry.name}", entry.read_bytes()
