"""A re-run as a case: its inputs told anew under other numbers, what is stored expected, so that it passes or fails
in the test suite as the re-run did.

    case = case_of(Scene(connection, question))
    text = case_text(case)                                    gateways.case_writing

Numbers of people, contracts, documents and providers are replaced; names are not read and free text is dropped. Days,
amounts and acts stay, since the rules depend on them: what comes out is pseudonymised health data all the same.
"""

from __future__ import annotations

from typing import Final

from avenant.flows.reruns.case_expected import expected_care, expected_premiums_told
from avenant.flows.reruns.case_rulebook import content_needed
from avenant.flows.reruns.case_settled import settled_case
from avenant.flows.reruns.case_told import learnt
from avenant.flows.reruns.case_words import NoCase as NoCase
from avenant.flows.reruns.case_words import Numbers, Told
from avenant.flows.reruns.scene import Scene

SUBJECTS: Final = ("member", "family", "contract", "act", "invoice", "payout")
SETTLED: Final = ("invoice", "payout")
SAID_EMPTY: Final = ("parked", "waiting")
"""What a case may expect to be empty; of a family that is parked there are no rows and no decisions to expect."""
WARNING: Final = (
    "Pseudonymised health data of real people: numbers are replaced and free text is dropped, but days, amounts and "
    "acts are theirs. Keep it where such data may be kept, and delete it when it is no longer needed."
)


def case_of(scene: Scene) -> Told:
    """The case as a tree that a case file holds. Errors: NoCase: a document, or a paper that no facts lead to."""
    kind = scene.question.subject.kind
    if kind not in SUBJECTS:
        raise NoCase(
            f"a case tells facts and decisions, and a {kind} alone decides nothing: run its member or its act"
        )
    plans, steps = settled_case(scene) if kind in SETTLED else _decided(scene)
    return {
        "case": f"{kind.capitalize()} issued again" if kind in SETTLED else "A decision run again",
        "chapter": "re-runs",
        "about": WARNING,
        "book": {"opens": f"{scene.settings.opens:%Y-%m}"},
        "plans": plans,
        "steps": steps,
    }


def _decided(scene: Scene) -> tuple[list[Told], list[Told]]:
    """The plans, and one step: everything learnt, one nightly run, what is stored expected."""
    point, numbers = scene.question.point, Numbers()
    learn, lines = learnt(scene, numbers)
    received = [document["received"] for document in learn["documents"]]
    expect = {**expected_premiums_told(scene, numbers), **expected_care(scene, numbers, lines)}
    step = {
        "on": max([point.business_date, *received]),
        "learn": {table: rows for table, rows in learn.items() if rows},
        "run": {"nightly": {"business_date": point.business_date}},
        "expect": {key: told for key, told in expect.items() if told or key in SAID_EMPTY},
    }
    return [{"rulebook": point.rulebook_version, "frames": content_needed(scene)}], [step]
