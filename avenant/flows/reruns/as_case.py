"""A re-run as a case: its inputs told anew under other numbers, what is stored expected, so that it passes or fails
in the test suite as the re-run did.

    case = case_of(Scene(connection, question))
    text = case_text(case)                                    gateways.case_writing

Numbers of people, contracts, documents and providers are replaced; names are not read and free text is dropped. Days,
amounts and acts stay, since the rules depend on them: what comes out is pseudonymised health data all the same.
"""

from __future__ import annotations

import json
from typing import Final

from avenant.flows.reruns.case_expected import expected_care, expected_premiums_told
from avenant.flows.reruns.case_told import learnt
from avenant.flows.reruns.case_words import Numbers, Told
from avenant.flows.reruns.scene import Scene
from avenant.store.readers.rulebooks import rulebook_content

SUBJECTS: Final = ("member", "family", "contract", "act")
WARNING: Final = (
    "Pseudonymised health data of real people: numbers are replaced and free text is dropped, but days, amounts and "
    "acts are theirs. Keep it where such data may be kept, and delete it when it is no longer needed."
)


class NoCase(ValueError):
    """This re-run cannot be told as a case."""


def case_of(scene: Scene) -> Told:
    """The case as a tree that a case file holds. Errors: NoCase for an invoice, a payout or a document."""
    subject, point = scene.question.subject, scene.question.point
    if subject.kind not in SUBJECTS:
        raise NoCase(
            f"a case tells facts and decisions; run a member, a contract or an act of this {subject.kind}"
        )
    numbers = Numbers()
    learn, lines = learnt(scene, numbers)
    received = [document["received"] for document in learn["documents"]]
    expect = {**expected_premiums_told(scene, numbers), **expected_care(scene, numbers, lines)}
    step = {
        "on": max([point.business_date, *received]),
        "learn": {table: rows for table, rows in learn.items() if rows},
        "run": {"nightly": {"business_date": point.business_date}},
        "expect": expect,
    }
    return {
        "case": "A decision run again",
        "chapter": "re-runs",
        "about": WARNING,
        "book": {"opens": f"{scene.settings.opens:%Y-%m}"},
        "plans": [{"rulebook": point.rulebook_version, "frames": content_needed(scene)}],
        "steps": [step],
    }


def content_needed(scene: Scene) -> str:
    """The rulebook of the run as JSON, as versions are stored: the plans and acts that the facts name alone."""
    content = rulebook_content(scene.rulebook.rulebook)
    care = content["care"]
    assert isinstance(care, dict)
    plans = set(scene.facts.enrolments.select("plan", "level").iter_rows())
    acts = set(scene.care.lines["act_code"].drop_nulls())
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
