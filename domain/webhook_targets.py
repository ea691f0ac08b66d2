"""Where webhooks may go: to public addresses over TLS, and to nothing inside a network of ours.

Whoever registers an endpoint decides where our server connects to. Without a rule that is a door
into every network that the server can see. So the address is looked at twice: as it is written when
it is registered, and as it resolves at every single attempt.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from domain.values import Value
from domain.webhooks import EndpointAddressNotValid

LONGEST_URL: Final = 500

_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""Addresses of IPv4 hosts behind a translator; public by themselves, whatever is behind."""

_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
"""A host as name servers know it; other letters in their ``xn--`` form."""

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class TargetRule(Value):
    """What this installation allows.

    ``is_on_this_machine``: it serves nobody outside, so receivers may be on the machine or near it.
    ``internal_hosts``: names inside of our network that the operator allowed one by one.
    """

    is_on_this_machine: bool = False
    internal_hosts: frozenset[str] = frozenset()

    def allows_private(self, host: str) -> bool:
        """Whether ``host`` may stand for a private address, and may be met without TLS."""
        return self.is_on_this_machine or host in self.internal_hosts

    def allows(self, host: str, address: str) -> bool:
        """Whether ``host`` may be connected to at the ``address`` that it resolved to."""
        return self.allows_private(host) or is_public(address)


class Target(Value):
    """An endpoint's address, taken apart."""

    url: str
    host: str
    port: int
    is_encrypted: bool


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, whatever it is wrapped into."""
    try:
        found = _unwrapped(ip_address(address))
    except ValueError:
        return False
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback
    )


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for; some private hosts hide like that."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    inner = address.ipv4_mapped or address.sixtofour
    return inner or (address.teredo[1] if address.teredo else address)


def target_of(url: str, rule: TargetRule) -> Target:
    """Return the target that ``url`` names, or refuse: ``endpoint_address_not_valid``."""
    url = url.strip()
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise EndpointAddressNotValid(
            what=f"it is not plain text of at most {LONGEST_URL} characters"
        )
    parts, port = _parts_of(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in _DEFAULT_PORTS or not (_is_ip(host) or _NAME.fullmatch(host)):
        raise EndpointAddressNotValid(what="write it like https://name.example.org/path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise EndpointAddressNotValid(what="it may hold neither a name, nor a password, nor a #")
    if parts.scheme == "http" and not rule.allows_private(host):
        raise EndpointAddressNotValid(what="it has to begin with https://")
    if _is_ip(host) and not rule.allows(host, host):
        raise EndpointAddressNotValid(what="it lies inside a private network")
    return Target(
        url=url,
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        is_encrypted=parts.scheme == "https",
    )


def _parts_of(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise EndpointAddressNotValid(what="its host or its port cannot be read") from None


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
