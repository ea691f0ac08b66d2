"""A target that breaks its bounds when it is told to: the control of the tests that hold them."""

import threading

from hypothesis import strategies as st

from tests.hostile.limits import MIB, Bound
from tests.hostile.target import Target

WAITS, FLOODS, FAILS = b"waits", b"floods", b"fails"


def holds(content: bytes) -> None:
    """Do what the content says."""
    if content == WAITS:
        threading.Event().wait()
    elif content == FLOODS:
        bytearray(64 * MIB).clear()
    elif content == FAILS:
        raise KeyError("a reader that raises what it never declared")


TARGET = Target(
    holds=holds,
    made=st.just(b""),
    seeds=(b"",),
    largest=(lambda: b"",),
    bound=Bound(cpu=0.1, memory=16 * MIB),
)
