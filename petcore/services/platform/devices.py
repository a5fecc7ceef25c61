"""Devices: what may act for a user, each by its own token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from petcore.errors import BadInput, Duplicate, NotFound, Unauthorized
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules import pairing
from petcore.services.platform import tokens
from petcore.services.platform.collections import DEVICES, PAIRINGS, Device, device_key
from petcore.services.upkeep.pages import pages

_SEEN_EVERY = timedelta(minutes=1)
_NAME_MAX = 64
_USER_ID_MAX = 128
_AFTER = "!"
"""No ``_id`` of a device or a pairing begins with another, so this ends what is one of them."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A device and its token, which is known only now."""

    device: Device
    token: str


class Devices:
    """Adds, finds and removes devices. A name belongs to one device."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def add(self, name: str, user_id: str) -> Issued:
        """A new device of the user. Raises ``BadInput`` if the name is taken or cannot be one.
        After ``StoreUnavailable`` it may be there, and ``rotate`` gives it a token that is known.
        """
        require_labels(name, user_id)
        secret = tokens.secret_text(self._ports.entropy.new_secret())
        device = new_device(
            self._ports.entropy.new_id(), name, user_id, _hash(secret), self._ports.clock.now()
        )
        try:
            await self._ports.store.insert(DEVICES, device)
        except Duplicate:
            raise name_taken(name) from None
        return Issued(device, tokens.token(device["device_id"], secret))

    async def all(self) -> list[Device]:
        """Every device, by name."""
        found = [device async for page in pages(self._ports.store, DEVICES) for device in page]
        return sorted(found, key=lambda device: str(device["name"]))

    async def rotate(self, name: str) -> Issued:
        """A new token for the device; the old one ends. Raises ``NotFound``."""
        secret = tokens.secret_text(self._ports.entropy.new_secret())
        while True:
            device = await self.named(name)
            rotated: Device = {**device, "token_hash": _hash(secret)}
            if await self._replace(rotated):
                return Issued(rotated, tokens.token(device["device_id"], secret))

    async def revoke(self, name: str) -> Device:
        """Forget the device; its token ends. Raises ``NotFound``."""
        device = await self.named(name)
        await self._end_pairing(device)
        id = device["_id"]
        await self._ports.store.delete(Query(DEVICES, at_least=id, below=id + _AFTER))
        return device

    async def named(self, name: str) -> Device:
        """The device of this name. Raises ``NotFound``."""
        found = await self._ports.store.find(Query(DEVICES, {"name": name}))
        if not found:
            raise NotFound(f"no device is named {name!r}")
        return found[0]

    async def recognise(self, token: str) -> Device:
        """The device whose token this is. Raises ``Unauthorized``, whatever is wrong with it."""
        proof = tokens.read_token(token)
        device = proof and await self._ports.store.get(DEVICES, device_key(proof.name))
        if not proof or not device or not proof.proves(device["token_hash"]):
            raise Unauthorized("the token is not valid")
        return device

    async def see(self, device: Device, firmware_version: str | None) -> Device:
        """Remember that the device was here, and the firmware it has told, about once a minute."""
        version = device["firmware_version"] if firmware_version is None else firmware_version
        now = self._ports.clock.now()
        last = device["last_seen_at"]
        is_fresh = last is not None and abs(now - last) < _SEEN_EVERY
        if is_fresh and version == device["firmware_version"]:
            return device
        seen: Device = {**device, "last_seen_at": now, "firmware_version": version}
        return seen if await self._replace(seen) else device

    async def _end_pairing(self, device: Device) -> None:
        """First, since a confirmed code without its device could be confirmed anew."""
        of_user = Query(PAIRINGS, {"user_id": device["user_id"]})
        for kept in await self._ports.store.find(of_user):
            if kept["device_id"] == device["device_id"]:
                id = kept["_id"]
                await self._ports.store.delete(Query(PAIRINGS, at_least=id, below=id + _AFTER))

    async def _replace(self, device: Device) -> bool:
        expected = device["version"]
        device["version"] += 1
        return await self._ports.store.replace(DEVICES, device, expected)


def new_device(
    device_id: str, name: str, user_id: str, token_hash: str, now: datetime, version: str = ""
) -> Device:
    """A device that was never seen."""
    return Device(
        _id=device_key(device_id),
        version=1,
        device_id=device_id,
        name=name,
        user_id=user_id,
        token_hash=token_hash,
        firmware_version=version,
        created_at=now,
        last_seen_at=None,
    )


def require_labels(name: str, user_id: str) -> None:
    """Raise ``BadInput`` unless these can be the name of a device and a user."""
    for field, text, longest in (("name", name, _NAME_MAX), ("user_id", user_id, _USER_ID_MAX)):
        if not pairing.is_label(text, longest):
            raise BadInput.at(field, f"has 1 to {longest} characters, none of them invisible")


def name_taken(name: str) -> BadInput:
    """The complaint that another device has the name."""
    return BadInput.at("name", f"another device is named {name!r} already")


def _hash(secret: str) -> str:
    return tokens.Proof("", secret).hash
