"""Finding somebody or something by what a person types: names folded and compared, numbers recognised."""
