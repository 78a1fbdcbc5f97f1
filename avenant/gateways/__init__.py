"""The outside world: database servers, files and formats. Imports nothing of the flows or the pages."""
