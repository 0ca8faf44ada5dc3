"""OCR as it is installed: reads our papers, needs no network, stays in its child, and is replaced when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docgen.contained.limits import Limits
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.papers import ocr_engine
from docgen.papers.ocr import READING_PRINT, Recogniser, missing_modules
from docgen.workspace import data_root

pytestmark = pytest.mark.skipif(find_spec("rapidocr") is None, reason="the OCR extra is not installed")
FONT = data_root() / "templates" / "_shared" / "fonts" / "docgen-song-regular.ttf"
CHECKOUT = Path(__file__).resolve().parents[2]


def printed(tmp_path: Path, *, turn: float = 0.0, kind: str = "png", pages: int = 1) -> bytes:
    font = next((FONT.parent).glob("*song*regular*.ttf"), next(FONT.parent.glob("*.ttf")))
    sheets = []
    for number in range(1, pages + 1):
        sheet = Image.new("L", (1240, 1754), 250)
        brush = ImageDraw.Draw(sheet)
        rows = [
            (740, 70, 26, "HT2024031001-YS01"),
            (430, 150, 52, "验收报告"),
            (120, 260, 30, f"第{number}张 客户名称"),
        ]
        rows += [(120, 1100, 30, "供方山海云图科技"), (620, 1100, 30, "合计人民币贰拾捌万伍仟元整")]
        for x, y, size, text in rows:
            brush.text((x, y), text, fill=20, font=ImageFont.truetype(str(font), size))
        sheets.append(sheet.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=250))
    path = tmp_path / f"sheet.{kind}"
    sheets[0].save(path, dpi=(150, 150), **({"save_all": True, "append_images": sheets[1:]} if pages > 1 else {}))
    return path.read_bytes()


def texts(found: dict[str, object]) -> list[str]:
    return [line["text"] for line in found["lines"]]  # type: ignore[attr-defined]


def test_a_page_is_read_in_reading_order_with_places_and_trust(tmp_path: Path) -> None:
    with Recogniser() as reader:
        page = reader.read(printed(tmp_path, turn=1.5), 1, part="page")
    lines = page.text.split("\n")
    assert lines[0] == "HT2024031001-YS01"
    assert lines.index("供方山海云图科技") + 1 == lines.index("合计人民币贰拾捌万伍仟元整"), (
        "one row, left before right"
    )
    assert all(0 <= line.x <= 1 and 0 <= line.y <= 1 and 0 <= line.trust <= 100 for line in page.lines)


def test_the_head_says_less_and_says_it_first(tmp_path: Path) -> None:
    found = ocr_engine.read_lines(printed(tmp_path), 1, head_only=True)
    assert "HT2024031001-YS01" in texts(found)
    assert not [text for text in texts(found) if "供方" in text]


def test_a_page_that_lies_upside_down_is_turned(tmp_path: Path) -> None:
    found = ocr_engine.read_lines(printed(tmp_path, turn=180), 1, head_only=True)
    assert found["is_turned"] is True
    assert texts(found)[0] == "HT2024031001-YS01"


def test_every_page_of_a_tiff_is_found(tmp_path: Path) -> None:
    data = printed(tmp_path, kind="tiff", pages=3)
    assert "第3张" in "".join(texts(ocr_engine.read_lines(data, 3, head_only=True)))
    with pytest.raises(UnreadableFile):
        ocr_engine.page_picture(data, 4)


def test_a_blank_page_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((1754, 1240), 250, np.uint8)).save(path, dpi=(150, 150))
    assert ocr_engine.read_lines(path.read_bytes(), 1, head_only=False)["lines"] == []


def test_nothing_is_fetched_even_the_first_time(tmp_path: Path) -> None:
    """A fresh process in which any look-up or connection ends the process at once, whoever would swallow the error."""
    (tmp_path / "page.png").write_bytes(printed(tmp_path))
    script = (
        "import os, sys\n"
        "sys.addaudithook(lambda event, args: os._exit(97) if event in "
        "('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname', 'socket.sendto') else None)\n"
        "from pathlib import Path\n"
        "from docgen.papers.ocr_engine import recognise\n"
        "print(recognise(Path(sys.argv[1]).read_bytes(), 1, True)['lines'][0]['text'])\n"
    )
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", script, str(tmp_path / "page.png")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "HT2024031001-YS01"), done.stderr


def test_the_child_is_refused_a_network() -> None:
    script = (
        "import socket\nfrom docgen.papers import ocr_engine\nocr_engine._stay_offline()\n"
        "try:\n socket.create_connection(('127.0.0.1', 9))\nexcept OSError as problem:\n print(problem)\n"
    )
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "reading print needs no network"


def test_models_that_are_gone_are_named_and_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_engine, "_FILES", {"Det.model_path": "not-there.onnx"})
    with pytest.raises(UnreadableFile) as caught:
        ocr_engine.models()
    assert [one.code for one in caught.value.findings] == ["papers.ocr-missing"]


def test_the_reader_is_warm_and_is_replaced_when_it_dies(tmp_path: Path) -> None:
    data = printed(tmp_path)
    with Recogniser() as reader:
        first = reader.read(data, 1, part="head")
        child = reader._worker._child
        assert child is not None
        assert reader.read(data, 1, part="head") == first
        assert reader._worker._child is child
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert reader.read(data, 1, part="head") == first
        assert reader._worker._child is not child


def test_a_page_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    data = printed(tmp_path)
    limits = Limits(seconds=0.2, memory_mb=READING_PRINT.memory_mb)
    with Recogniser(limits) as reader, pytest.raises(LimitExceeded):
        reader.read(data, 1, part="page")


def test_a_file_that_is_none_is_refused() -> None:
    with Recogniser() as reader, pytest.raises(UnreadableFile):
        reader.read(b"%PDF-1.7 nonsense", 1, part="page")


def test_all_modules_are_here() -> None:
    assert missing_modules() == ()
