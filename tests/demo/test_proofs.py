"""Proofs by other people's tools: what they find counts, and their absence is told, not taken for a fault."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from docgen.demo.proofs import bag_proof


def test_a_folder_that_is_no_bag_is_found_out(tmp_path: Path) -> None:
    assert not bag_proof(tmp_path).is_good


def test_a_missing_tool_is_told_and_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bagit", None)
    proof = bag_proof(tmp_path)
    assert proof.is_good
    assert "没有安装 bagit" in proof.words
