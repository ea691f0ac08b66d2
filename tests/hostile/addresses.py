"""Addresses of people: each has its one spelling, or is refused with ``address_not_valid``."""

from hypothesis import strategies as st

from adapters.mail.letters import address_on_wire
from domain.addresses import LONGEST_ADDRESS, AddressNotValid, normalized_address
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
    examples=150,
    longest=400,
)
