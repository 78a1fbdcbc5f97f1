"""Coverage and billing as people look at them: periods of cover, premiums per month, and why each amount is so.

Example: "Age 34 in 2026 (born 1992), level Confort, 12 of 30 days, from 19 to 30 June 2026: 12/30 × €54.60 = €21.84."
"""
