"""Why an amount changed: the facts, rulebook lines or code that made it so, found by computing it again without them.

Example: "€38.20 → €0.00: because the enrolment of Tom ended on 28 February 2026 (entered on 3 May 2026 by
operations)."
"""
