"""Who owns the server: says what may act for whom, as the command ``petcore device`` does."""

from typing import Protocol

from simpy import Event

from simulator.kernel.masking import masked_token
from simulator.kernel.stage import Stage


class Issued(Protocol):
    """A device with its token."""

    @property
    def token(self) -> str:
        """What it proves itself with."""


class Devices(Protocol):
    """Where the server keeps its devices."""

    async def add(self, name: str, user_id: str) -> Issued:
        """A new one."""

    async def rotate(self, name: str) -> Issued:
        """The same with another token."""

    async def revoke(self, name: str) -> object:
        """Forget one."""


class Pairings(Protocol):
    """Where the server keeps what pairs."""

    async def confirm(self, text: str, user_id: str, name: str) -> object:
        """Let the device that shows the code ``text`` act for the user."""


class Owner:
    """Gives and takes tokens before the world begins; confirms codes while it goes on."""

    def __init__(self, stage: Stage, devices: Devices, pairings: Pairings) -> None:
        self._stage = stage
        self._devices = devices
        self._pairings = pairings

    def give(self, name: str, user_id: str) -> str:
        """The token of a new device."""
        token = self._stage.loop.run_until_complete(self._devices.add(name, user_id)).token
        return self._noted(name, user_id, token)

    def replace(self, name: str, user_id: str) -> str:
        """A new token of a device; the one it had is worth nothing any more."""
        token = self._stage.loop.run_until_complete(self._devices.rotate(name)).token
        return self._noted(name, user_id, token)

    def take_back(self, name: str) -> None:
        """Forget a device."""
        self._stage.loop.run_until_complete(self._devices.revoke(name))

    def confirm(self, code: str, user_id: str, name: str) -> Event:
        """Let who shows the code act for the user. What happens fails with a ``PetcoreError`` if
        nobody shows it, or the name is taken.
        """
        return self._stage.loop.serve(self._pairings.confirm(code, user_id, name))

    def _noted(self, name: str, user_id: str, token: str) -> str:
        self._stage.trace.note("device", name=name, user_id=user_id, token=masked_token(token))
        return token
