"""From the URL of a camera to the addresses that are connected to.

A name is looked up once, each address is put to whoever decides, and what is connected to is one of
these addresses, not the name: it could lead elsewhere the next time. A redirect is another URL, and
goes the same way. Not here: HTTP.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

from petcore.errors import CameraFailed

Address = IPv4Address | IPv6Address

MayAsk = Callable[[str, Address], str | None]
"""Why an address, to which a name has led, must not be asked; None if it may be."""

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""The addresses of a host, for a port. Raises ``OSError``."""

_PORTS = {"http": 80, "https": 443}
_ADDRESSES_MAX = 4
_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Route:
    """A URL taken apart. ``host`` has no brackets, ``target`` begins with a slash."""

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def to(cls, url: str) -> Self:
        """Raises ``ValueError`` for what is no URL of a camera."""
        parts = urlsplit(url)
        host = parts.hostname
        if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
            raise ValueError(parts.scheme)
        if not url.isascii() or not url.isprintable() or parts.port == 0:
            raise ValueError(host)
        return cls(parts.scheme, host, parts.port or _PORTS[parts.scheme], _target(parts))

    def onward(self, location: str) -> Self:
        """Where a redirect leads. Raises ``ValueError`` if that is no URL of a camera."""
        return self.to(urljoin(f"{self.scheme}://{self.told_host}{self.target}", location))

    def pinned(self, address: Address) -> str:
        """The URL by which this ``address`` is asked, and no name is looked up."""
        return f"{self.scheme}://{_bracketed(str(address))}:{self.port}{self.target}"

    @property
    def told_host(self) -> str:
        """What stands in the header ``Host``."""
        host = _bracketed(self.host)
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    async def addresses(self, resolve: Resolve, may_ask: MayAsk) -> Sequence[Address]:
        """Those that may be asked, at most ``_ADDRESSES_MAX``. Raises ``CameraFailed`` if there are
        none.
        """
        try:
            found = await resolve(self.host, self.port)
        except (OSError, UnicodeError):
            raise CameraFailed("its name cannot be looked up") from None
        refusals = {address: may_ask(self.host, address) for address in found[:_ADDRESSES_MAX]}
        allowed = [address for address, why in refusals.items() if why is None]
        if not allowed:
            raise CameraFailed(next(filter(None, refusals.values()), "its name has no address"))
        return allowed


def shown(url: str) -> str:
    """``url`` as it is told to whoever watches: without a user, a password and a query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "this URL"
    plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return plain if len(plain) <= _SHOWN_MAX else f"{plain[:_SHOWN_MAX]}..."


async def look_up(host: str, port: int) -> Sequence[Address]:
    """The ``Resolve`` of this machine."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(place[0]) for *_, place in found]


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path or '/'}{query}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
