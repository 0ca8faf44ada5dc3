"""A bar that goes in steps names each in words and counts it from its own beginning."""

from __future__ import annotations

from docgen.cli import console
from docgen.cli.progress import step_bar, stepping


def test_each_step_is_named_as_it_begins_and_counted_by_itself() -> None:
    with step_bar() as bar:
        told = stepping(bar, lambda step: console.words(f"cli.dispose-step-{step}"))
        seen = []
        for step, number, total in (("items", 2, 3), ("items", 3, 3), ("list", 0, 0), ("destruction", 1, 3)):
            told(step, number, total)
            seen.append((bar.tasks[0].description, bar.tasks[0].completed, bar.tasks[0].total))
    assert seen == [
        ("逐件复核期限与文件", 2, 3),
        ("逐件复核期限与文件", 3, 3),
        ("编制销毁清册", 0, None),
        ("销毁", 1, 3),
    ]
