"""What of this program can be traced, by the names that people type: modules, and functions whose lines are told.

modules_typed("avenant.core.claims, avenant.flows")     ("avenant.core.claims", "avenant.flows")
module_of("avenant.core.money.rounded")                 "avenant.core.money"
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import avenant

MOST_CHARACTERS: Final = 2_000
_BETWEEN: Final = re.compile(r"[\s,;]+")
_NAME: Final = re.compile(r"avenant(\.[\w<>]+)*")


class NotTraceable(ValueError):
    """A name that is no module, or no function, of this program. ``seen``: the name."""

    def __init__(self, seen: str, wanted: str) -> None:
        super().__init__(f"{seen[:60]!r} is no {wanted} of this program: write avenant.core.…")
        self.seen = seen


def modules_typed(typed: str) -> tuple[str, ...]:
    """Modules whose calls are to be told; several with blanks or commas. Errors: NotTraceable."""
    names = _names(typed)
    for name in names:
        if not _NAME.fullmatch(name) or module_of(name) != name:
            raise NotTraceable(name, "module")
    return names


def functions_typed(typed: str) -> tuple[str, ...]:
    """Functions, with their module, whose lines are told; several with blanks or commas. Errors: NotTraceable."""
    names = _names(typed)
    for name in names:
        if not _NAME.fullmatch(name) or module_of(name) in ("avenant", name):
            raise NotTraceable(name, "function")
    return names


def module_of(name: str) -> str:
    """The module in which ``name`` lies: the longest part of it that is a file or folder of this program.

    Of another program's name, what stands before its last dot.
    """
    if name.partition(".")[0] != "avenant":
        return name.rpartition(".")[0]
    place, found = Path(avenant.__file__).parent, ["avenant"]
    for part in name.split(".")[1:]:
        place = place / part
        if not (place.is_dir() or place.with_suffix(".py").is_file()):
            break
        found.append(part)
    return ".".join(found)


def _names(typed: str) -> tuple[str, ...]:
    return tuple(each for each in _BETWEEN.split(typed[:MOST_CHARACTERS]) if each)
