"""Rows told by somebody, judged: which can be right and which cannot, and why, before anything is written."""
