"""The outline of a run as a flame graph: a file of speedscope's evented format, a profile for each stage.

https://www.speedscope.app/file-format-schema.json
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

SCHEMA: Final = "https://www.speedscope.app/file-format-schema.json"


@dataclass(slots=True)
class _Profile:
    """One stage: what opens and closes, in order. open: calls that have not ended, with their functions."""

    name: str
    events: list[dict[str, Any]] = field(default_factory=list)
    open: list[tuple[int, int]] = field(default_factory=list)
    first: int | None = None
    last: int = 0

    def begin(self, call: int, frame: int, at: int) -> None:
        """A call opens; times begin with the first of them and never go back."""
        self.first = at if self.first is None else self.first
        self.last = max(self.last, at - self.first)
        self.open.append((call, frame))
        self.events.append({"type": "O", "frame": frame, "at": self.last})

    def end(self, call: int, at: int) -> None:
        """A call closes, and with it what it left open."""
        if all(each != call for each, _ in self.open):
            return
        self.last = max(self.last, at - (self.first or 0))
        while self.open:
            each, frame = self.open.pop()
            self.events.append({"type": "C", "frame": frame, "at": self.last})
            if each == call:
                return

    def told(self) -> dict[str, Any]:
        """As the format has it; what is still open ends with the last."""
        if self.open:
            self.end(self.open[0][0], self.last + (self.first or 0))
        times = {"startValue": 0, "endValue": self.last}
        return {"type": "evented", "name": self.name, "unit": "microseconds", **times, "events": self.events}


def flame_graph(outline: Iterable[list[Any]], name: str) -> dict[str, Any]:
    """The file for an outline (see `avenant.rerun.outline`)."""
    frames: list[dict[str, Any]] = []
    profiles: list[_Profile] = []
    began: dict[int, int] = {}
    for line in outline:
        kind = line[0]
        if kind == "g":
            profiles.append(_Profile(line[1]))
        elif kind == "f":
            _, _, module, function, file, first = line
            frames.append({"name": f"{module.rpartition('.')[2]}.{function}", "file": file, "line": first})
        elif kind == "c":
            began[line[1]] = line[4]
            profiles[-1].begin(line[1], line[3], line[4])
        elif kind in ("r", "x"):
            profiles[-1].end(line[1], began[line[1]] + line[2])
    told = [profile.told() for profile in profiles]
    return {"$schema": SCHEMA, "name": name, "shared": {"frames": frames}, "profiles": told}
