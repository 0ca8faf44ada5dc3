"""WeasyPrint made to work out once what is the same in every letter: the switch, and what is remembered.

A worker lays out hundreds of letters of one kind. Lines of text that stood in the last letter as well are neither
measured nor shaped again, fonts are described and cut down once for the same characters, boxes whose sizes are plain
numbers get them without asking three thousand times. The pages come out the same, byte for byte: every shortcut gives
what the engine's own way would give, and goes that way wherever it is not sure.

Like `styles.py` these modules (`quick_text.py`, `quick_fonts.py`, `quick_boxes.py`, `quick_flow.py`,
`quick_spelling.py`) reach into WeasyPrint's inside, so they work for the versions that was proved with and are left out
for others. Outside `quickened` the engine is itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

PROVED_WITH = frozenset(("70.0",))
"""WeasyPrint versions whose inside is as expected here; tests/rendering/test_quick.py proves each."""
LINES_KEPT = 4000
"""Lines of text remembered for one set of fonts; a letter has some seventy."""
SUBSETS_KEPT = 24
MEMORIES_KEPT = 2
"""Sets of fonts a thread remembers lines of; an office has one, and lines shaped by the engine take much room."""
_MARK = "is_docgen"

_T = TypeVar("_T")


class Memory:
    """What is remembered for one set of registered fonts; it must not outlive them, for it points into them."""

    def __init__(self) -> None:
        self.measured: dict[Any, Any] = {}
        self.drawn: dict[Any, Any] = {}
        self.fonts: dict[Any, Any] = {}
        self.advances: dict[Any, dict[int, int]] = {}
        self.subsets: dict[Any, bytes] = {}
        self.faces: dict[Any, Any] = {}

    def forget(self) -> None:
        """Let go of everything."""
        for each in (self.measured, self.drawn, self.fonts, self.advances, self.subsets, self.faces):
            each.clear()


class _Now(threading.local):
    memory: Memory | None = None

    def __init__(self) -> None:
        self.recent: list[Memory] = []

    def use(self, remembered: Memory) -> None:
        """Make this the memory asked for, and the newest; those used longest ago are emptied."""
        self.memory = remembered
        self.recent = [*(each for each in self.recent if each is not remembered), remembered]
        while len(self.recent) > MEMORIES_KEPT:
            self.recent.pop(0).forget()


_now = _Now()


def memory() -> Memory | None:
    """Return what this thread remembers at this moment; None means: go the engine's own way."""
    return _now.memory


@contextmanager
def quickened(remembered: Memory | None) -> Iterator[None]:
    """Lay out and write with what is remembered inside the block; with None, the engine's own way."""
    if remembered is None or not is_proved():
        yield
        return
    _install()
    _now.use(remembered)
    try:
        yield
    finally:
        _now.memory = None


def is_proved() -> bool:
    """Tell whether the engine is a version whose inside is known."""
    import weasyprint  # noqa: PLC0415  # slow to import, and absent where pango is

    return weasyprint.__version__ in PROVED_WITH


def keep(store: dict[Any, _T], key: object, thing: _T, most: int) -> _T:
    """Remember a thing; when there are too many, begin again."""
    if len(store) >= most:
        store.clear()
    store[key] = thing
    return thing


def put(module: Any, name: str, make: Callable[[Any], Any]) -> None:  # noqa: ANN401  # the engine's modules
    """Put ours in the place of the engine's function, once; `make` is given theirs."""
    theirs = getattr(module, name)
    if not hasattr(theirs, _MARK):
        ours = make(theirs)
        setattr(ours, _MARK, theirs)
        setattr(module, name, ours)


def _install() -> None:
    from docgen.rendering import (  # noqa: PLC0415  # they import the engine
        quick_boxes,
        quick_flow,
        quick_fonts,
        quick_spelling,
        quick_text,
    )

    quick_text.install()
    quick_fonts.install()
    quick_boxes.install()
    quick_flow.install()
    quick_spelling.install()
