"""The door: who may come in, for whom he acts, and how often.

Here: the order in which that is asked. Not here: anything of HTTP, and what belongs to whom;
services answer for a foreign thing as for one that is not there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from petcore.errors import Forbidden, StoreUnavailable, Unauthorized
from petcore.ports import Ports
from petcore.ports.clock import Clock
from petcore.rules.instant import to_ms
from petcore.rules.limits import Limit, counted
from petcore.services.believed import BELIEVED, Believed
from petcore.services.platform.collections import Device
from petcore.services.platform.devices import Devices
from petcore.services.throttle import Throttle

_BELIEVED_MS = BELIEVED // timedelta(milliseconds=1)
_HERE = frozenset(("localhost", ""))
_LOOPBACK = IPv6Address("::1")


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
    firmware he says he has. ``is_sent_by_page`` is a browser that another site's page told to ask;
    ``origin`` is then that page's, "" if the browser does not say.
    """

    address: str
    host: str = ""
    is_sent_by_page: bool = False
    origin: str = ""
    token: str | None = None
    firmware_version: str | None = None


class Door:
    """Lets visitors in. ``limit`` holds for each device, and for each address without a good
    token; None holds nobody back. A ``LOCAL`` server has ``host_names`` besides localhost, and
    pages of ``origins`` may ask it.
    """

    def __init__(
        self,
        ports: Ports,
        devices: Devices,
        lock: Lock,
        limit: Limit | None = None,
        host_names: Collection[str] = (),
        origins: Collection[str] = (),
    ) -> None:
        self.lock = lock
        self._clock = ports.clock
        self._host_names = frozenset(host_names)
        self._origins = frozenset(origins)
        self._believed = Believed(devices)
        held_to = None if lock is Lock.LOCAL else limit
        self._devices = Throttle("device", held_to)
        self._addresses = Throttle("address", held_to)

    async def enter(self, visitor: Visitor, *, is_public: bool) -> str | None:
        """The user for whom the visitor acts; None acts for anybody, or needs to act for nobody.

        Raises ``Unauthorized``, ``Forbidden``, ``RateLimited``, ``StoreUnavailable``.
        """
        if self.lock is Lock.LOCAL:
            self._require_local(visitor)
            if visitor.token is None:
                return None
        now_ms = self._now_ms()
        if is_public or visitor.token is None:
            self._addresses.spend(counted(visitor.address), now_ms)
            if self.lock is Lock.LOCKED and not is_public:
                raise Unauthorized("this server wants a token: Authorization: Bearer pet_...")
            return None
        belief = self._believed.get(visitor.token)
        if belief is None:
            return await self._user_of_unknown(visitor.token, visitor, now_ms)
        self._devices.spend(belief.device["device_id"], now_ms)
        if belief.holds(visitor.firmware_version, now_ms):
            return belief.device["user_id"]
        return (await self._renewed(visitor.token, visitor, now_ms))["user_id"]

    def stay(self, visitor: Visitor) -> "Stay":
        """How long the visitor, who was let in just now, may stay."""
        return Stay(self._believed, self._clock, visitor.token)

    def _require_local(self, visitor: Visitor) -> None:
        """Whoever runs a browser on this machine lets every page in the world knock here: by a
        name of its own that leads here (DNS rebinding), or by asking without reading the answer.
        """
        if visitor.is_sent_by_page and visitor.origin not in self._origins:
            raise Forbidden("Sec-Fetch-Site: pages of other sites may not ask this server")
        if not (_is_loopback(visitor.host) or visitor.host in self._host_names):
            raise Forbidden("Host: is not a name of this server; PETCORE_HOST_NAMES lists others")

    async def _user_of_unknown(self, token: str, visitor: Visitor, now_ms: int) -> str:
        """A good token is nobody else's to spend, so whose it is is asked first."""
        device = await self._renewed(token, visitor, now_ms)
        self._devices.spend(device["device_id"], self._now_ms())
        return device["user_id"]

    async def _renewed(self, token: str, visitor: Visitor, now_ms: int) -> Device:
        try:
            return await self._believed.renew(token, visitor.firmware_version, now_ms)
        except Unauthorized:
            self._addresses.spend(counted(visitor.address), self._now_ms())
            raise

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())


class Stay:
    """Whether somebody who was let in, and does not leave, may still be here: as long as his token
    is good. It costs nothing of what he may ask.
    """

    def __init__(self, believed: Believed, clock: Clock, token: str | None) -> None:
        self._believed = believed
        self._clock = clock
        self._token = token
        self._waits_since_ms = -_BELIEVED_MS

    async def require(self) -> None:
        """Raise ``Unauthorized`` if he may not. The store is asked when it was not for as long as a
        token is believed; while it is not there, he stays.
        """
        now_ms = to_ms(self._clock.now())
        if self._token is None or 0 <= now_ms - self._waits_since_ms < _BELIEVED_MS:
            return
        belief = self._believed.get(self._token)
        if belief is not None and belief.holds(None, now_ms):
            return
        try:
            await self._believed.renew(self._token, None, now_ms)
        except StoreUnavailable:
            self._waits_since_ms = now_ms


@lru_cache(maxsize=64)
def _is_loopback(host: str) -> bool:
    """Exactly where browsers tell of every request which page sent it. Other addresses lead here
    as well, 0.0.0.0 and ::ffff:127.0.0.1 among them, but to those a page asks unseen.
    """
    if host in _HERE:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address == _LOOPBACK or (isinstance(address, IPv4Address) and address.is_loopback)
