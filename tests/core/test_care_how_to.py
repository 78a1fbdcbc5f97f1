"""The plan in the how-to is right, and pays what its text says."""

import re
from pathlib import Path

from avenant.core.rulebook.checking import check_rulebook
from avenant.core.rulebook.loading import read_rulebook
from avenant.gateways.marked_yaml import parsed
from avenant.gateways.rulebook_files import documents_in, shipped_folder

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "guarantees.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_plan_of_the_how_to_has_no_findings() -> None:
    documents = [parsed(BLOCKS[0], "city.yaml"), *documents_in(shipped_folder())]
    assert check_rulebook(documents) == []
    care = read_rulebook(documents).care
    assert set(care.guarantees.filter(care.guarantees["plan"] == "city")["level"]) == {"basic", "plus"}
