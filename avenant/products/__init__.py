"""The plans that come with the program, as files: illustrative prices, sourced parameters."""
