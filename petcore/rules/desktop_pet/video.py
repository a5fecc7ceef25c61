"""Video: which cameras may be asked for pictures.

A server that opens whatever address it is given opens those for strangers that only it can reach.
So: private networks, where cameras are, always; any other address only if whoever runs the server
has named it; and some never, since no camera is there but what gives away a whole machine.
"""

import re
from collections.abc import Collection, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SETTING = "PETCORE_CAMERA_HOSTS"


def _networks(*written: str) -> tuple[Network, ...]:
    return tuple(ip_network(each) for each in written)


_NEVER: tuple[tuple[str, tuple[Network, ...]], ...] = (
    # What clouds tell a machine about itself, with its keys: AWS and whoever followed, Alibaba,
    # Azure, Oracle, Google.
    (
        "an address of cloud metadata",
        _networks(
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::/32",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
        ),
    ),
    ("a link-local address", _networks("169.254.0.0/16", "fe80::/10")),
    ("no address of a machine", _networks("0.0.0.0/8", "::/128")),
    ("a multicast address", _networks("224.0.0.0/4", "ff00::/8")),
    ("a broadcast address", _networks("255.255.255.255")),
    ("a reserved address", _networks("192.0.0.0/24", "240.0.0.0/4")),
    ("the end of a tunnel", _networks("2001::/32")),
)
"""Those that are not asked even if they are configured, the narrower ones first."""

_PRIVATE = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
_LOOPBACK = _networks("127.0.0.0/8", "::1")
_NAT64 = IPv6Network("64:ff9b::/96")
_IN_USE = (*_networks("2000::/3", "fc00::/7", "::1"), _NAT64)
"""Of IPv6 all the rest is reserved, or was taken out of use."""

_LOCALHOSTS = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_AUTHORITY = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>.*))?")
_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9A-Fa-f]*)")
_FIVE_DIGITS = re.compile(r"[0-9]{1,5}")
_PORT_MAX = 65_535
_UNPRINTED = re.compile(r"[\x00-\x20\x7f\\]")


def refusal(host: str, address: Address, hosts: Collection[str]) -> str | None:
    """Why ``address``, to which ``host`` has led, is not asked for pictures; None if it may be.

    ``hosts`` are the names and addresses that the server is set up with, without ports.
    """
    plain = _plain(address)
    for what, networks in _NEVER:
        if any(_is_in(each, networks) for each in _carried(plain)):
            return f"{plain} is {what}, which is never asked"
    if plain.version == 6 and not _is_in(plain, _IN_USE):  # noqa: PLR2004  of the protocol
        return f"{plain} is a reserved address, which is never asked"
    if _is_in(plain, _PRIVATE) or _is_named(host, plain, hosts):
        return None
    where = "this machine" if _is_in(plain, _LOOPBACK) else "outside of private networks"
    return f"{plain} is {where}, and is asked only if {_SETTING} names it"


def refused_url(url: str, hosts: Collection[str]) -> str | None:
    """Why ``url`` cannot be that of a camera, as far as it tells by itself; None if it may be.

    Where a name leads is only known when it is opened, and then it is up to ``refusal``.
    """
    scheme, mark, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not mark:
        return "must begin with http:// or https://"
    if _UNPRINTED.search(url):
        return "must not hold blanks, control characters or backslashes"
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        return "must not hold a user or a password, which would be shown to whoever reads it"
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return "must name a host, in ASCII letters, digits, dots and hyphens, or as an address"
    if parts["port"] is not None and not _is_port(parts["port"]):
        return f"must name a port of 1 to {_PORT_MAX}"
    return _refused_host(parts["six"], parts["name"], hosts)


def _is_port(text: str) -> bool:
    return bool(_FIVE_DIGITS.fullmatch(text)) and 1 <= int(text) <= _PORT_MAX


def _refused_host(six: str | None, name: str | None, hosts: Collection[str]) -> str | None:
    if six is not None:
        address = _address(six)
        if not isinstance(address, IPv6Address) or address.scope_id:
            return "must hold an IPv6 address between [ and ]"
        return refusal(six, address, hosts)
    host = _name(name or "")
    labels = host.split(".")
    if not all(labels):
        return "must name a host, without an empty part between two dots"
    if _NUMBER.fullmatch(labels[-1]):
        return _refused_number(host, hosts)
    if labels[-1] == "localhost":
        refusals = [refusal(host, address, hosts) for address in _LOCALHOSTS]
        return None if None in refusals else refusals[0]
    return None


def _refused_number(host: str, hosts: Collection[str]) -> str | None:
    """What ends in a number is an address to some, in octal, hexadecimal or in fewer parts."""
    address = _address(host)
    if address is None:
        return "must name an IPv4 address as four decimal numbers, like 192.168.1.20"
    return refusal(host, address, hosts)


def _plain(address: Address) -> Address:
    """IPv4 as IPv4, and without the interface behind which it is."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def _carried(address: Address) -> Iterator[Address]:
    """It, and the IPv4 address to which it is translated on the way, if it is."""
    yield address
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None:
            yield address.sixtofour
        if address in _NAT64:
            yield IPv4Address(int(address) & 0xFFFFFFFF)


def _is_in(address: Address, networks: Collection[Network]) -> bool:
    return any(address in network for network in networks)


def _is_named(host: str, address: Address, hosts: Collection[str]) -> bool:
    names = {_name(each) for each in hosts}
    addresses = (_address(each) for each in names)
    return _name(host) in names or any(each and _plain(each) == address for each in addresses)


def _name(host: str) -> str:
    return host.lower().removesuffix(".")


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
