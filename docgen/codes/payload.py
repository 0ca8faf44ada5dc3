"""The page code's content: which issued document, which page of how many, and a tag that only we can make.

A signed paper comes back as a scan. The little code in its footer says which document it is, so that nobody has to
type a number. The code names an opaque document id (it tells an outsider nothing), the page and the page count, and
carries a keyed tag: a code made by somebody else, or misread by one character, is refused instead of filing a paper
under a stranger's contract. A code is still only a claim; the ledger is asked what the id stands for.

Layout, 26 characters of Crockford base32 in upper case::

    K IIIIIIII PP NN TTTTTTTTTTTTT
    │ │        │  │  └ 13  tag: the first 64 bits of HMAC-SHA256 over the 13 characters before it (RFC 2104)
    │ │        │  └ 2      number of pages, 0 to 1023
    │ │        └ 2         page, from 1; page 0 of 0 is the one code of a whole Word file
    │ └ 8                  document id, 40 random bits
    └ 1                    key id, 0 to 31, so that keys can be changed without losing old papers
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from docgen.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U, so that a person can read an id over the telephone."""

CODE_LENGTH = 26
MAX_PAGES = 1023
MAX_KEY_ID = 31
KEY_BYTES = 32

_ID_LENGTH = 8
_NUMBER_LENGTH = 2
_TAG_LENGTH = 13
_TAG_BYTES = 8
_SMALLEST_KEY_BYTES = 16
_PURPOSE = b"docgen page code 1:"
_ID_FORM = re.compile(f"[{ALPHABET}]{{{_ID_LENGTH}}}")
_CODE_FORM = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class Payload:
    """What one code says: the document's opaque id, the page (from 1) and the number of pages; 0 of 0 = a Word file.

    Raises:
        Refused: an id that is not ours in form, or a page outside 1 … pages ≤ 1023.
    """

    document_id: str
    page: int
    pages: int

    def __post_init__(self) -> None:
        """Refuse what the 26 characters cannot carry."""
        if not _ID_FORM.fullmatch(self.document_id):
            raise Refused.of("codes.bad-document-id", document_id=self.document_id)
        if self.pages > MAX_PAGES:
            raise Refused.of("codes.too-many-pages", self.document_id, pages=self.pages, limit=MAX_PAGES)
        if not _is_page_of(self.page, self.pages):
            raise Refused.of("codes.bad-page", self.document_id, page=self.page, pages=self.pages)

    @property
    def is_whole_document(self) -> bool:
        """Tell whether this is the single code of a Word file, not of one page."""
        return self.pages == 0


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secret keys by id; new codes are made with the current one, old codes are checked with the one they name.

    Raises:
        Refused: the current key is missing, an id is outside 0 … 31, or a key is shorter than 16 bytes.
    """

    current: int
    keys: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a ring that could make codes nobody can check."""
        bad_ids = [key_id for key_id in self.keys if not 0 <= key_id <= MAX_KEY_ID]
        short = [key_id for key_id, key in self.keys.items() if len(key) < _SMALLEST_KEY_BYTES]
        if self.current not in self.keys or bad_ids or short:
            raise Refused.of("codes.bad-keyring", current=self.current, ids=sorted({*bad_ids, *short}))

    @classmethod
    def fresh(cls) -> Self:
        """Make a ring with one new random key, id 0."""
        return cls(0, {0: secrets.token_bytes(KEY_BYTES)})

    def rotated(self) -> Self:
        """Return a ring with one more random key, which becomes the current one; old papers stay readable.

        Raises:
            Refused: all 32 key ids are taken.
        """
        new_id = max(self.keys) + 1
        if new_id > MAX_KEY_ID:
            raise Refused.of("codes.no-key-id-left", limit=MAX_KEY_ID + 1)
        return replace(self, current=new_id, keys={**self.keys, new_id: secrets.token_bytes(KEY_BYTES)})


def new_document_id() -> str:
    """Return a fresh opaque document id: 8 characters, 40 random bits; the ledger refuses a repeat."""
    return "".join(secrets.choice(ALPHABET) for _ in range(_ID_LENGTH))


def has_form(text: str) -> bool:
    """Tell whether a text could be one of our codes by its form alone; the tag is not looked at."""
    return _CODE_FORM.fullmatch(text) is not None


def encode(payload: Payload, keyring: Keyring) -> str:
    """Return the 26 characters for a payload, tagged with the ring's current key."""
    head = (
        ALPHABET[keyring.current]
        + payload.document_id
        + _number(payload.page, _NUMBER_LENGTH)
        + _number(payload.pages, _NUMBER_LENGTH)
    )
    return head + _tag(head, keyring.keys[keyring.current])


def decode(text: str, keyring: Keyring) -> Payload | None:
    """Return what a code says, or None for anything that is not ours: form, key id, tag (compared in constant time)."""
    if not has_form(text):
        return None
    head, tag = text[:-_TAG_LENGTH], text[-_TAG_LENGTH:]
    key = keyring.keys.get(_VALUES[head[0]])
    if key is None or not hmac.compare_digest(tag, _tag(head, key)):
        return None
    document_id, numbers = head[1 : 1 + _ID_LENGTH], head[1 + _ID_LENGTH :]
    page, pages = _value(numbers[:_NUMBER_LENGTH]), _value(numbers[_NUMBER_LENGTH:])
    return Payload(document_id, page, pages) if _is_page_of(page, pages) else None


def _is_page_of(page: int, pages: int) -> bool:
    return page == pages == 0 or 1 <= page <= pages


def _tag(head: str, key: bytes) -> str:
    digest = hmac.new(key, _PURPOSE + head.encode("ascii"), hashlib.sha256).digest()
    return _number(int.from_bytes(digest[:_TAG_BYTES], "big"), _TAG_LENGTH)


def _number(value: int, length: int) -> str:
    characters = [ALPHABET[(value >> 5 * place) & 31] for place in reversed(range(length))]
    return "".join(characters)


def _value(text: str) -> int:
    value = 0
    for character in text:
        value = value << 5 | _VALUES[character]
    return value
