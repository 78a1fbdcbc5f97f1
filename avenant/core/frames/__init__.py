"""Column contracts: one schema for each table that crosses a border."""
