"""From documents to a rulebook, or to a refusal that lists everything that is wrong."""

from collections.abc import Sequence

from avenant.core.rulebook.checking import findings_between
from avenant.core.rulebook.compiling import rulebook_of
from avenant.core.rulebook.findings import RulebookRefused, errors_of
from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.nodes import Document
from avenant.core.rulebook.reading import contents_of


def read_rulebook(documents: Sequence[Document], require_sources: bool = True) -> Rulebook:
    """The rulebook that ``documents`` describe together; warnings do not refuse it.

    Errors: ``RulebookRefused`` with every error, each with file, line, what was seen and what to do.
    """
    contents, findings = contents_of(documents, require_sources)
    errors = errors_of([*findings, *findings_between(contents, require_sources)])
    if errors:
        raise RulebookRefused(set(errors))
    return rulebook_of(contents)


def read_inline(content: object, file: str = "inline", first_line: int = 0) -> Rulebook:
    """The rulebook in a parsed collection (``plans:``, ``parameters:``, ``curves:``), sources optional.

    Errors: ``RulebookRefused``.
    """
    return read_rulebook([Document(file, content, first_line=first_line)], require_sources=False)
