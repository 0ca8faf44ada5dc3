"""Settings for tools that need Django set up without a workspace: type checking and `makemigrations`."""

from __future__ import annotations

SECRET_KEY = "only-for-static-analysis"  # noqa: S105  # never used by a running docgen
INSTALLED_APPS = ["docgen.store"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
