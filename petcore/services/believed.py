"""Tokens that were good a moment ago: a store need not be asked for each request.

Not here: what a token is (``platform.tokens``), and how many may be tried, which the door knows.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from petcore.errors import StoreUnavailable, Unauthorized
from petcore.services.platform.collections import Device
from petcore.services.platform.devices import Devices
from petcore.services.recent import keep

BELIEVED = timedelta(seconds=5)
"""How long a token is believed that was good: so long a revoked one may still be used."""

_BELIEVED_MS = BELIEVED // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Belief:
    """Whose token it was, and when the store said so, in milliseconds since 1970."""

    device: Device
    since_ms: int

    def holds(self, firmware_version: str | None, now_ms: int) -> bool:
        """Whether the store need not be asked: lately it was, and the device tells it no news."""
        if not 0 <= now_ms - self.since_ms < _BELIEVED_MS:
            return False
        return firmware_version is None or firmware_version == self.device["firmware_version"]


class Believed:
    """Remembers tokens that were good."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._beliefs: OrderedDict[str, Belief] = OrderedDict()

    def get(self, token: str) -> Belief | None:
        """What is remembered of the token, also if it holds no longer."""
        return self._beliefs.get(token)

    async def renew(self, token: str, firmware_version: str | None, now_ms: int) -> Device:
        """Ask the store whose token it is, and note that the device was here.

        Raises ``Unauthorized`` and ``StoreUnavailable``.
        """
        try:
            device = await self._devices.recognise(token)
        except Unauthorized:
            self._beliefs.pop(token, None)
            raise
        device = await self._seen(device, firmware_version)
        keep(self._beliefs, token, Belief(device, now_ms))
        return device

    async def _seen(self, device: Device, firmware_version: str | None) -> Device:
        try:
            return await self._devices.see(device, firmware_version)
        except StoreUnavailable:
            return device
