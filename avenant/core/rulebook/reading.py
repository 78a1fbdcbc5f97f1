"""Reading the documents of a rulebook: plan files, parameter files, curve files, or all in one document.

A document is one plan (``plan: fr-individual`` and its keys), one parameter (``parameter: pmss``), one curve
(``curve: us-default``), one topic of care (``care: dental``), or a collection with ``plans:``, ``parameters:``,
``curves:`` and ``topics:`` (of care).
"""

from collections.abc import Callable, Iterator, Sequence

from avenant.core.rulebook.care_reading import read_topic
from avenant.core.rulebook.contents import Contents
from avenant.core.rulebook.findings import Finding
from avenant.core.rulebook.nodes import Document, Node
from avenant.core.rulebook.plan_reading import read_plan
from avenant.core.rulebook.shared_reading import read_curve, read_parameter
from avenant.core.rulebook.values import code

COLLECTIONS = {"plan": "plans", "parameter": "parameters", "curve": "curves", "care": "topics"}
Reader = Callable[[str, Node, Contents, bool], None]


def contents_of(
    documents: Sequence[Document], require_sources: bool = True
) -> tuple[Contents, list[Finding]]:
    """What ``documents`` say and what could not be read in them, whatever their order."""
    contents = Contents()
    findings: list[Finding] = []
    roots = [Node(document, (), document.content, findings) for document in documents]
    readable = [root for root in roots if _is_readable(root)]
    readers: tuple[tuple[str, Reader], ...] = (
        ("parameter", read_parameter),
        ("curve", read_curve),
        ("care", read_topic),
        ("plan", read_plan),
    )
    for kind, reader in readers:
        for root in readable:
            for name, place in _entries(root, kind):
                reader(name, place, contents, require_sources)
    return contents, findings


def _is_readable(root: Node) -> bool:
    if isinstance(root.value, dict) and any(kind in root.value for kind in COLLECTIONS):
        return True
    return root.only(tuple(COLLECTIONS.values()))


def _entries(root: Node, kind: str) -> Iterator[tuple[str, Node]]:
    """(name, place) of each plan, parameter, curve or topic of care in one document."""
    alone = root.get(kind)
    if alone:
        yield from _named(alone, root)
    if any(word in COLLECTIONS and root.get(word) for word in COLLECTIONS):
        return
    collection = root.get(COLLECTIONS[kind])
    if collection is None:
        return
    if isinstance(collection.value, list):
        for place in collection.elements(""):
            name = place.need(kind, f"write its name, such as {kind}: example")
            if name:
                yield from _named(name, place)
        return
    for key, place in collection.items(f"write {COLLECTIONS[kind]}: then each {kind} under its name"):
        yield from _named(Node(place.document, place.path, key, place.findings), place)


def _named(name: Node, place: Node) -> Iterator[tuple[str, Node]]:
    found = name.read(code)
    if found:
        yield found, place
