"""What a check of the rulebook reports: the place, what was seen there, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to look at. ``severity`` is ``error`` (the rulebook is refused) or ``warning``.

    ``line`` counts from 1; 0 means that the place in the file is not known.
    """

    file: str
    line: int
    message: str
    remedy: str
    severity: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.severity}: {self.message}\n    {self.remedy}"


class RulebookRefused(ValueError):
    """A rulebook that cannot be used; ``findings`` holds every error, in the order of file and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those of ``findings`` that refuse the rulebook."""
    return [finding for finding in findings if finding.severity == "error"]
