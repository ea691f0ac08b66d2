"""Where webhooks may go: every spelling of a private address is one."""

import pytest

from domain.webhook_targets import LONGEST_URL, TargetRule, is_public, target_of
from domain.webhooks import EndpointAddressNotValid

PUBLIC = TargetRule()
HERE = TargetRule(is_on_this_machine=True)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),  # noqa: S104
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2002:7f00:1::", "2002:a00:1::", "no address", ""),
    ],
)
def test_a_private_address_is_seen_in_every_wrapping(address: str) -> None:
    """Proves: nothing that leads to our machine, our network or a cloud's own data is public."""
    assert not is_public(address)
    assert not PUBLIC.allows("receiver.example.org", address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is_public(address: str) -> None:
    """Proves: the rule above does not refuse everything."""
    assert is_public(address)
    assert PUBLIC.allows("receiver.example.org", address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example.org/hooks",
        "ftp://receiver.example.org/",
        "http://receiver.example.org/",
        "https:///path",
        "https://name:word@receiver.example.org/",
        "https://receiver.example.org/#part",
        "https://receiver.example.org:99999/",
        "https://[::1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://receiver.example.org/a b",
        "https://receiver.example.org/\n",
        "https://réceiver.example.org/",
        "https://receiver_example.org%00/",
        "https://receiver.example.org/" + "x" * LONGEST_URL,
    ],
)
def test_an_address_that_will_not_do_is_refused_when_it_is_registered(url: str) -> None:
    """Proves: what can be seen from its spelling is said at once, with what to write instead."""
    if url.endswith("\n"):
        url += "more"
    with pytest.raises(EndpointAddressNotValid):
        target_of(url, PUBLIC)


def test_an_address_is_taken_apart() -> None:
    """Proves: host, port and encryption are those of the address, case and blanks aside."""
    target = target_of("  https://Receiver.Example.org:8443/hooks?x=1 ", PUBLIC)
    assert (target.host, target.port) == ("receiver.example.org", 8443)
    assert target.is_encrypted
    assert target.url == "https://Receiver.Example.org:8443/hooks?x=1"
    assert target_of("https://receiver.example.org", PUBLIC).port == 443


def test_what_is_near_may_be_met_from_an_installation_on_this_machine() -> None:
    """Proves: trying Laurel out needs no certificate; a public installation needs a setting for
    each name.
    """
    url = "http://localhost:9000/hooks"
    assert not target_of(url, HERE).is_encrypted
    allowed = TargetRule(internal_hosts=frozenset({"localhost"}))
    assert target_of(url, allowed).host == "localhost"
    with pytest.raises(EndpointAddressNotValid):
        target_of("http://127.0.0.1:9000/hooks", allowed)
