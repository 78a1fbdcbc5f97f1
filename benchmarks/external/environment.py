"""Build the virtual environment of a comparator once, and run its script there.

    python -m benchmarks.external.environment            # builds both
    python -m benchmarks.external.environment silver     # builds one

A comparator is a folder beside this file with ``requirements.txt`` (every version pinned) and a script that
prints one JSON object as its last line. Environments live under ``build/external`` of the checkout, or where
``AVENANT_EXTERNAL`` says; a changed ``requirements.txt`` rebuilds them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMPARATORS = ("openfisca", "silver")


class ComparatorFailed(Exception):
    """A comparator could not be installed or did not finish; the text says which command failed and why."""


def cache_folder() -> Path:
    """Where the environments are kept; safe to delete."""
    chosen = os.environ.get("AVENANT_EXTERNAL")
    return Path(chosen) if chosen else HERE.parent.parent / "build" / "external"


def environment(comparator: str, cache: Path | None = None) -> Path:
    """The Python of a comparator's environment, built on first use.

    Errors: ``ComparatorFailed`` when pip cannot install the pinned versions.
    """
    requirements = HERE / comparator / "requirements.txt"
    folder = (cache or cache_folder()) / comparator
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    finished([sys.executable, "-m", "venv", str(folder)])
    finished([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)])
    stamp.write_text(wanted)
    return python


def run_script(
    comparator: str, script: str, arguments: list[str], cache: Path | None = None
) -> dict[str, Any]:
    """Run ``script`` of a comparator in its environment; the JSON object it printed last.

    Errors: ``ComparatorFailed`` with the end of its output when it exits with an error.
    """
    python = environment(comparator, cache)
    output = finished([str(python), str(HERE / comparator / script), *arguments])
    answer: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return answer


def finished(command: list[str]) -> str:
    """The output of a command that succeeded."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ComparatorFailed(
            f"{' '.join(command)} exited with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
        )
    return done.stdout


def main() -> None:
    """Command line: build the environments of the comparators named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "comparators", nargs="*", choices=[*COMPARATORS, []], help="which; all when none is named"
    )
    for comparator in parser.parse_args().comparators or COMPARATORS:
        print(f"{comparator}: {environment(comparator)}")


if __name__ == "__main__":
    main()
