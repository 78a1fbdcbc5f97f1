"""How we speak to people: languages, figures, and what every paper we send has in common."""
