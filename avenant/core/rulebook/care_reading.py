"""Reading one topic of care: what acts there are, what they are worth for the Sécu, which parameters matter.

A topic is whatever a person wants to see on one page: consultations, dental care, hospital stays.
"""

from avenant.core.rulebook.contents import Contents
from avenant.core.rulebook.nodes import Node
from avenant.core.rulebook.shared_reading import read_parameter
from avenant.core.rulebook.tariff_reading import key_of, read_acts, read_families, read_tariffs
from avenant.core.rulebook.values import code, text

TOPIC_KEYS = ("care", "label", "note", "source", "families", "acts", "tariffs", "parameters")


def read_topic(name: str, node: Node, contents: Contents, require_sources: bool) -> None:
    """Add the topic of care at ``node`` to ``contents``; its name means nothing but to those who read it."""
    if not node.only(TOPIC_KEYS):
        return
    source = node.read_key("source", text, "")
    families, acts, tariffs = node.get("families"), node.get("acts"), node.get("tariffs")
    if families:
        read_families(families, contents)
    if acts:
        read_acts(acts, contents, source, require_sources)
    if tariffs:
        read_tariffs(tariffs, contents, source, require_sources)
    parameters = node.get("parameters")
    for key, place in parameters.items("write parameters: then each under its name") if parameters else ():
        parameter = key_of(key, place).read(code)
        if parameter:
            read_parameter(parameter, place, contents, require_sources)
