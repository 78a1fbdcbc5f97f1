"""Case files: from YAML to a ``Case``, or to every problem of the file with its line and what to do.

case = read_case_file(Path("cases/02-late-news/five-weeks.yaml"))
case.steps[0].expect.current[0].amount_cents
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo

from avenant.core.cases.columns import COLUMN
from avenant.core.cases.model import Case, CaseProblem, Place, PlanDocument, Run, Step, ToldFact, Value
from avenant.gateways.case_care import TABLES as CARE_TABLES
from avenant.gateways.case_care import care_facts, simulations
from avenant.gateways.case_expectations import expectation
from avenant.gateways.case_order import order_problems
from avenant.gateways.case_schema import schema_problems
from avenant.gateways.case_tree import case_tree
from avenant.gateways.case_values import CaseNode, WrongValue, day, month
from avenant.gateways.marked_yaml import YamlRefused

PARIS = ZoneInfo("Europe/Paris")
OFFICE_OPENS = time(9)
DAY_ENDS = time(23, 59, 59, 999_999)

DOCUMENTS = ("plan", "parameter", "curve", "care", "rulebook")
TABLES = ("contracts", "members", "enrolments")
REF_OF = {"contract": "contract_ref", "member": "member_ref"}


class CaseFileRefused(ValueError):
    """A case file that cannot be played; ``problems`` names each with its line and its remedy."""

    def __init__(self, problems: list[CaseProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def case_paths(files_or_folders: list[FilePath]) -> list[FilePath]:
    """The case files named, and all ``*.yaml`` below the folders named, in alphabetical order.

    Errors: ``CaseFileRefused`` for a path that does not exist or a folder without case files.
    """
    found: list[FilePath] = []
    for path in files_or_folders:
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path] if path.exists() else []
        if not inside:
            place = Place(str(path), 0)
            raise CaseFileRefused(
                [CaseProblem(place, "there is no case file here.", "Name a file or a folder.")]
            )
        found += inside
    return list(dict.fromkeys(found))


def read_case_file(path: FilePath, name: str | None = None) -> Case:
    """The case in the file; ``name`` is what errors call it (its path by default). Errors: ``CaseFileRefused``."""
    return read_case(path.read_text(encoding="utf-8"), name or str(path))


def read_case(text: str, file: str) -> Case:
    """The case in ``text``; ``file`` is the name that errors use. Errors: ``CaseFileRefused``."""
    try:
        tree = case_tree(text, file)
    except YamlRefused as error:
        problem = CaseProblem(Place(file, error.line), f"{error.message}.", f"To do: {error.remedy}.")
        raise CaseFileRefused([problem]) from error
    problems = schema_problems(tree, file)
    if problems:
        raise CaseFileRefused(problems)
    try:
        case = _case(CaseNode(tree, file, (), tree.data))
    except WrongValue as wrong:
        raise CaseFileRefused([wrong.problem]) from wrong
    problems = order_problems(case)
    if problems:
        raise CaseFileRefused(problems)
    return case


def _case(node: CaseNode) -> Case:
    book = node.get("book")
    opens = book.get("opens") if book else None
    return Case(
        place=node.place,
        title=node.text("case"),
        chapter=node.text("chapter"),
        about=" ".join(node.text("about").split()),
        reference=tuple(str(item.value) for item in node.items("reference")),
        opens=opens.read(month) if opens else None,
        plans=tuple(_plan(item) for item in node.items("plans")),
        steps=tuple(_step(item) for item in node.items("steps")),
    )


def _plan(node: CaseNode) -> PlanDocument:
    if isinstance(node.value, dict):
        kind = next(kind for kind in DOCUMENTS if kind in node.value)
        return PlanDocument(node.place, str(node.value[kind]), node.tree.part(*node.path))
    return PlanDocument(node.place, str(node.value), None)


def _step(node: CaseNode) -> Step:
    on, ask, learn, expect = (node.get(key) for key in ("on", "ask", "learn", "expect"))
    as_of = ask.get("as_of") if ask else None
    return Step(
        place=node.place,
        note=node.text("note"),
        at=on.read(_instant) if on else None,
        asks=ask is not None,
        as_of=as_of.read(_end_of) if as_of else None,
        facts=tuple(_facts(learn, on.read(_instant).date() if on else None)) if learn else (),
        publish=tuple(_plan(item) for item in node.items("publish")),
        runs=tuple(_run(item) for item in node.items("run")),
        simulations=simulations(node),
        expect=expectation(expect) if expect else None,
    )


def _instant(value: Any) -> datetime:
    """A day is its opening hour; with a time, that minute. Both in Paris."""
    text = str(value)
    return _at(day(text[:10]), time.fromisoformat(text[11:]) if len(text) > 10 else OFFICE_OPENS)


def _end_of(value: Any) -> datetime:
    """A day is its end: all that was known on it is included."""
    text = str(value)
    return _at(day(text[:10]), time.fromisoformat(text[11:]) if len(text) > 10 else DAY_ENDS)


def _at(on: date, at: time) -> datetime:
    return datetime.combine(on, at, PARIS)


def _facts(learn: CaseNode, on: date | None) -> Iterator[ToldFact]:
    for table in TABLES:
        for item in learn.items(table):
            yield ToldFact(item.place, table, _columns(item))
            if "name" in item.value:
                yield ToldFact(item.place, "people", _name_of(item))
    for item in learn.items("opening_balances"):
        yield ToldFact(item.place, "balances", _columns(item))
    for item in learn.items("approvals"):
        yield ToldFact(item.place, "approvals", _columns(item))
    yield from care_facts(learn, on)
    withdrawn = learn.get("withdrawn")
    for table in (*TABLES, *CARE_TABLES) if withdrawn else ():
        for item in withdrawn.items(table) if withdrawn else ():
            yield ToldFact(item.place, table, {"ref": str(item.value), "withdrawn": True})


def _columns(item: CaseNode) -> dict[str, Value]:
    """The row's mentioned columns under the names of the news; a row that is told again is not withdrawn."""
    named = {REF_OF.get(key, COLUMN.get(key, key)): item.get(key) for key in item.value if key != "name"}
    columns = {column: None if node is None else node.read_column(column) for column, node in named.items()}
    return columns | ({"withdrawn": False} if "ref" in columns else {})


def _name_of(item: CaseNode) -> dict[str, Value]:
    return {"member_ref": str(item.value["ref"]), "kind": "name", "value": item.text("name")}


def _run(node: CaseNode) -> Run:
    if isinstance(node.value, str):
        return Run(node.place, node.value, {})
    kind = next(iter(node.value))
    inner = node.get(kind)
    settings = {COLUMN.get(key, key): inner.get(key) for key in inner.value} if inner else {}
    read = {key: child.read_column(key) for key, child in settings.items() if child}
    return Run(node.place, kind, read)
