"""The database: tables and their guards, revisions, readers that answer as of a revision, and writers."""
