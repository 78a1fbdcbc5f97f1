"""The rulebook of a re-run as a case holds it: the plans, levels and acts that its facts name, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence

from avenant.core.claims.adjudication.care_path import CONSULTATIONS
from avenant.flows.reruns.case_words import Told
from avenant.flows.reruns.scene import Scene
from avenant.store.readers.rulebooks import rulebook_content


def content_needed(scene: Scene, scenes: Sequence[Scene] = ()) -> str:
    """The rulebook of ``scene`` as JSON, as versions are stored: what its facts, or those of ``scenes``, name."""
    content = rulebook_content(scene.rulebook.rulebook)
    care = content["care"]
    assert isinstance(care, dict)
    facts = scenes or [scene]
    plans = {each for one in facts for each in one.facts.enrolments.select("plan", "level").iter_rows()}
    acts = {each for one in facts for each in one.care.lines["act_code"].drop_nulls()}
    acts |= set(CONSULTATIONS)  # the cap of what is due outside the care path follows their base
    told = {name: _of_plans(rows, plans) for name, rows in content.items() if name != "care"}
    kept = {name: _of_acts(_of_plans(rows, plans), acts) for name, rows in care.items()}
    return json.dumps({**told, "labels": [], "care": kept}, separators=(",", ":"))


def _of_plans(rows: object, plans: set[tuple[str, str]]) -> list[Told]:
    """Rows of no plan; of a plan that the facts name; of a level of it, where a row has one."""
    assert isinstance(rows, list)
    named = {plan for plan, _ in plans}
    theirs = [row for row in rows if "plan" not in row or row["plan"] in named]
    return [row for row in theirs if "level" not in row or (row["plan"], row["level"]) in plans]


def _of_acts(rows: list[Told], acts: set[str]) -> list[Told]:
    return [row for row in rows if "act_code" not in row or row["act_code"] in acts]
