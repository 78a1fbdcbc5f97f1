"""Flows: one file per thing the system does. Load, compute in core, save."""
