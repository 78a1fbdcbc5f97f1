"""The rulebook: plans, price tables and dated parameters, read, checked and compiled to frames."""
