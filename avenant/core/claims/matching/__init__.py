"""Matching: any number of messages about care, in any order, become acts.

The Sécu's return of a visit and the member's bill for it are one act, whichever came first and however often; the
bill of another doctor on the same day is another. What cannot be decided waits for a person, with its candidates.
"""

from avenant.core.claims.matching.whole import matched

__all__ = ["matched"]
