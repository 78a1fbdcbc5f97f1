"""Measurements: the slow reference, and the same work done by other people's programs."""
