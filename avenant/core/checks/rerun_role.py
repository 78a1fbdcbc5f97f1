"""Promise 9: a re-run writes nothing, sends nothing, and cannot.

What runs in the sandbox of re-runs reaches the database as one role alone; this check asks the database's catalogue
whether that role may do anything but read.

    table premium: the role of re-runs may INSERT; revoke it
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import Finding, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "rerun-role"
SENTENCE: Final = "A re-run can write nothing: in the database its role may read, and nothing else."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING


def findings(powers: pl.DataFrame) -> list[Finding]:
    """What the role holds beyond reading: kind (table, the database …), name, power (such as INSERT)."""
    return listed(
        NAME,
        powers,
        lambda row: f"the role of re-runs may {row['power']}; revoke it",
        lambda row: f"{row['kind']} {row['name']}".strip(),
    )
