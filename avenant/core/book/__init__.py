"""The book: what is booked, compared with what should be, cancelled and restated, settled."""
