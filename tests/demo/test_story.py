"""The demo: one run from nothing, every step good; its folder may be used again, a stranger's never."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.demo.story import MARK, prepare_folder, tell_story
from docgen.demo.telling import Step
from docgen.errors import Refused
from docgen.findings import sentence


def test_the_whole_story_is_good_and_leaves_what_it_says(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    told: list[Step] = []
    steps = tell_story(root, told.append)
    assert list(steps) == told
    assert [step.what for step in steps if not step.is_good] == []
    folder = root / "archive" / "XX科技有限公司" / "HT2024031001"
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert names >= {
        "HT2024031001-YF1-01 预付款通知单.pdf",
        "HT2024031001-YF1-01 预付款通知单.docx",
        "HT2024031001-YF1-01 预付款通知单 签回件.pdf",
        "HT2024031001-BC01 补充协议 签回件.pdf",
        "HT2024031001-YS01 验收报告 签回件.tif",
        "HT2024031001-YS01 验收报告 签回件 第2次扫描.pdf",
    }
    waits = next(step for step in steps if step.what == sentence("demo.waiting"))
    assert all(name in waits.result for name in ("SCAN0005", "SCAN0006", "SCAN0007"))
    assert len([path for path in (root / "review").iterdir() if path.is_dir()]) == 2
    own = next(step for step in steps if step.what == sentence("demo.own-request"))
    assert "不能自己审批" in own.result
    second = next(step for step in steps if step.what == sentence("demo.rejected"))
    assert "褚厂长（生产部）驳回；" in second.result
    assert "卫服务（代冯法务）（法务部）同意" in "".join(step.result for step in steps)
    made = steps[-1].result.splitlines()
    assert [line.partition("：")[0] for line in made] == [
        *("HT2024031001", "HT2024031002", "HT2024040801", "HT2024070101", "HT2024090201")
    ]
    assert all(word in made[0] for word in ("合同", "解决方案书", "审批表", "质保期满证明", "更正通知"))
    assert "作废通知" in made[2]
    assert [path for path in (root / "inbox").rglob("*") if path.is_file()] == []
    assert (root / "export" / "HT2024031001" / "bagit.txt").is_file()

    prepare_folder(root)
    assert not root.exists()


def test_a_folder_that_is_not_the_demos_own_is_never_wiped(tmp_path: Path) -> None:
    (tmp_path / "论文.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        prepare_folder(tmp_path)
    assert [finding.code for finding in refused.value.findings] == ["demo.not-its-own"]
    assert (tmp_path / "论文.docx").exists()


def test_an_empty_folder_and_its_own_may_be_used(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "new")
    own = tmp_path / "own"
    own.mkdir()
    (own / MARK).touch()
    (own / "old").touch()
    prepare_folder(own)
    assert not own.exists()
