"""A web worker stays on one processor, and what it starts does not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from avenant.desk.one_processor import least_taken, processors

TOLD = """
import json, os, subprocess, sys, threading
from avenant.desk.one_processor import processors, stay_on, staying
everywhere = processors()
chosen = max(everywhere)
stay_on(chosen)
answer = staying(lambda environ, start: look("request") or [])
told = {"chosen": chosen, "everywhere": sorted(everywhere)}
def look(name):
    told[name] = sorted(processors())
thread = threading.Thread(target=look, args=["thread"])
thread.start(); thread.join()
seen = subprocess.run([sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"],
                      capture_output=True, text=True, check=True)
told["program"] = json.loads(seen.stdout)
look("afterwards")
answer({}, None)
print(json.dumps(told))
"""

pytestmark = pytest.mark.skipif(not processors(), reason="this system does not say where threads run")


def test_threads_stay_and_programs_run_anywhere() -> None:
    seen = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True)
    told = json.loads(seen.stdout)
    assert told["thread"] == [told["chosen"]]
    assert told["program"] == told["everywhere"]
    assert told["afterwards"] == told["everywhere"]
    assert told["request"] == [told["chosen"]]


@pytest.mark.parametrize(
    ("free", "taken", "found"),
    [({2, 3}, [], 2), ({2, 3}, [2], 3), ({2, 3}, [2, 3, 3], 2), ({5}, [5, 5], 5), (set(), [], None)],
)
def test_workers_share_out_the_processors(free: set[int], taken: list[int], found: int | None) -> None:
    assert least_taken(free, taken) == found
