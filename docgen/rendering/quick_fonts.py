"""Fonts cut down once for the same characters: a letter's headings and amounts use the ones the last letter did."""

from __future__ import annotations

from typing import Any

from docgen.rendering.quick import SUBSETS_KEPT, keep, memory, put


def install() -> None:
    """Put our way of cutting a font down in the place of WeasyPrint's."""
    from weasyprint.pdf.fonts import Font  # noqa: PLC0415  # slow to import

    put(Font, "_harfbuzz_subset", _subsetting)


def _subsetting(theirs: Any) -> Any:  # noqa: ANN401  # the engine's method
    def _harfbuzz_subset(self: Any, to_unicode: Any, hinting: Any) -> None:  # noqa: ANN401  # as above
        remembered = memory()
        if remembered is None:
            theirs(self, to_unicode, hinting)
            return
        key = (self.name, self.index, tuple(sorted(to_unicode)), bool(hinting), bool(self.missing))
        found = remembered.subsets.get(key)
        if found is None:
            theirs(self, to_unicode, hinting)
            keep(remembered.subsets, key, self.file_content, SUBSETS_KEPT)
        else:
            self.file_content = found

    return _harfbuzz_subset
