"""Generated care: what happens to a portfolio's members, and all that is told about it, from a seed."""

from avenant.core.generating.care.bulk import bulk_care, covered_members
from avenant.core.generating.care.impossible import impossible_care
from avenant.core.generating.care.mix import LIVELY_CARE, SMOOTH_CARE, CareMix
from avenant.core.generating.care.telling import with_care

__all__ = [
    "LIVELY_CARE",
    "SMOOTH_CARE",
    "CareMix",
    "bulk_care",
    "covered_members",
    "impossible_care",
    "with_care",
]
