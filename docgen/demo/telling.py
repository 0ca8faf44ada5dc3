"""How the demo tells its story: one line for each step, what came of it, where it lies, how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from docgen.findings import sentence


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story: what was done, what came of it, where it lies, how long it took (seconds)."""

    what: str
    result: str
    where: str
    seconds: float
    is_good: bool = True


@dataclass
class Outcome:
    """What a step's block says of itself."""

    results: list[str] = field(default_factory=list)
    where: str = ""
    is_good: bool = True

    def say(self, text: str) -> None:
        """Add a line to the step's result."""
        self.results.append(text)


@dataclass
class Story:
    """The demo as it runs: `tell` is called after each step."""

    root: Path
    tell: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, code: str) -> Iterator[Outcome]:
        """Time one step; the block says what came of it."""
        outcome, began = Outcome(), time.monotonic()
        yield outcome
        done = Step(
            sentence(code), "\n".join(outcome.results), outcome.where, time.monotonic() - began, outcome.is_good
        )
        self.steps.append(done)
        self.tell(done)
