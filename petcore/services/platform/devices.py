"""Devices: what may act for a user, each by its own token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from petcore.errors import BadInput, Duplicate, NotFound, Unauthorized
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules import pairing
from petcore.services.outbox import ATTEMPTS, overtaken
from petcore.services.platform import tokens
from petcore.services.platform.collections import (
    DEVICES,
    PAIRINGS,
    Device,
    device_key,
    is_revoked,
    revoked,
    the_pairing,
)
from petcore.services.upkeep.pages import pages

_SEEN_EVERY = timedelta(minutes=1)

NAME_IS = f"1 to {pairing.NAME_MAX} characters, none of them invisible, no space at the ends"
"""What can be the name of a device, in words."""
USER_ID_IS = f"1 to {pairing.USER_ID_MAX} characters, no control characters"
"""What can be a user, in words."""


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
        """Every device that was not revoked, by name."""
        kept = [device async for page in pages(self._ports.store, DEVICES) for device in page]
        found = [device for device in kept if not is_revoked(device)]
        return sorted(found, key=lambda device: str(device["name"]))

    async def rotate(self, name: str) -> Issued:
        """A new token for the device; the old one ends. Raises ``NotFound``."""
        secret = tokens.secret_text(self._ports.entropy.new_secret())
        for _ in range(ATTEMPTS):
            device = await self.named(name)
            rotated: Device = {**device, "token_hash": _hash(secret)}
            if await self._replace(rotated):
                return Issued(rotated, tokens.token(device["device_id"], secret))
        raise overtaken()

    async def revoke(self, name: str) -> Device:
        """Forget the device but for its id; its token ends. Raises ``NotFound``."""
        for _ in range(ATTEMPTS):
            device = await self.named(name)
            await self._end_pairing(device)
            if await self._replace(revoked(device)):
                return device
        raise overtaken()

    async def named(self, name: str) -> Device:
        """The device of this name. Raises ``NotFound``."""
        found = await self._ports.store.find(Query(DEVICES, {"name": name}))
        if not found or is_revoked(found[0]):
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
        """First, so that a code never says that it waits when its device was revoked."""
        of_user = Query(PAIRINGS, {"user_id": device["user_id"]})
        for kept in await self._ports.store.find(of_user):
            if kept["device_id"] == device["device_id"]:
                await self._ports.store.delete(the_pairing(kept["_id"]))

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
    if not pairing.is_name(name):
        raise BadInput.at("name", f"must be {NAME_IS}")
    if not pairing.is_user_id(user_id):
        raise BadInput.at("user_id", f"must be {USER_ID_IS}")


def name_taken(name: str) -> BadInput:
    """The complaint that another device has the name."""
    return BadInput.at("name", f"another device is named {name!r} already")


def _hash(secret: str) -> str:
    return tokens.Proof("", secret).hash
