"""Django's settings for the store: SQLite that survives a power cut (WAL, FULL), one writer at a time.

The database file is named when a workspace is opened (`docgen.store.database.connect`); until then a database in memory
stands in, so that type checking and `makemigrations` need no workspace.
"""

from __future__ import annotations

SECRET_KEY = "the-store-signs-nothing"  # noqa: S105  # Django wants one; nothing here uses it
INSTALLED_APPS = ["docgen.store"]
DATABASES = {
    "default": {
        "ENGINE": "docgen.store.engine",
        "NAME": ":memory:",
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
