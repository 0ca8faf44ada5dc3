"""A progress bar for what takes long: how many are done, of how many, and how long it will still take."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from docgen.cli import console


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, once there is one."""
        speed = task.finished_speed or task.speed
        return Text(console.words("cli.a-second", rate=f"{speed:.1f}") if speed else "")


def progress_bar(code: str, *, has_rate: bool = False) -> Progress:
    """Return a bar named by a code of the message table."""
    rate = [_Rate()] if has_rate else []
    return _bar(console.words(code), MofNCompleteColumn(), *rate, TimeRemainingColumn())


def step_bar() -> Progress:
    """Return a bar for what goes in steps, each named as it begins (`stepping`)."""
    return _bar("{task.description}", MofNCompleteColumn(), TimeRemainingColumn())


def byte_bar(code: str, *, has_total: bool = True) -> Progress:
    """Return a bar that counts bytes, with how many a second and, where there is a total, how long it will take."""
    left = [TimeRemainingColumn()] if has_total else []
    return _bar(console.words(code), DownloadColumn(), TransferSpeedColumn(), *left)


def _bar(name: str, *columns: ProgressColumn) -> Progress:
    """Return a bar that goes when it is done; silent where output is JSON or no terminal."""
    return Progress(
        TextColumn(name),
        BarColumn(),
        *columns,
        console=console.err(),
        transient=True,
        disable=console.wants_json() or not sys.stderr.isatty(),
    )


def advancing(progress: Progress) -> Callable[[str, int, int], None]:
    """Return what a service calls as it goes on."""
    task = progress.add_task("", total=None)

    def advance(_key: str, number: int, total: int) -> None:
        progress.update(task, completed=number, total=total or None)

    return advance


def stepping(progress: Progress, words: Callable[[str], str]) -> Callable[[str, int, int], None]:
    """Return what a service calls as it goes on, step by step; `words` names a step. Without a total the bar runs."""
    task, current = progress.add_task("", total=None), ""

    def advance(step: str, number: int, total: int) -> None:
        nonlocal task, current
        if step != current:
            progress.remove_task(task)
            task, current = progress.add_task(words(step), total=total or None), step
        progress.update(task, completed=number)

    return advance
