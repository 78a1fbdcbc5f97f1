"""Claims: from messages about care to what we pay for each act, and why."""
