"""Status lists: the bits of a list of an allowed length, or ``StatusListNotReadable``.

A list is packed, so a short text may stand for an endless one: memory is bounded with it."""

import base64
import gzip
import random

from hypothesis import strategies as st

from adapters.credentials.status_list import (
    LONGEST_LIST,
    StatusListNotReadable,
    decoded_list,
    encoded_list,
    is_set,
)
from domain.credentials import STATUS_LIST_LENGTH
from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Growing, Target
from tests.hostile.texts import HOSTILE, bytes_of, spoiled, text_of

WHOLE = (encoded_list(()).encode(), encoded_list(range(0, 4000, 7)).encode())


def packed(content: bytes) -> bytes:
    """Return a list of any content, as it is written."""
    return b"u" + base64.urlsafe_b64encode(gzip.compress(content, mtime=0)).rstrip(b"=")


def holds(content: bytes) -> None:
    """Either bits that can each be asked for, or the declared error; never a bomb unpacked."""
    try:
        bits = decoded_list(text_of(content))
    except StatusListNotReadable:
        return
    assert STATUS_LIST_LENGTH <= len(bits) * 8 <= LONGEST_LIST
    assert is_set(bits, len(bits) * 8 - 1) in (True, False)


_EMPTY = gzip.compress(b"", mtime=0)

TARGET = Target(
    holds=holds,
    made=spoiled(st.sampled_from(WHOLE))
    | spoiled(st.binary(max_size=64).map(packed))
    | st.integers(1, 40).map(lambda n: packed(bytes(n * 100_000)))
    | HOSTILE.map(lambda text: bytes_of("u" + text)),
    seeds=(*WHOLE, packed(bytes(LONGEST_LIST // 8 + 1)), packed(b"")),
    growing=(
        Growing("bomb", lambda n: packed(bytes(n)), 10_000_000),
        Growing("members", lambda n: b"u" + base64.urlsafe_b64encode(_EMPTY * n), 8_000),
    ),
    largest=(
        lambda: encoded_list(range(0, LONGEST_LIST, 3), LONGEST_LIST).encode(),
        lambda: packed(random.Random(1).randbytes(LONGEST_LIST // 8)),
        lambda: packed(random.Random(1).randbytes(LONGEST_LIST * 3 // 4 - 1_000)),
        lambda: (
            b"u" + base64.urlsafe_b64encode(_EMPTY * (LONGEST_LIST * 3 // 4 // len(_EMPTY) - 1))
        ),
        lambda: packed(bytes(100_000_000)),
    ),
    bound=Bound(memory=16 * MIB),
    longest=600,
)
