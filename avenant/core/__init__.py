"""The rules themselves: pure functions from frames to frames, without clock, database or files."""
