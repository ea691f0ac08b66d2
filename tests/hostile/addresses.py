"""Addresses of people: each has its one spelling, or is refused with ``address_not_valid``."""

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from adapters.mail.letters import address_on_wire
from domain.addresses import (
    LONGEST_ADDRESS,
    LONGEST_LOCAL_PART,
    AddressNotValid,
    normalized_address,
)
from portal.bounded import MOST_BYTES
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, can_be_kept, spoiled, text_of

WHOLE = tuple(
    each.encode()
    for each in ("ada@school.example.org", "İpek@ﬀ.example.org", "名@例え.example.org", "a+b@x.org")
)


def holds(content: bytes) -> None:
    """What is taken is spelled once and for all, fits SMTP, and is ASCII behind its @ there."""
    try:
        address = normalized_address(text_of(content))
    except AddressNotValid as refusal:
        assert_coded(refusal)
        return
    assert normalized_address(address) == address
    assert can_be_kept(address)
    assert len(address.encode()) <= LONGEST_ADDRESS
    assert address.isprintable()
    assert not set(address) & set(' \t<>(),;:\\"')
    local, _, domain = address_on_wire(address).rpartition("@")
    assert local
    assert domain.isascii()


def _in_a_form(piece: str) -> Callable[[], bytes]:
    """Return as much as a form brings: an address is composed before its length is known."""
    return lambda: bytes_of("a" + piece * (MOST_BYTES // len(bytes_of(piece))) + "@x.org")


def _longest(letter: str) -> bytes:
    """Return an address as long as one may be, of labels that are as long as one may be."""
    local = letter * (LONGEST_LOCAL_PART // len(letter.encode()))
    room = LONGEST_ADDRESS - len(f"{local}@.org".encode())
    label = "x" * 62
    domain = ".".join([label] * (room // 63) + ["x" * (room % 63)])
    return f"{local}@{domain}.org".encode()


TARGET = Target(
    holds=holds,
    made=st.tuples(HOSTILE, HOSTILE).map(lambda pair: bytes_of("@".join(pair)))
    | spoiled(st.sampled_from(WHOLE)),
    seeds=WHOLE,
    growing=(
        Growing("accents", lambda n: bytes_of("a" + "\u0315\u0316" * n + "@x.org"), 5_000),
        Growing("dots", lambda n: b"a." * n + b"@x.org", 50_000),
        Growing("labels", lambda n: bytes_of("a@" + "é" * n + ".org"), 50_000),
    ),
    largest=(
        *(partial(_longest, letter) for letter in ("a", "é")),
        *(_in_a_form(piece) for piece in ("\u0315\u0316", "a.", "İ", "é")),
    ),
    examples=150,
    longest=400,
)
