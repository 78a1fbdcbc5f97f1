"""Other people's programs doing our work, each in its own environment, for the ratios of the bench."""
