"""Migrations of the desk's own tables."""
