"""Invoice documents, the pure part: which lines an invoice shows, and the sentence behind each amount."""
