from __future__ import annotations

import re
from pathlib import Path

import docgen.archive
from docgen.findings import message_table

CODE = re.compile(r'"(archive\.[a-z-]+)"')


def test_every_code_used_has_a_sentence_and_every_sentence_is_used() -> None:
    room = Path(docgen.archive.__file__).parent
    used = {code for file in room.glob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}
    written = {code for code in message_table() if code.startswith("archive.")}
    assert used == written
    assert len(used) > 60
