"""Adjudication: from acts of care to decisions, in named steps, one file each."""
