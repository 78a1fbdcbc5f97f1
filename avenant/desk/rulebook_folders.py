"""The folders a rulebook may be published from: the shipped plans, and those below AVENANT_RULEBOOKS.

Nobody types a path: an administrator of the machine decides what the desk may read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.findings import Finding, RulebookRefused, errors_of
from avenant.core.rulebook.loading import read_rulebook
from avenant.core.rulebook.model import Rulebook
from avenant.gateways.rulebook_files import documents_in, shipped_folder

SHIPPED = "shipped"
MOST_FOLDERS = 200
Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class FolderRead:
    """What a folder holds: the rulebook (None where it is refused), and what was found wrong or doubtful."""

    rulebook: Rulebook | None
    findings: tuple[Finding, ...]


def folders() -> dict[str, Path]:
    """Name -> folder, the shipped plans first."""
    found = {SHIPPED: shipped_folder()}
    root = os.environ.get("AVENANT_RULEBOOKS", "")
    if root and Path(root).is_dir():
        below = sorted(one for one in Path(root).iterdir() if one.is_dir() and not one.name.startswith("."))
        found |= {one.name: one for one in below[:MOST_FOLDERS] if one.name != SHIPPED}
    return found


def read_folder(folder: Path) -> FolderRead:
    """Read and check a folder, as `avenant rulebook check` does; anew only when a file has changed."""
    return _read(folder, _signature(folder))


def _signature(folder: Path) -> Signature:
    stats = ((str(file), file.stat()) for file in sorted(folder.rglob("*.y*ml")))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=8)
def _read(folder: Path, signature: Signature) -> FolderRead:
    try:
        documents = documents_in(folder)
        findings = tuple(check_rulebook(documents))
        refused = bool(errors_of(list(findings)))
        return FolderRead(None if refused else read_rulebook(documents), findings)
    except RulebookRefused as refusal:
        return FolderRead(None, tuple(refusal.findings))
