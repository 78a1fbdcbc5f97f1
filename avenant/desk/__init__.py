"""The desk: one back office for care, operations and engineering."""
