"""The house style where a machine can check it: sizes, names, docstrings, purity of core, stray text.

Sizes keep a function on one screen; a name like `helpers` says nothing about what is inside; a rule that
reads a clock gives another answer tomorrow. Whoever needs an exception makes it here and says why.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "avenant"
FUNCTION_LINES, FUNCTION_LINES_P95 = 60, 35
FILE_LINES, FILE_LINES_P95 = 400, 300
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
CORE_LIBRARIES = {"polars", "numpy", "dataframely"}
OUTSIDE_WORLD = {
    "asyncio", "concurrent", "http", "io", "logging", "multiprocessing", "os", "pathlib", "secrets", "shutil",
    "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
PURE_PARTS = {"pathlib.PurePath", "pathlib.PurePosixPath"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
          ("time", "time"), ("time", "time_ns"), ("timezone", "now")}  # fmt: skip
UNFINISHED = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b")
INDEX_ADDRESS = re.compile(
    r"https?://[^\s\"'<>]*/(?:simple|pypi|npm)(?:/|\b)|--(?:extra-)?index" + "-url[ =]"
)
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|opt|work)/\w")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def written_files() -> list[Path]:
    """Every text file that is, or will be, in the repository."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = (ROOT / line for line in listed.splitlines())
    return [path for path in files if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def modules(folder: Path = PACKAGE) -> dict[Path, ast.Module]:
    """The hand-written modules of the program below `folder`, parsed."""
    paths = [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def functions(tree: ast.Module) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def line_count(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def percentile_95(sizes: list[int]) -> int:
    return sorted(sizes)[int(0.95 * (len(sizes) - 1))]


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def imported_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_a_function_fits_on_a_screen() -> None:
    sizes = {
        place(path, f.lineno) + f" {f.name}": line_count(f)
        for path, t in modules().items()
        for f in functions(t)
    }
    too_long = {name: size for name, size in sizes.items() if size > FUNCTION_LINES}
    assert not too_long, f"split these functions (limit {FUNCTION_LINES} lines): {too_long}"
    longest = sorted(sizes.items(), key=lambda item: -item[1])[: len(sizes) // 20]
    assert percentile_95(list(sizes.values())) <= FUNCTION_LINES_P95, f"the longest 5 %: {longest}"


def test_a_file_stays_short() -> None:
    sizes = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {name: size for name, size in sizes.items() if size > FILE_LINES}, "split these files by topic"
    assert percentile_95(list(sizes.values())) <= FILE_LINES_P95


def test_a_module_says_what_it_is_for() -> None:
    silent = [place(path) for path, tree in modules().items() if not ast.get_docstring(tree)]
    assert not silent, "give each of these modules a docstring: one sentence of purpose"


def test_what_core_offers_is_documented() -> None:
    silent = [
        f"{place(path, node.lineno)} {node.name}"
        for path, tree in modules(PACKAGE / "core").items()
        for node in tree.body
        if isinstance(node, Function | ast.ClassDef)
        and not node.name.startswith("_")
        and not any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)
        and not ast.get_docstring(node)
    ]
    assert not silent, "say what comes in (columns, units), what comes out, which errors"


def test_a_name_says_what_is_inside() -> None:
    names = {path: {path.stem, *path.relative_to(PACKAGE).parts[:-1]} for path in modules()}
    assert not [place(path) for path, parts in names.items() if parts & EMPTY_NAMES]


def test_core_uses_nothing_of_the_outside_world() -> None:
    allowed = (CORE_LIBRARIES | sys.stdlib_module_names) - OUTSIDE_WORLD
    foreign = [
        f"{place(path, line)} {name}"
        for path, tree in modules(PACKAGE / "core").items()
        for name, line in imported_names(tree)
        if name.split(".")[0] not in allowed
        and not name.startswith("avenant.core")
        and name not in PURE_PARTS
    ]
    assert not foreign, "core is pure: pass the value in as an argument"


@pytest.mark.parametrize("layer", ["core", "store", "gateways", "flows"])
def test_only_commands_read_the_clock(layer: str) -> None:
    readings = [
        place(path, node.lineno)
        for path, tree in modules(PACKAGE / layer).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (name_of(node.value), node.attr) in CLOCKS
    ]
    assert not readings, "take the business date or instant as an argument (durations: time.perf_counter)"


def name_of(node: ast.expr) -> str:
    """`date` for both `date.today` and `datetime.date.today`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize(
    ("pattern", "suffixes", "remedy"),
    [
        pytest.param(UNFINISHED, {".py", ".yaml", ".toml"}, "finish it or delete it", id="unfinished mark"),
        pytest.param(
            INDEX_ADDRESS, None, "name packages, not where they are fetched from", id="index address"
        ),
        pytest.param(MACHINE_PATH, None, "no path of one machine", id="machine path"),
    ],
)
def test_nothing_is_written_that_does_not_belong(
    pattern: re.Pattern[str], suffixes: set[str] | None, remedy: str
) -> None:
    found = [
        f"{place(path, number)} {line.strip()[:80]}"
        for path in written_files()
        if path.suffix in (suffixes or {path.suffix}) and path != Path(__file__)
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if pattern.search(line)
    ]
    assert not found, remedy
