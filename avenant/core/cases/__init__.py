"""Case files: one case as data, what was expected of it, and the words in which a difference is told."""
