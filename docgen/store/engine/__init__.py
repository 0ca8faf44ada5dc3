"""Django's SQLite engine, except that a disk's refusal is told in docgen's words."""
