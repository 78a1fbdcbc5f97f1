"""Mutants: a piece of source text and what replaces it, for the length of a case.

The text must occur exactly once in its module, so that a mutant follows the rule it breaks.
"""

import importlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

import psycopg

from avenant.flows.cases import played_case, scratch_book
from avenant.gateways.case_files import read_case_file
from avenant.store.setup import Server

CASES = Path(__file__).parent.parent.parent / "cases"


@dataclass(frozen=True, slots=True)
class Mutant:
    """``text`` of ``module`` becomes ``broken``; the case file ``killer`` must notice."""

    rule: str
    module: str
    text: str
    broken: str
    killer: str


def functions_of(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """The functions and methods written in a module, by qualified name; of decorated ones what was written."""
    for value in vars(module).values():
        members = vars(value).values() if inspect.isclass(value) else [value]
        for member in (inspect.unwrap(member) if callable(member) else member for member in members):
            if isinstance(member, FunctionType) and member.__module__ == module.__name__:
                yield member.__qualname__, member


def forget_results() -> None:
    """Empty what the program keeps of earlier calls: a rule kept is a rule that cannot be broken, or mended."""
    for name, module in list(sys.modules.items()):
        if name.startswith("avenant."):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """The functions of the mutant's module run the broken source for the length of the block."""
    module = importlib.import_module(mutant.module)
    source = inspect.getsource(module)
    assert source.count(mutant.text) == 1, (
        f"{mutant.rule}: {mutant.text!r} occurs {source.count(mutant.text)} times"
    )
    changed = ModuleType(module.__name__)
    changed.__dict__.update(__file__=module.__file__)
    prelude = "from datetime import timedelta\n" if "timedelta" in mutant.broken else ""
    exec(
        compile(prelude + source.replace(mutant.text, mutant.broken), str(module.__file__), "exec"),
        changed.__dict__,
    )
    new = dict(functions_of(changed))
    swapped = [(function, function.__code__, new[name].__code__) for name, function in functions_of(module)]
    if prelude:
        module.__dict__.setdefault("timedelta", changed.__dict__["timedelta"])
    try:
        for function, _, code in swapped:
            function.__code__ = code
        forget_results()
        yield
    finally:
        for function, code, _ in swapped:
            function.__code__ = code
        forget_results()


def survives(mutant: Mutant, server: Server) -> bool:
    """Whether the killer comes out as expected although the rule is broken."""
    case = read_case_file(CASES / f"{mutant.killer}.yaml")
    with broken(mutant), scratch_book(case, server) as database:
        try:
            return played_case(case, database).passed
        except psycopg.errors.IntegrityError:  # the guards of the database noticed
            return False
