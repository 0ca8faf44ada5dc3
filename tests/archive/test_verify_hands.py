"""Several processes look through the archive: the same answers in the same order, whatever happens to a helper."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from docgen.archive import verify_hands
from docgen.archive.layout import Archive
from docgen.archive.record import Sidecar
from docgen.archive.verify import FolderReport, verify

FACTORIAL = partial(partial, math.factorial)
Hands = list["verify_hands._Hand[int]"]


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Call helpers after the first answer, on any machine, and wait for each until it is there; return them."""
    hired: Hands = []
    hire = verify_hands._hire

    def patient(make: Callable[[], Callable[[int], object]]) -> verify_hands._Hand[int]:
        hand = hire(make)
        assert hand.pipe.poll(60)
        hired.append(hand)
        return hand

    monkeypatch.setattr(verify_hands, "ALONE_SECONDS", -1)
    monkeypatch.setattr(verify_hands, "_cores", lambda: 2)
    monkeypatch.setattr(verify_hands, "_hire", patient)
    return hired


def test_answers_come_in_the_order_of_the_questions(hands: Hands) -> None:
    asked = [3000, 2, 1, 900, 5, 4000, *range(200)]
    assert list(verify_hands.in_order(FACTORIAL, iter(asked))) == [math.factorial(one) for one in asked]
    assert len(hands) == verify_hands.MOST
    assert {hand.process.poll() for hand in hands} == {-signal.SIGTERM}  # nobody is left behind
    assert max(hand.number for hand in hands) > len(asked) - 5  # the helpers did the work


def test_a_helper_that_dies_costs_no_answer(hands: Hands) -> None:
    def deadly() -> Iterator[int]:
        for number in range(300):
            if number in {100, 200}:
                hand = hands[number // 100 - 1]
                os.kill(hand.process.pid, signal.SIGKILL)
                hand.process.wait()
            yield number

    told = list(verify_hands.in_order(FACTORIAL, deadly()))
    assert told == [math.factorial(number) for number in range(300)]
    assert [hand.process.returncode for hand in hands] == [-signal.SIGKILL] * 2


def test_what_a_helper_cannot_answer_is_met_here(hands: Hands) -> None:
    answers = verify_hands.in_order(FACTORIAL, iter([1, 2, -1, 3]))
    assert [next(answers), next(answers)] == [1, 2]
    with pytest.raises(ValueError, match="negative"):
        list(answers)
    assert all(hand.process.poll() is not None for hand in hands)


def test_large_questions_and_answers_do_not_block_each_other(hands: Hands) -> None:
    asked = [letter * 1_000_000 for letter in "abcdef"]
    assert list(verify_hands.in_order(partial(partial, str.upper), iter(asked))) == [one.upper() for one in asked]
    assert hands


def test_a_short_archive_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_hands, "_hire", None)
    assert list(verify_hands.in_order(FACTORIAL, iter([3, 4]))) == [6, 24]
    monkeypatch.setattr(verify_hands, "ALONE_SECONDS", -1)
    assert list(verify_hands.in_order(FACTORIAL, iter([3]))) == [6]


def test_damage_is_told_alike_by_helpers(
    archive: Archive, put: Callable[..., Sidecar], hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        contract = f"SO20240310{number:02}"
        folder = archive.contract(
            customer_id=f"C{number:03}", customer_name=f"样例{number}号（示例）", contract_no=contract
        )
        put(folder, f"a{number}", data=f"%PDF {number}".encode(), contract_no=contract)
        paper = next(path for path in folder.path.iterdir() if path.is_file())
        if number % 3 == 0:
            paper.chmod(0o644)
            paper.write_bytes(b"%PDF 1")  # another contract's bytes: told as swapped, by each helper's own look-up
    noted: list[tuple[str, FolderReport]] = []
    by_helpers = verify(archive, noted=lambda key, report: noted.append((key, report)))
    assert hands
    monkeypatch.setattr(verify_hands, "ALONE_SECONDS", 60)
    assert verify(archive) == by_helpers
    assert [one.code for one in by_helpers.findings] == ["archive.file-swapped"] * 4
    assert sorted(key for key, _ in noted) == sorted(folder.key for folder in archive.folders())


def test_a_helper_imports_nothing_from_the_folder_one_is_in(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "subprocess.py").write_text("raise SystemExit('taken in')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert list(verify_hands.in_order(FACTORIAL, iter(range(50)))) == [math.factorial(number) for number in range(50)]
    assert all(hand.is_there for hand in hands)
