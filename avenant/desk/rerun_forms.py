"""The form that asks for a re-run: what somebody typed, turned into a request or refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict

from avenant.core.rulebook.model import Rulebook
from avenant.desk.context import Desk, PageRefused
from avenant.desk.forms import one_of
from avenant.desk.rulebook_folders import folders, read_folder
from avenant.desk.words import say
from avenant.flows.instants import MomentRefused, moment
from avenant.flows.reruns.asked import TRACES, Changed
from avenant.flows.reruns.carrying_out import Asked
from avenant.flows.reruns.changing import TABLES
from avenant.flows.reruns.traceable import NotTraceable, functions_typed, modules_typed
from avenant.flows.stages import STAGES

WHENS: Final = ("own", "now", "at")
DRAFT: Final = "draft:"
LONGEST: Final = 200


def asked_in(desk: Desk, form: QueryDict) -> Asked:
    """The request that the form makes. Errors: PageRefused."""
    when = one_of(desk, form.get("moment") or form.get("when", ""), WHENS) or "own"
    reason = _text(form, "reason")
    if len(reason) < 5:
        raise PageRefused(say(desk.language, "rerun.reason_short"))
    name = _text(form, "subject")
    if not name:
        raise PageRefused(say(desk.language, "rerun.no_subject"))
    lines_of = _named(desk, form.get("lines_of", ""), functions_typed)
    trace = one_of(desk, form.get("trace", ""), TRACES) or "calls"
    rulebook = _text(form, "rulebook") or None
    return Asked(
        name,
        actor=desk.user.username,
        role=desk.role.key,
        reason=reason,
        rev=_rev(desk, form) if when != "now" else None,
        own=when == "own",
        rulebook=rulebook,
        stages=tuple(one_of(desk, each, STAGES) for each in form.getlist("stages") if each),
        trace="lines" if lines_of and trace == "calls" else trace,
        modules=_named(desk, form.get("modules", ""), modules_typed),
        lines_of=lines_of,
        changes=_changes(desk, form),
        draft=None if rulebook is None else _draft(desk, rulebook),
    )


def _draft(desk: Desk, chosen: str) -> Rulebook | None:
    """The draft of the chosen folder as it is now; None where a published version is chosen. Errors: PageRefused."""
    if not chosen.startswith(DRAFT):
        return None
    name = chosen.removeprefix(DRAFT)
    folder = folders().get(name)
    if folder is None:
        raise PageRefused(say(desk.language, "rulebooks.no_folder", name=name[:60]))
    rulebook = read_folder(folder).rulebook
    if rulebook is None:
        raise PageRefused(say(desk.language, "rulebooks.refused", name=name))
    return rulebook


def _text(form: QueryDict, name: str) -> str:
    return form.get(name, "").replace("\0", "").strip()[:LONGEST]


def _rev(desk: Desk, form: QueryDict) -> int | None:
    """The moment typed; for the decision's own moment: of its latest decision known then."""
    typed = _text(form, "known_at")
    try:
        return moment(desk.db, typed).rev if typed else None
    except MomentRefused as refused:
        raise PageRefused(refused.said(desk.language)) from refused


def _named(desk: Desk, typed: str, read: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """Names of the program as ``read`` finds them in what was typed. Errors: PageRefused."""
    try:
        return read(typed)
    except NotTraceable as refused:
        raise PageRefused(say(desk.language, "rerun.no_module", seen=refused.seen[:60])) from refused


def _changes(desk: Desk, form: QueryDict) -> tuple[Changed, ...]:
    """Rows of the form of which a fact is named; a value may be empty: null."""
    columns = [form.getlist(f"change_{name}") for name in ("table", "ref", "column", "value")]
    found = []
    for table, ref, column, value in zip(*columns, strict=False):
        if ref.strip():
            if not column.strip():
                raise PageRefused(say(desk.language, "rerun.no_column", seen=ref[:40]))
            name = one_of(desk, table, TABLES) or TABLES[0]
            found.append(Changed(name, *(each.strip()[:LONGEST] for each in (ref, column, value))))
    return tuple(found)


def typed_in(form: QueryDict) -> dict[str, Any]:
    """What the form shows: as somebody typed it or a link proposes it."""
    columns = [form.getlist(f"change_{name}") for name in ("table", "ref", "column", "value")]
    changes = [
        dict(zip(("table", "ref", "column", "value"), row, strict=True))
        for row in zip(*columns, strict=False)
        if row[1].strip()
    ]
    empty = {"table": "enrolment", "ref": "", "column": "", "value": ""}
    return {
        "subject": form.get("subject", "")[:LONGEST],
        "when": form.get("when") if form.get("when") in WHENS else "own",
        "at": form.get("known_at") or form.get("at", ""),
        "rulebook": form.get("rulebook", ""),
        "trace": form.get("trace") if form.get("trace") in TRACES else "calls",
        "stages": form.getlist("stages"),
        "modules": form.get("modules", ""),
        "lines_of": form.get("lines_of", ""),
        "changes": [*changes, empty],
        "reason": form.get("reason", ""),
    }


def same_again(request: Mapping[str, Any], **other: str) -> str:
    """The query of a link to the form that proposes the same request."""
    told: list[tuple[str, str]] = [("subject", request["name"])]
    told.append(("when", "own" if request["own"] else "at" if request["rev"] is not None else "now"))
    if request["rev"] is not None:
        told.append(("at", f"r{request['rev']}"))
    told += [("rulebook", request["rulebook"])] if request["rulebook"] else []
    told += [("stages", each) for each in request["stages"]]
    told.append(("trace", request["trace"]))
    told.append(("modules", " ".join(request["modules"])))
    told.append(("lines_of", " ".join(request["lines_of"])))
    for change in request["changes"]:
        told += [(f"change_{name}", str(value)) for name, value in _plain(change).items()]
    kept = [(name, value) for name, value in told if name not in other and value]
    return urlencode([*kept, *other.items()])


def _plain(change: Any) -> dict[str, str]:
    return dict(change) if isinstance(change, Mapping) else asdict(change)
