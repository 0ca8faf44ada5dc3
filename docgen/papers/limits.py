"""How large a paper may be before nobody believes it is one."""

from __future__ import annotations

from docgen.contained.limits import Limits

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_PAGES = 500
"""A 合同 with all its annexes rarely reaches 200 pages."""

MAX_PIXELS = 100_000_000
"""A page of A3 at 600 dpi has 70 million."""

READING_PIXELS = 25_000_000
"""A page drawn for reading codes: A2 at 200 dpi has 15 million; larger drawings are looked at more coarsely."""

READING = Limits(seconds=180, memory_mb=3072, output_mb=64, file_mb=1)
"""The allowance for reading one scan: 500 pages at a third of a second."""
