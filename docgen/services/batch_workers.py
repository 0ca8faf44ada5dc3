"""Worker processes of a batch: each opens its own office; contracts' locks keep them apart.

Workers are started anew, not forked, and end when the pipe to their parent closes: nobody outlives a killed batch for
longer than one item. The collector of garbage would otherwise take half the time: what a warm worker holds is frozen,
and a collection follows every so many papers. What is remembered between papers is bounded (`python bench/letters.py`
prints the largest worker); after two thousand a worker is replaced all the same. Templates, style sheets and fonts stay
prepared between papers (docgen/rendering/kept.py, warm.py). Workers that die one after another, no paper between, end
the batch as if it had been stopped: what is left is not tried ten thousand times, it waits for `docgen batch --resume`.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from docgen.findings import error
from docgen.services import logging as log
from docgen.services.batch_item import BatchItem, BatchOrder, ItemResult, issue_item
from docgen.services.office import Office, open_office
from docgen.services.worker_folders import own_folder, sweep_folders

COLLECT_EVERY = 20
"""Papers between two collections."""
RECYCLE_AFTER = 2000
"""Papers after which a worker makes room for a fresh one; each costs some four seconds until it is warm."""
GIVE_UP_AFTER = 6
"""Workers that died one after another, no paper between: then it is not the papers."""

Stopped = Callable[[], bool]


def never() -> bool:
    """Go on."""
    return False


def work_off(
    office: Office, order: BatchOrder, items: Iterable[BatchItem], *, workers: int, stopped: Stopped = never
) -> Iterator[ItemResult]:
    """Yield the result of each item as it comes; 0 workers do the work in this process.

    Once `stopped` says so no item is begun; those under way are finished.
    """
    if workers < 1:
        with _disciplined() as tidy:
            for item in items:
                if stopped():
                    return
                yield issue_item(office, order, item)
                tidy()
        return
    yield from _in_processes(_Setup(office.workspace.root, office.actor, order), iter(items), workers, stopped)


@dataclass(frozen=True, slots=True)
class _Setup:
    root: Path
    actor: str
    order: BatchOrder


@dataclass(slots=True)
class _Hand:
    """One worker process, the pipe to it, what it is at, and how many papers it has made."""

    process: Any
    pipe: Connection
    item: BatchItem | None = None
    done: int = 0


def _in_processes(setup: _Setup, items: Iterator[BatchItem], workers: int, stopped: Stopped) -> Iterator[ItemResult]:
    sweep_folders()
    hands, fallen = [_hire(setup) for _ in range(workers)], 0

    def ended() -> bool:
        return fallen >= GIVE_UP_AFTER or stopped()

    try:
        for hand in hands:
            _give(hand, items, ended)
        while busy := [hand for hand in hands if hand.item is not None]:
            ready = wait([hand.pipe for hand in busy], timeout=1)
            for hand in [each for each in busy if each.pipe in ready]:
                yield _take(hand)
                fallen = fallen + 1 if hand.pipe.closed else 0
                if hand.done >= RECYCLE_AFTER:
                    _dismiss(hand)
                if hand.pipe.closed and fallen < GIVE_UP_AFTER:
                    hands[hands.index(hand)] = hand = _hire(setup)  # noqa: PLW2901  # a fresh worker takes its place
                _give(hand, items, ended)
    finally:
        for hand in hands:
            _dismiss(hand)


def _hire(setup: _Setup) -> _Hand:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, setup), daemon=False)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def _give(hand: _Hand, items: Iterator[BatchItem], stopped: Stopped) -> None:
    hand.item = None if stopped() else next(items, None)
    if hand.item is not None:
        try:
            hand.pipe.send(hand.item)
        except OSError:
            return  # it died idle; reading from it says so


def _take(hand: _Hand) -> ItemResult:
    item = hand.item
    if item is None:
        raise RuntimeError("a worker without an item has nothing to tell")
    try:
        result = hand.pipe.recv()
        hand.done += 1
    except (EOFError, OSError):
        hand.pipe.close()
        hand.process.join(5)
        told = error("services.batch-worker-died", item.deal, status=hand.process.exitcode)
        result = ItemResult(item.key, item.deal, findings=(told,))
    hand.item = None
    return result if isinstance(result, ItemResult) else ItemResult(item.key, item.deal)


def _dismiss(hand: _Hand) -> None:
    hand.pipe.close()
    hand.process.join()


def _work(pipe: Connection, setup: _Setup) -> None:
    """Work items off until the pipe closes; a Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    office = open_office(setup.root, actor=setup.actor)
    log.set_up(office.workspace.log)
    with own_folder(), _disciplined() as tidy:
        while True:
            try:
                item = pipe.recv()
                pipe.send(issue_item(office, setup.order, item))
            except (EOFError, OSError):
                return
            tidy()


class _disciplined:  # noqa: N801  # reads as a phrase: with _disciplined()
    """Collect garbage every so many papers only; what stands after the first is frozen."""

    def __enter__(self) -> Callable[[], None]:
        self._count = 0
        self._was_on = gc.isenabled()
        gc.disable()
        return self._tidy

    def _tidy(self) -> None:
        self._count += 1
        if self._count == 1 or self._count % COLLECT_EVERY == 0:
            gc.collect()
        if self._count == 1:
            gc.freeze()

    def __exit__(self, *about: object) -> None:
        gc.unfreeze()
        if self._was_on:
            gc.enable()
