"""Who owns the server: says what may act for whom, as the command ``petcore device`` does."""

from collections.abc import Mapping
from typing import Protocol

from simpy import Event

from simulator.kernel.loop import happening
from simulator.kernel.masking import masked_token
from simulator.kernel.stage import Stage


class Issued(Protocol):
    """A device with its token."""

    @property
    def device(self) -> Mapping[str, object]:
        """What the server knows of it; ``device_id`` is a part of that."""

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


def phone_of(user_id: str) -> str:
    """What the phone of a user is called."""
    return f"phone of {user_id}"


class Owner:
    """Gives tokens before the world begins; replaces and takes them and confirms codes while it
    goes on.
    """

    def __init__(self, stage: Stage, devices: Devices, pairings: Pairings) -> None:
        self._stage = stage
        self._devices = devices
        self._pairings = pairings
        self._ids: dict[str, str] = {}

    def give(self, name: str, user_id: str) -> str:
        """The token of a new device."""
        issued = self._stage.loop.run_until_complete(self._devices.add(name, user_id))
        self._ids[name] = str(issued.device["device_id"])
        return self._noted(name, user_id, issued.token)

    def device_id(self, name: str) -> str:
        """The id of a device that was given a token."""
        return self._ids[name]

    async def replace(self, name: str, user_id: str) -> str:
        """A new token of a device; the one it had is worth nothing any more."""
        issued: Issued = await happening(self._stage.loop.serve(self._devices.rotate(name)))
        return self._noted(name, user_id, issued.token)

    def take_back(self, name: str) -> Event:
        """Forget a device."""
        return self._stage.loop.serve(self._devices.revoke(name))

    def confirm(self, code: str, user_id: str, name: str) -> Event:
        """Let who shows the code act for the user. What happens fails with a ``PetcoreError`` if
        nobody shows it, or the name is taken.
        """
        return self._stage.loop.serve(self._pairings.confirm(code, user_id, name))

    def _noted(self, name: str, user_id: str, token: str) -> str:
        self._stage.trace.note("device", name=name, user_id=user_id, token=masked_token(token))
        return token
