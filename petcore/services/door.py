"""The door: who may come in, for whom he acts, and how often.

Here: tokens and what may be asked in a minute. Not here: anything of HTTP, and what belongs to
whom; services answer for a foreign thing as for one that is not there.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import TypeVar

from petcore.errors import Forbidden, RateLimited, StoreUnavailable, Unauthorized
from petcore.ports import Ports
from petcore.rules.instant import to_ms
from petcore.rules.limits import Limit
from petcore.services.platform.collections import Device
from petcore.services.platform.devices import Devices

BELIEVED = timedelta(seconds=5)
"""How long a token is believed that was good: so long a revoked one may still be used."""

_KNOWN_MAX = 10_000
_IPV6 = 6
_HERE = frozenset(("localhost", "127.0.0.1", "::1", ""))

V = TypeVar("V")


class Lock(Enum):
    """Whom the door lets in."""

    LOCAL = "local"
    """Anybody: only this machine reaches it."""
    OPEN = "open"
    """Anybody, but nobody too often."""
    LOCKED = "locked"
    """Who has a token, and nobody too often."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who knocks: from where, and by which name of the server; with which token, if any, and which
    firmware he says he has. ``is_sent_by_page`` is a browser that another site's page told to ask.
    """

    address: str
    host: str = ""
    is_sent_by_page: bool = False
    token: str | None = None
    firmware_version: str | None = None


class Door:
    """Lets visitors in. ``limit`` holds for each device, and for each address without a token;
    None holds nobody back. ``host_names`` are names of a ``LOCAL`` server besides localhost.
    """

    def __init__(
        self,
        ports: Ports,
        devices: Devices,
        lock: Lock,
        limit: Limit | None = None,
        host_names: Collection[str] = (),
    ) -> None:
        self._clock = ports.clock
        self._host_names = frozenset(host_names)
        self._devices = devices
        self.lock = lock
        self._limit = None if lock is Lock.LOCAL else limit
        self._believed: OrderedDict[str, tuple[Device, datetime]] = OrderedDict()
        self._whole_at_us: OrderedDict[str, int] = OrderedDict()

    async def enter(self, visitor: Visitor, *, is_public: bool) -> str | None:
        """The user for whom the visitor acts; None acts for anybody, or needs to act for nobody.

        Raises ``Unauthorized``, ``Forbidden``, ``RateLimited``, ``StoreUnavailable``.
        """
        if self.lock is Lock.LOCAL:
            self._require_local(visitor)
        if is_public or (visitor.token is None and self.lock is not Lock.LOCKED):
            self._spend(visitor.address)
            return None
        if visitor.token is None:
            self._spend(visitor.address)
            raise Unauthorized("this server wants a token: Authorization: Bearer pet_...")
        device = await self._device(visitor.token, visitor)
        return device["user_id"]

    def _require_local(self, visitor: Visitor) -> None:
        """Whoever runs a browser on this machine lets every page in the world knock here: by a
        name of its own that leads here (DNS rebinding), or by asking without reading the answer.
        """
        if visitor.is_sent_by_page:
            raise Forbidden("Sec-Fetch-Site: pages of other sites may not ask this server")
        if not (_is_address(visitor.host) or visitor.host in self._host_names):
            raise Forbidden("Host: is not a name of this server; PETCORE_HOST_NAMES lists others")

    async def _device(self, token: str, visitor: Visitor) -> Device:
        """Whose token it is. A stranger's are counted by his address before the store is asked."""
        now = self._clock.now()
        device, until = self._believed.get(token, (None, now))
        if device is None or not now < until <= now + BELIEVED:
            self._believed.pop(token, None)
            if device is None:
                self._spend(visitor.address)
            device = await self._devices.recognise(token)
        self._spend(device["device_id"])
        seen = await self._see(device, visitor.firmware_version)
        if seen is not device or token not in self._believed:
            _keep(self._believed, token, (seen, now + BELIEVED))
        return seen

    async def _see(self, device: Device, firmware_version: str | None) -> Device:
        try:
            return await self._devices.see(device, firmware_version)
        except StoreUnavailable:
            return device

    def _spend(self, name: str) -> None:
        if self._limit is None:
            return
        name, now_ms = _counted(name), to_ms(self._clock.now())
        before = self._whole_at_us.get(name, 0)
        after = self._limit.spend(before, now_ms)
        if after is None:
            wait_s = self._limit.retry_after_s(before, now_ms)
            raise RateLimited("too many requests", self._limit.requests, wait_s)
        _keep(self._whole_at_us, name, after)


def _keep(kept: OrderedDict[str, V], name: str, value: V) -> None:
    """Remember it; who came first of too many is forgotten."""
    kept[name] = value
    kept.move_to_end(name)
    if len(kept) > _KNOWN_MAX:
        kept.popitem(last=False)


def _is_address(host: str) -> bool:
    if host in _HERE:
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _counted(name: str) -> str:
    """Who has one address of IPv6 has 2**64 of them."""
    if ":" not in name:
        return name
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name
    return str(ip_network((address, 64), strict=False)) if address.version == _IPV6 else name
