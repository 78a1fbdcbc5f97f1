"""Premium rules: from facts and rulebook to the premium each member owes for each month.

Anna (born 1992) is covered from 19 June 2026 at 54.60 € a month: June owes 12/30 of it, 21.84 €.
"""

from avenant.core.premiums.expected import expected_premiums
from avenant.core.premiums.model import Expected, Facts, Terms

__all__ = ["Expected", "Facts", "Terms", "expected_premiums"]
