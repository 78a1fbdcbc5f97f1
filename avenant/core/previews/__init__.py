"""A preview of the whole book told to people: as text, as a page of its own, in words of both languages."""
