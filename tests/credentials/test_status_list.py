"""Status lists: the standard's order of bits, always the same text, and no bomb unpacks."""

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.credentials.status_list import (
    LONGEST_LIST,
    StatusListNotReadable,
    decoded_list,
    encoded_list,
    is_set,
)
from domain.credentials import STATUS_LIST_LENGTH
from tests.credentials.badges import ISSUED, signer, status_list

PLACES = st.frozensets(st.integers(0, STATUS_LIST_LENGTH - 1), max_size=20)


def packed(bits: bytes) -> str:
    """Write bytes as a list, whatever they are."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits, mtime=0)).decode().rstrip("=")


@given(PLACES)
def test_a_list_holds_the_places_that_were_set_and_no_other(places: frozenset[int]) -> None:
    """Proves: encoding and decoding agree, and the text depends on nothing but the places."""
    text = encoded_list(places)
    assert encoded_list(sorted(places, reverse=True)) == text
    bits = decoded_list(text)
    assert len(bits) * 8 == STATUS_LIST_LENGTH
    assert sum(byte.bit_count() for byte in bits) == len(places)
    assert all(is_set(bits, place) for place in places)


def test_the_first_place_is_the_most_significant_bit() -> None:
    """Proves: the order is that of W3C Bitstring Status List, not that of the machine."""
    assert decoded_list(encoded_list([0]))[0] == 0b1000_0000
    assert decoded_list(encoded_list([7, 8]))[:2] == bytes([0b0000_0001, 0b1000_0000])


def test_a_list_is_packed_without_the_hour() -> None:
    """Proves: two workers that sign the same list give the same bytes (RFC 1952, MTIME)."""
    raw = base64.urlsafe_b64decode(encoded_list([1])[1:] + "==")
    assert raw[4:8] == bytes(4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H4sI",
        "u",
        "u!!!!",
        "u\u00e9\ud800",
        "uAAAA",
        encoded_list([1])[:-20],
        packed(bytes(STATUS_LIST_LENGTH // 8 - 1)),
        packed(bytes(LONGEST_LIST // 8 + 1)),
        "u" + "A" * (LONGEST_LIST + 1),
    ],
    ids=[
        "empty",
        "no base",
        "nothing",
        "no text",
        "no ASCII",
        "no gzip",
        "cut",
        "short",
        "long",
        "huge",
    ],
)
def test_what_is_no_list_is_refused(text: str) -> None:
    """Proves: damage, a list that is too short, and one that is too long are seen."""
    with pytest.raises(StatusListNotReadable):
        decoded_list(text)


def test_a_bomb_is_not_unpacked() -> None:
    """Proves: a kilobyte that stands for a gigabyte costs no gigabyte."""
    layer = gzip.compress(bytes(64 * 1024 * 1024))
    with pytest.raises(StatusListNotReadable):
        decoded_list("u" + base64.urlsafe_b64encode(layer).decode().rstrip("="))


@pytest.mark.parametrize("place", [-1, STATUS_LIST_LENGTH])
def test_a_place_beyond_the_end_is_no_place(place: int) -> None:
    """Proves: nobody is found valid because their place lies outside of the list."""
    with pytest.raises(StatusListNotReadable):
        is_set(bytes(STATUS_LIST_LENGTH // 8), place)
    with pytest.raises(ValueError, match="no place"):
        encoded_list([place])


async def test_a_signed_list_is_the_same_each_time() -> None:
    """Proves: signing again after a crash gives the same bytes, and says for when it is."""
    once, again = await status_list(3, 5), await status_list(5, 3)
    assert once == again
    document = json.loads(once)
    assert document["validFrom"] == "2026-11-22T23:20:06Z"
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    other = await signer().sign_status_list("list2", frozenset(), ISSUED)
    assert json.loads(other.body)["id"].endswith("/credentials/status/list2")
