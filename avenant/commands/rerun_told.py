"""How a terminal tells of a re-run: the verdict, the moment, the log, and the calls with the lines that ran."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from avenant.flows.reruns.carrying_out import Rerun
from avenant.rerun.calls import Call, Group, call_tree, grouped
from avenant.rerun.outline import way_out

SHOWN: Final = 40
Sources = dict[tuple[str, str], list[str]]
"""(module, function) -> its lines."""


def told(answer: Rerun, lines: list[Any], with_calls: bool) -> Iterator[str]:
    """The answer as a person reads it: verdict first, then the moment, then the calls."""
    if answer.outcome is None:
        yield f"The same run is under way: {answer.number}"
        return
    for name, verdict in answer.verdicts.items():
        yield from _verdict(name, verdict)
    for error in answer.errors:
        yield f"Raised {error['type']}: {error['message']}"
    if not answer.outcome.is_done:
        yield f"Stopped ({answer.outcome.status}): {answer.outcome.why}"
    yield from (f"Wanted to leave, and was not sent: {way_out(event)}" for event in answer.outgoing)
    yield ""
    yield from _facts(answer, lines[0])
    events = lines[1:]
    if logged := _logged(events):
        yield from ("", *logged)
    if with_calls:
        yield ""
        sources = _sources(events)
        for call in call_tree(events):
            yield from _calls(call, sources)


def _verdict(name: str, verdict: dict[str, Any]) -> Iterator[str]:
    if verdict["same"]:
        yield f"{name}: the same as stored, {verdict['compared']} rows compared"
    else:
        yield f"{name}: {verdict['count']} values differ from what is stored"
    for each in verdict["differences"][:SHOWN]:
        key = ", ".join(f"{column} {value}" for column, value in each["key"])
        yield f"  {each['table']} ({key}) {each['column']}: stored {each['stored']}, now {each['rerun']}"
    if verdict["count"] > SHOWN:
        yield f"  and {verdict['count'] - SHOWN} more: --json shows all"
    yield from (f"  {note}" for note in verdict["notes"])


def _facts(answer: Rerun, head: dict[str, Any]) -> Iterator[str]:
    subject, point = answer.question.subject, answer.question.point
    assert answer.outcome is not None
    when = "the decision's own moment" if point.own else "what is known"
    yield f"{subject.kind} {subject.ref} at {when}: facts as of revision {point.facts}, book as of {point.book}"
    chosen = head["request"]["rulebook"] or ""
    version = point.rulebook_version + (f" ({chosen})" if chosen.startswith("draft:") else "")
    yield f"rulebook {version}, business date {point.business_date}, horizon {point.horizon:%Y-%m}"
    yield f"code {head['code_version']}, {answer.outcome.seconds} s, isolation: {head['isolation']}"
    yield f"asked by {head['actor']} as {head['role']}: {head['reason']} (re-run {answer.number})"


def _logged(events: list[Any]) -> list[str]:
    """The log of the run, each line with the function that wrote it where its calls were told."""
    functions: dict[int, str] = {}
    authors: dict[int, str] = {}
    told = []
    for event in events:
        match event:
            case ["stage", *_]:
                functions, authors = {}, {}
            case ["function", number, _, name, *_]:
                functions[number] = name
            case ["call", number, _, function, *_]:
                authors[number] = functions[function]
            case ["log", call, level, logger, template, given]:
                by = f" ← {authors[call]}" if call in authors else ""
                values = " ".join(_in_short(each).removeprefix("→ ") for each in given)
                told.append(f"{level} {logger}: {template} {values}".rstrip() + by)
    return [*told[:SHOWN], *([f"and {len(told) - SHOWN} more: --json shows all"] if told[SHOWN:] else [])]


def _sources(events: list[Any]) -> Sources:
    """The source of every function that was called, from the code that ran."""
    functions: dict[int, tuple[str, str]] = {}
    found = {}
    for event in events:
        if event[0] == "function":
            functions[event[1]] = event[2], event[3]
        elif event[0] == "source":
            found[functions[event[1]]] = event[2]
    return found


def _calls(call: Call, sources: Sources) -> Iterator[str]:
    yield _call_line(call)
    yield from _lines(call, sources.get((call.module, call.function), []))
    for each in grouped(call.children):
        if isinstance(each, Group):
            time = sum(one.microseconds or 0 for one in each.calls)
            indent = "  " * each.calls[0].depth
            yield f"{time / 1000:9.1f} ms {indent}{len(each.calls)} × {each.calls[0].function}"
        else:
            yield from _calls(each, sources)


def _lines(call: Call, source: list[str]) -> Iterator[str]:
    """The lines that ran, where they were asked for, and the values at the end."""
    for number in call.lines:
        at = number - call.line
        yield f"{number:>12} │ {source[at] if at < len(source) else ''}".rstrip()
    for name, value in call.values.items():
        yield f"{'':>12} │ {name} = {_in_short(value).removeprefix('→ ')}".rstrip()


def _call_line(call: Call) -> str:
    time = "        ?   " if call.microseconds is None else f"{call.microseconds / 1000:9.1f} ms"
    ending = f"raised {call.error['type']}: {call.error['message']}" if call.error else _in_short(call.value)
    return f"{time} {'  ' * call.depth}{call.function}  {ending}".rstrip()


def _in_short(value: dict[str, Any] | None) -> str:
    """A result in a few words: rows and new columns of a table, the value of a scalar, else the type."""
    if value is None:
        return ""
    if value["type"] == "polars.DataFrame":
        marks = [*(f"+{name}" for name in value["new"]), *(f"~{name}" for name in value["changed"])]
        return f"→ {value['height']} rows {' '.join(marks)}"
    return f"→ {value['value']}" if "value" in value else f"→ {value.get('token', value['type'])}"
