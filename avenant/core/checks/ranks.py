"""How grave a broken promise is, and who sees to it: each check says both beside its sentence.

versions, critical, engineering: rows were changed around the guards: look today
unsettled-age, attention, operations: an invoice run is late: nothing that is booked is wrong
"""

from typing import Final

CRITICAL: Final = "critical"
"""The books may be wrong, or somebody went around their guards: look today."""
HIGH: Final = "high"
"""The amount of somebody may be wrong or late: look within days."""
ATTENTION: Final = "attention"
"""Nothing that is booked is wrong; something is late or unusual: a person should know."""
SEVERITIES: Final = (CRITICAL, HIGH, ATTENTION)

ENGINEERING: Final = "engineering"
OPERATIONS: Final = "operations"
CLAIMS: Final = "claims"
OWNERS: Final = (ENGINEERING, OPERATIONS, CLAIMS)
