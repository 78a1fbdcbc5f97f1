"""What an alert says: checks with new or resolved findings, grouped, with links and without anybody's data.

avenant: 2 new findings, 1 resolved
NEW 2 · taxes (high, for engineering): Taxes add up: …
  https://desk.example/checks#taxes
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from avenant.core.checks.ranks import SEVERITIES

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unable": ("could not run, so nothing is known", "n’a pas pu être exécuté : on ne sait rien"),
    "new": ("{count} new finding|{count} new findings", "{count} nouveau constat|{count} nouveaux constats"),
    "resolved": ("{count} resolved|{count} resolved", "{count} résolu|{count} résolus"),
    "open": ("{count} open finding|{count} open findings", "{count} constat ouvert|{count} constats ouverts"),
    "nothing": ("nothing is open", "aucun constat ouvert"),
    "NEW": ("NEW", "NOUVEAU"),
    "RESOLVED": ("RESOLVED", "RÉSOLU"),
    "OPEN": ("OPEN", "OUVERT"),
    "for": ("{rank}, for {owner}", "{rank}, pour {owner}"),
    "critical": ("critical", "critique"),
    "high": ("high", "grave"),
    "attention": ("attention", "à surveiller"),
    "engineering": ("engineering", "l’ingénierie"),
    "operations": ("operations", "les opérations"),
    "claims": ("claims", "les prestations"),
}
"""Key -> English, French."""
LANGUAGES: Final = ("en", "fr")


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
    new: Sequence[Told],
    resolved: Sequence[Told],
    sentences: Mapping[str, str],
    desk_url: str = "",
    language: str = "en",
) -> Alert | None:
    """The alert of one run of checks; None where nothing is new and nothing is resolved.

    sentences: check -> what it promises. desk_url: where the desk is reached, without a slash at the end.
    Errors: ValueError for another language.
    """
    if not new and not resolved:
        return None
    title = f"avenant: {_said('new', language, len(new))}, {_said('resolved', language, len(resolved))}"
    return Alert(title, _body(_grouped({"NEW": new, "RESOLVED": resolved}), sentences, desk_url, language))


def digest(
    open_now: Sequence[Told],
    facts: Iterable[str],
    sentences: Mapping[str, str],
    desk_url: str = "",
    language: str = "en",
) -> Alert:
    """All that is open, check by check, after ``facts``: sentences about the night and what waits for people."""
    said = _said("open", language, len(open_now)) if open_now else _said("nothing", language)
    title, body = f"avenant: {said}", _body(_grouped({"OPEN": open_now}), sentences, desk_url, language)
    return Alert(title, "\n".join([*facts, *([body] if body else [])]))


def _said(key: str, language: str, count: int = 0, **blanks: str) -> str:
    """Words in ``language``; of two forms the one for ``count`` (in French none takes the first)."""
    if language not in LANGUAGES:
        raise ValueError(f"alerts are told in {' or '.join(LANGUAGES)}; seen {language!r}")
    one, _, many = WORDS[key][LANGUAGES.index(language)].partition("|")
    is_one = count == 1 or (language == "fr" and count == 0)
    shown = f"{count:,}" if language == "en" else f"{count:,}".replace(",", "\u202f")
    return (one if is_one or not many else many).format(count=shown, **blanks)


def _grouped(told: Mapping[str, Sequence[Told]]) -> dict[str, _Group]:
    """Check -> its group, the gravest first."""
    groups: dict[str, _Group] = {}
    for word, findings in told.items():
        for one in findings:
            group = groups.setdefault(one.check, _Group(one.rank, one.owner))
            group.counts[word] = group.counts.get(word, 0) + 1
            group.unable |= one.unable and word != "RESOLVED"
    return dict(sorted(groups.items(), key=lambda item: (SEVERITIES.index(item[1].rank), item[0])))


def _body(groups: Mapping[str, _Group], sentences: Mapping[str, str], desk_url: str, language: str) -> str:
    lines = []
    colon = ": " if language == "en" else " : "
    for check, group in groups.items():
        counts = ", ".join(f"{_said(word, language)} {count:,}" for word, count in group.counts.items())
        said = _said("unable", language) if group.unable else sentences.get(check, "")
        rank, owner = _said(group.rank, language), _said(group.owner, language)
        lines.append(f"{counts} · {check} ({_said('for', language, rank=rank, owner=owner)}){colon}{said}")
        if desk_url:
            lines.append(f"  {desk_url}/checks#{check}")
    return "\n".join(lines)
