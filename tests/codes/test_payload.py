from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.codes.payload import ALPHABET, Keyring, Payload, decode, encode, has_form, new_document_id
from docgen.errors import Refused

RING = Keyring(3, {0: b"old key, sixteen", 3: b"the current key, 32 bytes long!!"})

ids = st.text(alphabet=ALPHABET, min_size=8, max_size=8)
payloads = st.integers(1, 1023).flatmap(
    lambda pages: st.builds(Payload, document_id=ids, page=st.integers(1, pages), pages=st.just(pages))
)


@given(payloads)
def test_what_is_encoded_comes_back(payload: Payload) -> None:
    text = encode(payload, RING)
    assert len(text) == 26
    assert text == text.upper()
    assert has_form(text)
    assert decode(text, RING) == payload


def test_the_layout_is_key_id_document_page_pages_tag() -> None:
    text = encode(Payload("7K3M9QXA", 33, 40), RING)
    # 33 = 1·32 + 1, 40 = 1·32 + 8
    assert text[:13] == "3" + "7K3M9QXA" + "11" + "18"


def test_the_tag_is_the_same_on_every_machine() -> None:
    # Reckoned apart: `printf "docgen page code 1:0000000000101" | openssl dgst -sha256 -mac HMAC -macopt key:…`
    # gives 9de71cd0fbb371f8…; those 64 bits in base32, most significant first:
    text = encode(Payload("00000000", 1, 1), Keyring(0, {0: b"0123456789abcdef"}))
    assert text == "0000000000101" + "9VSRWT3XV6WFR"


def test_a_word_file_has_page_nought_of_nought() -> None:
    payload = Payload("7K3M9QXA", 0, 0)
    assert payload.is_whole_document
    assert decode(encode(payload, RING), RING) == payload


@given(payloads, st.integers(0, 25), st.sampled_from(ALPHABET + "ILOUa -"))
def test_any_one_changed_character_is_refused(payload: Payload, place: int, character: str) -> None:
    text = encode(payload, RING)
    changed = text[:place] + character + text[place + 1 :]
    assert (decode(changed, RING) is None) == (changed != text)


@given(payloads, st.binary(min_size=16, max_size=32))
def test_another_key_under_the_same_id_is_refused(payload: Payload, key: bytes) -> None:
    other = Keyring(3, {3: key})
    assert (decode(encode(payload, RING), other) is None) == (key != RING.keys[3])


@given(payloads)
def test_an_unknown_key_id_is_refused(payload: Payload) -> None:
    assert decode(encode(payload, RING), Keyring(0, {0: RING.keys[0]})) is None


@given(payloads)
def test_old_papers_stay_readable_after_the_key_was_changed(payload: Payload) -> None:
    text = encode(payload, RING)
    rotated = RING.rotated()
    assert rotated.current == 4
    assert decode(text, rotated) == payload
    assert encode(payload, rotated) != text


@given(st.text(max_size=40))
def test_any_other_text_is_refused_without_a_crash(text: str) -> None:
    assert decode(text, RING) is None


@pytest.mark.parametrize("text", ["", "3" * 26, "3" * 27, "３" * 26, "3" * 26 + "\n", "https://example.invalid/x"])
def test_foreign_texts_are_refused(text: str) -> None:
    assert decode(text, RING) is None


def test_lower_case_is_refused() -> None:
    assert decode(encode(Payload("7K3M9QXA", 1, 2), RING).lower(), RING) is None


@pytest.mark.parametrize(
    ("document_id", "page", "pages", "code"),
    [
        ("7K3M9QXA", 0, 1, "codes.bad-page"),
        ("7K3M9QXA", 2, 1, "codes.bad-page"),
        ("7K3M9QXA", 1, 0, "codes.bad-page"),
        ("7K3M9QXA", -1, -1, "codes.bad-page"),
        ("7K3M9QXA", 1, 1024, "codes.too-many-pages"),
        ("7k3m9qxa", 1, 1, "codes.bad-document-id"),
        ("7K3M9QX", 1, 1, "codes.bad-document-id"),
        ("7K3M9QXU", 1, 1, "codes.bad-document-id"),
        ("7K3M9QX\n", 1, 1, "codes.bad-document-id"),
    ],
)
def test_what_the_code_cannot_carry_is_refused(document_id: str, page: int, pages: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        Payload(document_id, page, pages)
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize(
    ("current", "keys"),
    [(1, {0: b"x" * 16}), (0, {0: b"x" * 15}), (32, {32: b"x" * 16}), (0, {})],
)
def test_a_useless_keyring_is_refused(current: int, keys: dict[int, bytes]) -> None:
    with pytest.raises(Refused) as caught:
        Keyring(current, keys)
    assert [finding.code for finding in caught.value.findings] == ["codes.bad-keyring"]


def test_keys_are_not_printed() -> None:
    assert "the current key" not in repr(RING)


def test_the_thirty_third_key_is_refused() -> None:
    ring = Keyring.fresh()
    for _ in range(31):
        ring = ring.rotated()
    assert len(set(ring.keys.values())) == 32
    with pytest.raises(Refused):
        ring.rotated()


def test_document_ids_are_in_form_and_differ() -> None:
    made = {new_document_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(one) == 8 and set(one) <= set(ALPHABET) for one in made)
