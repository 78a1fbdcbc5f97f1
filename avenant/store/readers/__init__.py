"""Readers: business data as frames, as known now or as of a revision."""
