"""Writers: frames into append-only tables, under an open change."""
