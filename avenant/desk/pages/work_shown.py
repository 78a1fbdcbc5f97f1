"""An item of the work list as pages show it: its messages side by side, what was said already, its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any

from avenant.core.payouts.care_names import NAMES
from avenant.core.wording.figures import amount_text, day_text
from avenant.desk.context import Desk
from avenant.desk.roles import Permission
from avenant.desk.words import all_words, say
from avenant.flows.work_answers import Said
from avenant.flows.work_model import LineTold, WorkItem

TYPED = ("other", "amount", "reason")
AMOUNTS = ("charged", "secu", "others", "asked")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that messages tell: of this message, then of each candidate (text, whether it differs)."""

    words: str
    mine: str
    theirs: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An item with everything its page says. address: kind and number, as the URL has them. seen: what an answer
    is given to; typed, wrong: the fields of a form that was refused."""

    item: WorkItem
    address: tuple[str, str]
    title: str
    why: str
    rows: tuple[Row, ...]
    said: tuple[tuple[Said, str], ...]
    seen: str
    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    level: str = ""

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"w-{self.address[0]}-{self.address[1]}"


def shown_item(item: WorkItem, said: Sequence[Said], desk: Desk, **form: Any) -> Shown:
    """The item in the person's language, for their role."""
    kind, _, number = item.key.partition("/")
    reader = "engineering" if desk.may(Permission.SEE_TECHNICAL) else "care"
    return Shown(
        item,
        (kind, number.replace("/", "-")),
        say(desk.language, f"work.one_{kind}"),
        item.said(reader, desk.language),
        _rows(item, desk) if item.line is not None else (),
        tuple((one, _said_text(one, desk)) for one in said),
        seen_of(item, said),
        **form,
    )


def seen_of(item: WorkItem, said: Sequence[Said]) -> str:
    """A short mark of what waits and what was said of it: an answer carries the one it was given to."""
    parts = [repr((item.rev, item.reason, item.held))]
    parts += sorted(repr((one.ref, one.version, one.kind)) for one in said)
    return blake2s("\n".join(parts).encode(), digest_size=8).hexdigest()


def _said_text(said: Said, desk: Desk) -> str:
    if said.kind == "exception" and said.amount_cents is None:
        return say(desk.language, "work.said_exception_open")
    amount = amount_text(said.amount_cents or 0, "EUR", desk.language)
    return say(desk.language, f"work.said_{said.kind}", other=said.other or "", amount=amount)


def _rows(item: WorkItem, desk: Desk) -> tuple[Row, ...]:
    """What the message and its candidates say, one row per thing that any of them says."""
    assert item.line is not None
    mine = _told(item.line, desk)
    theirs = [_told(line, desk) for line in item.candidates]
    found = []
    for name, text in mine.items():
        others = tuple((other[name], _differs(name, text, other[name])) for other in theirs)
        if text or any(other for other, _ in others):
            found.append(Row(say(desk.language, f"work.{name}"), text or "–", others))
    return tuple(found)


def _differs(name: str, mine: str, other: str) -> bool:
    """Two messages contradict each other where both speak; who speaks, and when it came, always differs."""
    return name not in ("ref", "from", "received") and bool(mine and other) and mine != other


def _told(line: LineTold, desk: Desk) -> dict[str, str]:
    """What a line says, in words; '' where it says nothing."""
    language = desk.language
    sender = f"care.kind_{line.kind}"
    days = day_text(line.care_from, language)
    if line.care_last_day != line.care_from:
        days += f" – {day_text(line.care_last_day, language)}"
    told = {
        "ref": line.ref,
        "from": say(language, sender) if sender in all_words() else line.kind.replace("_", " "),
        "received": day_text(line.received_on, language),
        "care": NAMES[language].get(line.family or "", NAMES[language]["other"]) if line.family else "",
        "days": days,
        "code": line.act_code or "",
        "quantity": str(line.quantity),
        "place": line.location or "",
        "provider": line.provider_ref or "",
    }
    cents = {name: getattr(line, f"{name}_cents") for name in AMOUNTS}
    return told | {n: "" if c is None else amount_text(c, "EUR", language) for n, c in cents.items()}
