"""What an alert says: checks with new or resolved findings, grouped, with links and without anybody's data.

avenant: 2 new findings, 1 resolved
NEW 2 · taxes (high, for engineering): Taxes add up: …
  https://desk.example/checks#taxes
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from avenant.core.checks.ranks import SEVERITIES

UNABLE: Final = "could not run, so nothing is known"


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert may know of a finding: its check, how grave that is, whose it is. No place, amount or person."""

    check: str
    rank: str
    owner: str
    unable: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """A title and a text, both plain."""

    title: str
    body: str


@dataclass(slots=True)
class _Group:
    rank: str
    owner: str
    counts: dict[str, int] = field(default_factory=dict)
    unable: bool = False


def news(
    new: Sequence[Told], resolved: Sequence[Told], sentences: Mapping[str, str], desk_url: str = ""
) -> Alert | None:
    """The alert of one run of checks; None where nothing is new and nothing is resolved.

    sentences: check -> what it promises. desk_url: where the desk is reached, without a slash at the end.
    """
    if not new and not resolved:
        return None
    title = f"avenant: {_number(len(new), 'new finding')}, {len(resolved):,} resolved"
    return Alert(title, _body(_grouped({"NEW": new, "RESOLVED": resolved}), sentences, desk_url))


def digest(
    open_now: Sequence[Told], facts: Iterable[str], sentences: Mapping[str, str], desk_url: str = ""
) -> Alert:
    """All that is open, check by check, after ``facts``: sentences about the night and what waits for people."""
    title = f"avenant: {_number(len(open_now), 'open finding')}" if open_now else "avenant: nothing is open"
    body = _body(_grouped({"OPEN": open_now}), sentences, desk_url)
    return Alert(title, "\n".join([*facts, *([body] if body else [])]))


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _grouped(told: Mapping[str, Sequence[Told]]) -> dict[str, _Group]:
    """Check -> its group, the gravest first."""
    groups: dict[str, _Group] = {}
    for word, findings in told.items():
        for one in findings:
            group = groups.setdefault(one.check, _Group(one.rank, one.owner))
            group.counts[word] = group.counts.get(word, 0) + 1
            group.unable |= one.unable and word != "RESOLVED"
    return dict(sorted(groups.items(), key=lambda item: (SEVERITIES.index(item[1].rank), item[0])))


def _body(groups: Mapping[str, _Group], sentences: Mapping[str, str], desk_url: str) -> str:
    lines = []
    for check, group in groups.items():
        counts = ", ".join(f"{word} {count:,}" for word, count in group.counts.items())
        said = UNABLE if group.unable else sentences.get(check, "")
        lines.append(f"{counts} · {check} ({group.rank}, for {group.owner}): {said}")
        if desk_url:
            lines.append(f"  {desk_url}/checks#{check}")
    return "\n".join(lines)
