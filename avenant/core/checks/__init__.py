"""Checks: one file per promise of the books. A check takes frames, returns findings and never raises.

versions   contract C-1, member M-1, June 2026, slot 4, version 2: cancels -54.60, but version 1 charged 45.60
"""
