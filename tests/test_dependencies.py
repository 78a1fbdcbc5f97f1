"""The lock files: all that the program declares is pinned, with hashes, and no address is written."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [*DECLARED["project"]["dependencies"], *DECLARED["dependency-groups"]["build"]]
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==[^ ]+(?: ;[^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def normalised(requirement: str) -> str:
    """`ruamel.yaml>=0.19` -> `ruamel-yaml`, the way lock files spell a name."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~; ]", requirement)[0]).lower()


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("requirements.lock", RUNTIME),
        ("requirements-dev.lock", [*RUNTIME, *DECLARED["dependency-groups"]["dev"]]),
    ],
)
def test_every_dependency_is_pinned_with_hashes(lock: str, declared: list[str]) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = {match["name"] for line in lines if (match := PIN.match(line))}
    assert {normalised(requirement) for requirement in declared} <= pins, "run `make lock`"
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    runtime, development = (
        set((ROOT / lock).read_text(encoding="utf-8").splitlines())
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert {line.rstrip(" \\") for line in runtime} <= {line.rstrip(" \\") for line in development}
