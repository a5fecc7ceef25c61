"""The door: who may come in, for whom he acts, and how often.

Here: tokens and what may be asked in a minute. Not here: anything of HTTP, and what belongs to
whom; services answer for a foreign thing as for one that is not there.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeVar

from petcore.errors import Forbidden, RateLimited, StoreUnavailable, Unauthorized
from petcore.ports import Ports
from petcore.rules.instant import to_ms
from petcore.rules.limits import Limit, counted
from petcore.services.platform.collections import Device
from petcore.services.platform.devices import Devices

BELIEVED = timedelta(seconds=5)
"""How long a token is believed that was good: so long a revoked one may still be used."""

_BELIEVED_MS = BELIEVED // timedelta(milliseconds=1)
_KNOWN_MAX = 10_000
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
    """Lets visitors in. ``limit`` holds for each device, and for each address without a token;
    None holds nobody back. A ``LOCAL`` server has ``host_names`` besides localhost, and pages of
    ``origins`` may ask it.
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
        self._clock = ports.clock
        self._host_names = frozenset(host_names)
        self._origins = frozenset(origins)
        self._devices = devices
        self.lock = lock
        self._limit = None if lock is Lock.LOCAL else limit
        self._believed: OrderedDict[str, tuple[Device, int]] = OrderedDict()
        self._whole_at_us: OrderedDict[str, int] = OrderedDict()

    async def enter(self, visitor: Visitor, *, is_public: bool) -> str | None:
        """The user for whom the visitor acts; None acts for anybody, or needs to act for nobody.

        Raises ``Unauthorized``, ``Forbidden``, ``RateLimited``, ``StoreUnavailable``.
        """
        if self.lock is Lock.LOCAL:
            self._require_local(visitor)
            if visitor.token is None:
                return None
        now_ms = to_ms(self._clock.now())
        if is_public or visitor.token is None:
            self._spend(counted(visitor.address), now_ms)
            if self.lock is Lock.LOCKED and not is_public:
                raise Unauthorized("this server wants a token: Authorization: Bearer pet_...")
            return None
        device = self._believed_device(visitor.token, visitor, now_ms)
        device = device or await self._device(visitor.token, visitor, now_ms)
        return device["user_id"]

    def _require_local(self, visitor: Visitor) -> None:
        """Whoever runs a browser on this machine lets every page in the world knock here: by a
        name of its own that leads here (DNS rebinding), or by asking without reading the answer.
        """
        if visitor.is_sent_by_page and visitor.origin not in self._origins:
            raise Forbidden("Sec-Fetch-Site: pages of other sites may not ask this server")
        if not (_is_address(visitor.host) or visitor.host in self._host_names):
            raise Forbidden("Host: is not a name of this server; PETCORE_HOST_NAMES lists others")

    def _believed_device(self, token: str, visitor: Visitor, now_ms: int) -> Device | None:
        """Whose token it is, if that need not be asked of the store. Whoever is not known counts by
        his address: tokens that are not good shall not be tried without end.
        """
        device, since_ms = self._believed.get(token, (None, 0))
        if device is None:
            self._spend(counted(visitor.address), now_ms)
            return None
        self._spend(device["device_id"], now_ms)
        told = visitor.firmware_version
        is_news = told is not None and told != device["firmware_version"]
        is_over = not 0 <= now_ms - since_ms < _BELIEVED_MS
        return None if is_over or is_news else device

    async def _device(self, token: str, visitor: Visitor, now_ms: int) -> Device:
        device = await self._recognised(token)
        if token not in self._believed:
            self._spend(device["device_id"], now_ms)
        device = await self._seen(device, visitor.firmware_version)
        _keep(self._believed, token, (device, now_ms))
        return device

    async def _recognised(self, token: str) -> Device:
        try:
            return await self._devices.recognise(token)
        except Unauthorized:
            self._believed.pop(token, None)
            raise

    async def _seen(self, device: Device, firmware_version: str | None) -> Device:
        try:
            return await self._devices.see(device, firmware_version)
        except StoreUnavailable:
            return device

    def _spend(self, name: str, now_ms: int) -> None:
        if self._limit is None:
            return
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


@lru_cache(maxsize=64)
def _is_address(host: str) -> bool:
    if host in _HERE:
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
