"""avenant: the open-source core of a health insurer."""

__version__ = "0.1.0"
