"""The sentences users read, one TOML file per chapter, keyed by code."""
