"""Verification by several processes: each takes a folder, reads and hashes it, and says what it found.

The first second is worked off alone: a small archive never waits for a process to start. Helpers are started anew, not
forked, and end when the pipe to them closes; what a helper does not bring back, because it died or met something nobody
foresaw, is looked at again here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing.connection import Connection, Pipe, wait
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")

ALONE_SECONDS = 1.0
"""How long the work goes on in this process alone before helpers are called."""
MOST = 2
"""Helpers at most: more would make a single disk's head wander."""
_AHEAD = 500
"""How many answers may wait for an earlier one that takes long."""


@dataclass(slots=True)
class _Hand(Generic[Asked]):
    """A helper, the pipe to it, whether it has said that it is there, and what it is at: number and question."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    is_there: bool = False
    number: int = -1
    asked: Asked | None = None

    def is_free(self) -> bool:
        """Tell whether it waits for a question."""
        if not self.is_there and not self.pipe.closed and self.pipe.poll():
            try:
                self.is_there = bool(self.pipe.recv())
            except (EOFError, OSError):
                self.pipe.close()
        return self.is_there and self.asked is None and not self.pipe.closed


def in_order(make: Callable[[], Callable[[Asked], Told]], asks: Iterator[Asked]) -> Generator[Told]:
    """Yield the answer to each question in the order of the questions.

    Args:
        make: makes what answers a question; it must be picklable, for every helper makes its own.
        asks: the questions, picklable as the answers are.
    """
    answer, began = make(), time.monotonic()
    for asked in asks:
        yield answer(asked)
        if time.monotonic() - began > ALONE_SECONDS and _cores() > 1:
            break
    numbered = enumerate(asks)
    first = next(numbered, None)
    if first is None:
        return
    hands = [_hire(make) for _ in range(MOST)]
    try:
        yield from _shared(hands, chain([first], numbered), answer)
    finally:
        for hand in hands:
            hand.pipe.close()
            hand.process.terminate()  # it only reads
        for hand in hands:
            hand.process.wait()


def _shared(
    hands: list[_Hand[Asked]], asks: Iterator[tuple[int, Asked]], answer: Callable[[Asked], Told]
) -> Iterator[Told]:
    """Hand questions out one at a time, so that neither side ever writes while the other does.

    What a helper could not answer is asked here when its turn has come, not before: it may raise.
    """
    told: dict[int, Callable[[], Told]] = {}
    wanted = 0
    while True:
        for hand in [hand for hand in hands if hand.is_free()]:
            if len(told) < _AHEAD and (ask := next(asks, None)) is not None and not _give(hand, *ask):
                told[ask[0]] = partial(answer, ask[1])
        busy = [hand for hand in hands if hand.asked is not None]
        if busy:
            ready = wait([hand.pipe for hand in busy])
            told |= {hand.number: _take(hand, answer) for hand in busy if hand.pipe in ready}
        elif (ask := next(asks, None)) is not None:  # no helper is there yet, or none is left
            told[ask[0]] = partial(answer, ask[1])
        elif not told:
            return
        while wanted in told:
            yield told.pop(wanted)()
            wanted += 1


def _hire(make: Callable[[], Callable[[Asked], Told]]) -> _Hand[Asked]:
    """Start a helper that imports no more than it needs: half a second, where the whole program takes several."""
    ours, theirs = Pipe()
    words = [sys.executable, "-P", "-m", __name__, str(theirs.fileno())]  # -P: nothing of the folder one is in
    process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    with suppress(OSError):  # it died at once; `is_free` says so
        ours.send(make)
    return _Hand(process, ours)


def _give(hand: _Hand[Asked], number: int, asked: Asked) -> bool:
    """Give a helper its next question; tell whether it is there to take it."""
    try:
        hand.pipe.send(asked)
    except OSError:
        hand.pipe.close()
        return False
    hand.number, hand.asked = number, asked
    return True


def _take(hand: _Hand[Asked], answer: Callable[[Asked], Told]) -> Callable[[], Told]:
    """Return what gives a helper's answer, or one's own where it has none."""
    asked, hand.asked = hand.asked, None
    if asked is None:
        raise RuntimeError("a helper that was asked nothing has nothing to tell")
    try:
        is_told, told = hand.pipe.recv()
    except (EOFError, OSError):
        hand.pipe.close()
        return partial(answer, asked)
    return (lambda: told) if is_told else partial(answer, asked)


def _work(pipe: Connection) -> None:
    """Answer until the pipe closes; a Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        answer = pipe.recv()()
        pipe.send(True)  # here I am
        while True:
            asked = pipe.recv()
            try:
                told = (True, answer(asked))
            except Exception:  # noqa: BLE001  # whatever it is: it is met again, and told, where the question came from
                told = (False, None)
            pipe.send(told)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    _work(Connection(int(sys.argv[1])))
