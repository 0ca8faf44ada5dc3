"""Read print off a page's picture, inside the contained child; the only place that knows rapidocr.

The models lie inside rapidocr's own wheel and are named by path, so that nothing is ever fetched; the child cannot
reach a network besides. A scan lies askew and sometimes upside down: lines are put in reading order along the slope of
the print, and print that reads as nonsense is turned and read again.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from docgen.errors import UnreadableFile
from docgen.papers.limits import MAX_PAGES, MAX_PIXELS
from docgen.papers.pdf import GrayImage, opened, rasterise
from docgen.papers.pictures import MM_PER_INCH, PDF, gray, media_type, pictures

OCR_DPI = 150
"""Print of 9 pt is 19 pixels high here; more costs time and reads no better."""
HEAD = 0.22
"""The share of a page, from its top, that holds the running head, the title and the first rows."""
_LONG_SIDE = 1280
_SURE = 80
"""Whole points of a hundred: print the engine is this sure of was not upside down."""
_FILES = {"Det.model_path": "PP-OCRv6_det_small.onnx", "Rec.model_path": "PP-OCRv6_rec_small.onnx"}
_OFFLINE = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")


def recognise(data: bytes, page: int, head_only: bool) -> dict[str, Any]:  # noqa: FBT001  # plain values over a pipe
    """Return the lines of one page (from 1), or of its head, as plain values; never touches a network.

    Raises:
        UnreadableFile: the file is damaged, has no such page, or OCR or its models are not installed.
    """
    _stay_offline()
    return read_lines(data, page, head_only=head_only)


def read_lines(data: bytes, page: int, *, head_only: bool) -> dict[str, Any]:
    """Do what `recognise` does, in a process that keeps its network; sizes come as shares of the page."""
    image = page_picture(data, page)
    upright, lines = _read(image, head_only=head_only), None
    if not _is_sure(upright):
        lines = _read(np.ascontiguousarray(image[::-1, ::-1]), head_only=head_only)
    best = upright if lines is None or _weight(upright) >= _weight(lines) else lines
    return {"lines": best, "is_turned": best is not upright}


def page_picture(data: bytes, page: int) -> GrayImage:
    """Return one page in gray at the dpi that reading print takes.

    Raises:
        UnreadableFile: damaged, or no such page. LimitExceeded: too many pixels.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    kind = media_type(data)
    if kind == PDF:
        with opened(data) as document:
            width, height = document[page - 1].get_size() if 0 < page <= len(document) else (0, 0)
        if not width:
            raise UnreadableFile.of("papers.corrupt")
        return rasterise(data, min(OCR_DPI, 4000 / max(width, height) * 72), page)[0]
    for number, picture in zip(range(1, MAX_PAGES + 1), pictures(data, kind), strict=False):
        if number == page:
            return _at_dpi(picture.looks[-1](), picture.width_mm)
    raise UnreadableFile.of("papers.corrupt")


def models() -> Path:
    """Return the folder the models lie in.

    Raises:
        UnreadableFile: papers.ocr-missing, the extra is not installed or its models are gone.
    """
    found = importlib.util.find_spec("rapidocr")
    folder = Path(found.origin).parent / "models" if found and found.origin else None
    if folder is None or not all((folder / name).is_file() for name in _FILES.values()):
        raise UnreadableFile.of("papers.ocr-missing")
    return folder


@cache
def _engine() -> Any:  # noqa: ANN401  # rapidocr has no types
    folder = models()
    rapidocr = importlib.import_module("rapidocr")
    chosen: dict[str, Any] = {key: str(folder / name) for key, name in _FILES.items()}
    chosen |= {"Global.log_level": "error", "Global.use_cls": False, "Global.max_side_len": 4000}
    chosen |= {"Det.limit_type": "max", "Det.limit_side_len": _LONG_SIDE}
    threads = "EngineConfig.onnxruntime"
    chosen |= {f"{threads}.intra_op_num_threads": 1, f"{threads}.inter_op_num_threads": 1}
    return rapidocr.RapidOCR(params=chosen)


@cache
def _stay_offline() -> None:
    """Refuse this process every way to a network, for good."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _args: tuple[Any, ...]) -> None:
    if event in _OFFLINE:
        raise OSError("reading print needs no network")


def _at_dpi(image: GrayImage, width_mm: float) -> GrayImage:
    wanted = width_mm / MM_PER_INCH * OCR_DPI
    scale = wanted / image.shape[1]
    if scale > 0.8:  # noqa: PLR2004  # enlarging adds nothing, a slight shrink costs more than it saves
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return gray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def _read(image: GrayImage, *, head_only: bool) -> list[dict[str, Any]]:
    """Return the lines of a picture in reading order: text, whole points of trust, and place as shares of the page."""
    height, width = image.shape
    part = image[: max(1, round(height * HEAD))] if head_only else image
    found = _engine()(np.dstack([part] * 3))
    if found.txts is None or found.boxes is None:
        return []
    boxes = [np.asarray(box, dtype=np.float64) for box in found.boxes]
    order = reading_order(boxes)
    return [_line(str(found.txts[at]), float(found.scores[at]), boxes[at], width, height) for at in order]


def _line(text: str, score: float, box: Any, width: int, height: int) -> dict[str, Any]:  # noqa: ANN401  # an array
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    shares = (left / width, top / height, (right - left) / width, (bottom - top) / height)
    return {
        "text": text.encode("utf-8", "replace").decode(),
        "trust": round(100 * min(1.0, max(0.0, score))),
        "box": [min(1.0, max(0.0, float(share))) for share in shares],
    }


def reading_order(boxes: list[Any]) -> list[int]:
    """Return the places of boxes (four corners each) in reading order, after taking the print's slope out."""
    if not boxes:
        return []
    slope = math.atan(_slope(boxes))
    turn = np.asarray([[math.cos(slope), math.sin(slope)], [-math.sin(slope), math.cos(slope)]])
    centres = [turn @ box.mean(axis=0) for box in boxes]
    tall = float(np.median([max(np.linalg.norm(box[3] - box[0]), 1.0) for box in boxes]))
    rows: list[list[int]] = []
    for at in sorted(range(len(boxes)), key=lambda one: float(centres[one][1])):
        if rows and abs(centres[at][1] - centres[rows[-1][0]][1]) < tall * 0.6:
            rows[-1].append(at)
        else:
            rows.append([at])
    return [at for row in rows for at in sorted(row, key=lambda one: float(centres[one][0]))]


def _slope(boxes: list[Any]) -> float:
    """Return the median slope of the wide boxes' upper edges."""
    edges = [box[1] - box[0] for box in boxes]
    wide = [
        edge[1] / edge[0] for edge, box in zip(edges, boxes, strict=True) if edge[0] > 4 * abs(box[3][1] - box[0][1])
    ]
    return float(np.median(wide)) if wide else 0.0


def _weight(lines: list[dict[str, Any]]) -> int:
    return sum(len(line["text"]) for line in lines if line["trust"] >= _SURE)


def _is_sure(lines: list[dict[str, Any]]) -> bool:
    letters = sum(len(line["text"]) for line in lines)
    return letters > 0 and _weight(lines) * 2 >= letters
