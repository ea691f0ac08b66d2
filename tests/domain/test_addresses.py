"""E-mail addresses: one spelling for each person, and nothing that mail could not be sent to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.addresses import AddressNotValid, normalized_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Ana.Ruiz+mc@Example.ORG \n", "ana.ruiz+mc@example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("JOSE\u0301@Schu\u0308le.example.org", "jos\u00e9@sch\u00fcle.example.org"),
        ("a@xn--schle-kva.example.org", "a@xn--schle-kva.example.org"),
        ("花子@例え.example.org", "花子@例え.example.org"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
    ],
)
def test_one_spelling(text: str, address: str) -> None:
    """Proves which spellings are the same person's address."""
    assert normalized_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "@", "ana", "ana@", "@example.org", "ana@example", "a@b@example.org",
     "a b@x.example.org",
     "ana@exam ple.org", "<ana@example.org>", "Ana <ana@example.org>", "ana@example.org>",
     "ana\r\nBcc: b@example.org", "ana@example.org\r\nx", "ana\0@example.org", ".a@example.org",
     "a.@example.org", "a..b@example.org", "a@.example.org", "a@example..org", "a@example.org.",
     "a@-x.example.org", "a@x-.example.org", "a@x_y.example.org", '"a b"@example.org',
     "a,b@example.org", "a;b@example.org", "a:b@example.org", "(x)a@example.org",
     "a@[127.0.0.1]", "a@127.0.0.1", "a＠example.org", "a\u202eb@example.org",
     "a\u200bb@example.org", "oﬀice@example.org", "a@x².example.org",
     "\ud800@example.org", "a@\udfff.example.org", "a" + "\u0315\u0316" * 100_000 + "@example.org",
     f"{'a' * 65}@example.org", f"{'é' * 33}@example.org",
     f"a@{'x' * 64}.example.org",
     f"a@{''.join(map(chr, range(0x4E00, 0x9C00, 997)))}.example.org",
     f"a@{'.'.join(['x' * 49] * 5)}.org"],
)  # fmt: skip
def test_refused(text: str) -> None:
    """Proves that everything else is refused by its stable code, and is not repeated in it."""
    with pytest.raises(AddressNotValid) as refused:
        normalized_address(text)
    assert refused.value.code == "address_not_valid"
    assert str(refused.value) == AddressNotValid.sentence


def test_length_to_the_octet() -> None:
    """Proves the limit of 254 octets from both sides."""
    domain = f"{'.'.join(['x' * 47] * 5)}.example.org"
    longest = "a" * (253 - len(domain)) + "@" + domain
    assert len(normalized_address(longest)) == 254
    with pytest.raises(AddressNotValid):
        normalized_address("a" + longest)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(max_size=20), st.text(max_size=20))
def test_the_one_spelling_is_stable(local: str, domain: str) -> None:
    """Proves that a stored address is found again: spelling it once more changes nothing."""
    try:
        address = normalized_address(f"{local}@{domain}.example.org")
    except AddressNotValid:
        return
    assert normalized_address(address) == address
