"""The keys page codes are signed with: list, change, print on a sheet for the safe, type in again from that sheet.

A key that is lost takes nothing from the archive: papers and scans stay, only old codes can no longer be checked, and
their scans wait or are found by their printed number. The fingerprint of each key is an event in the company's log, so
that a key typed in from paper is known to be the right one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from docgen.archive.layout import Folder
from docgen.codes.payload import ALPHABET, KEY_BYTES, Keyring
from docgen.errors import DocgenError, Refused
from docgen.services import keyring_file
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.store.history import past_events
from docgen.store.journal import writing

KEY_MADE = "key.made"
_PURPOSE = b"docgen key fingerprint 1:"
_CHECK_PURPOSE = b"docgen key sheet 1:"
_GROUP = 4
_BITS = 5
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
"""What a reader of a printed key may type instead: the alphabet has none of these letters."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as lists show it: id, fingerprint, whether new papers are signed with it, and when it was noted down."""

    id: int
    fingerprint: str
    is_current: bool
    noted_at: str | None


@dataclass(frozen=True, slots=True)
class KeySheet:
    """The sheet for the safe: one row per key, in groups to be typed."""

    company: str
    printed_on: date
    rows: tuple[tuple[int, str, str], ...]

    def text(self) -> str:
        """Return the sheet as plain text."""
        parts = [
            "docgen 识别码密钥恢复单 · key recovery sheet",
            f"{self.company}　{self.printed_on.isoformat()}",
            "",
            "请打印后锁入保险柜，勿拍照、勿上传；持有本单即可伪造识别码。",
            "恢复：docgen key enter，按提示逐行输入（字母大小写、空格、连字符均可）。",
            "Print it and lock it away. To restore: docgen key enter.",
        ]
        for key_id, fingerprint, groups in self.rows:
            parts += ["", f"密钥 key {key_id}　指纹 fingerprint {fingerprint}", groups]
        return "\n".join(parts) + "\n"


def fingerprint(key: bytes) -> str:
    """Return 16 hex digits that tell a key from another and betray nothing of it."""
    return hashlib.sha256(_PURPOSE + key).hexdigest()[:16]


def list_keys(office: Office) -> tuple[KeyLine, ...]:
    """Return the keys of this workspace by id."""
    noted, ring = _noted(), office.keyring
    return tuple(
        KeyLine(key_id, fingerprint(key), key_id == ring.current, noted.get(fingerprint(key), (0, None))[1])
        for key_id, key in sorted(ring.keys.items())
    )


def rotate_key(office: Office) -> KeyLine:
    """Make a new key and sign new papers with it; codes of older papers stay readable.

    Raises:
        Refused: all 32 key ids are taken.
        StorageProblem: the disk refuses; the old keys stay as they were.
    """
    ring = office.keyring.rotated()
    _note_all(office, ring)
    keyring_file.write(office.workspace.key_file, ring)
    office.forget_keys()
    log.record("key-rotated", count=len(ring.keys))
    return list_keys(office)[-1]


def key_sheet(office: Office) -> KeySheet:
    """Return the sheet with every key, and note the keys' fingerprints in the company's log."""
    _note_all(office, office.keyring)
    names = "、".join(company.name for company in office.companies.values())
    rows = tuple((n, fingerprint(key), printed_key(n, key)) for n, key in sorted(office.keyring.keys.items()))
    return KeySheet(names, office.today(), rows)


def enter_key(office: Office, text: str, *, replace: bool = False) -> KeyLine:
    """Take a key in as typed from the sheet. A lost key file is made anew; a newer key stays the current one.

    Raises:
        Refused: a mistyped character (the check group does not fit), or another key has that id; `replace` puts the
            typed one in its place, if the company's log knows it.
    """
    key_id, key = read_printed(text)
    mark, noted = fingerprint(key), _noted()
    ring = _ring_or_none(office)
    standing = ring.keys.get(key_id) if ring else None
    if standing is not None and standing != key and not (replace and mark in noted):
        raise Refused.of("services.key-id-taken", str(key_id), id=key_id, fingerprint=fingerprint(standing))
    keys: dict[int, bytes] = {**(ring.keys if ring else {}), key_id: key}
    keyring_file.write(office.workspace.key_file, Keyring(max(keys), keys))
    office.forget_keys()
    _note_all(office, office.keyring)
    return next(line for line in list_keys(office) if line.id == key_id)


def printed_key(key_id: int, key: bytes) -> str:
    """Return a key to be typed: its id, then the key and a check group in groups of four, in Crockford's base32."""
    body = _written(int.from_bytes(key, "big"), -(-len(key) * 8 // _BITS))
    whole = ALPHABET[key_id] + body + _check(ALPHABET[key_id] + body)
    return " ".join(whole[at : at + _GROUP] for at in range(0, len(whole), _GROUP))


def read_printed(text: str) -> tuple[int, bytes]:
    """Read a key as typed; case, spaces and hyphens do not matter, nor O for 0, I or L for 1.

    Raises:
        Refused: characters are missing, foreign or mistyped.
    """
    typed = re.sub(r"[\s-]", "", text).upper().translate(_LOOKALIKES)
    length = 1 + -(-KEY_BYTES * 8 // _BITS) + _GROUP
    if len(typed) != length or set(typed) - set(ALPHABET):
        raise Refused.of("services.key-mistyped", "", found=len(typed), wanted=length)
    head, check = typed[:-_GROUP], typed[-_GROUP:]
    value = 0
    for character in head[1:]:
        value = value << _BITS | ALPHABET.index(character)
    if _check(head) != check or value >= 1 << KEY_BYTES * 8:
        raise Refused.of("services.key-mistyped", "", found=len(typed), wanted=length)
    return ALPHABET.index(head[0]), value.to_bytes(KEY_BYTES, "big")


def _check(text: str) -> str:
    """Return the check group: a weighted sum, which finds every single wrong character, and 15 bits of a hash."""
    total = sum((2 * place + 1) * ALPHABET.index(character) for place, character in enumerate(text))
    digest = hashlib.sha256(_CHECK_PURPOSE + text.encode("ascii")).digest()
    return ALPHABET[total % len(ALPHABET)] + _written(int.from_bytes(digest[:2], "big") >> 1, _GROUP - 1)


def _written(value: int, length: int) -> str:
    return "".join(ALPHABET[(value >> _BITS * place) & 31] for place in reversed(range(length)))


def _ring_or_none(office: Office) -> Keyring | None:
    try:
        return office.keyring
    except DocgenError:
        return None


def _noted() -> Mapping[str, tuple[int, str]]:
    """Return fingerprint → key id and instant, as the company's log tells."""
    rows = past_events(types=(KEY_MADE,))
    return {str(row.payload["fingerprint"]): (int(row.payload["id"]), row.at) for row in rows}


def _note_all(office: Office, ring: Keyring) -> None:
    new = list(_unknown(ring, _noted()))
    if not new:
        return
    folder: Folder = office.archive.company(office.today().year)
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        for key_id, mark in new:
            journal.append(KEY_MADE, {"id": key_id, "fingerprint": mark})


def _unknown(ring: Keyring, noted: Mapping[str, tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for key_id, key in sorted(ring.keys.items()):
        if fingerprint(key) not in noted:
            yield key_id, fingerprint(key)
