"""docgen: deal records drive numbered papers; the signed scans that come back file themselves."""

from __future__ import annotations

__version__ = "0.1.0"
