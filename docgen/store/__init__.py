"""The database: a projection of the archive's logs plus what is database-only by choice."""
