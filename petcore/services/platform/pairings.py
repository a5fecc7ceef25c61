"""Pairing: a device asks for a code, its owner confirms it, the device collects its token.

Modelled on the OAuth device grant (RFC 8628). The store decides, so that codes live through a
restart and are known to all processes: a ``user_code`` is the ``_id`` of its pairing, so no two
devices ever have the same. What confirms it carries the new device in its outbox.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from petcore.errors import Duplicate, NotFound, RateLimited, WrongState
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules import pairing
from petcore.rules.instant import seconds_up, to_ms
from petcore.rules.limits import Limit, counted
from petcore.services.allowance import Allowance
from petcore.services.idempotency import Answer
from petcore.services.outbox import ATTEMPTS, Conflict, Outbox, Write, overtaken
from petcore.services.platform import tokens
from petcore.services.platform.collections import (
    DEVICES,
    PAIRINGS,
    Device,
    Pairing,
    device_key,
    is_revoked,
    pairing_key,
    the_pairing,
)
from petcore.services.platform.devices import name_taken, new_device, require_labels
from petcore.services.turns import Turns

_STARTS = Limit(requests=10, per_ms=10 * 60_000)
_GUESSES = Limit(requests=10, per_ms=10 * 60_000)


@dataclass(frozen=True, slots=True)
class PairingWish:
    """What a device says of itself when it asks for a code; None where it says nothing."""

    device_name: str | None
    firmware_version: str | None
    user_id: str | None


class Pairings:
    """The three steps. ``address`` is where a request came from."""

    def __init__(self, ports: Ports, outbox: Outbox) -> None:
        self._ports = ports
        self._outbox = outbox
        self._starts = Allowance(ports, "pairing starts", _STARTS)
        self._guesses = Allowance(ports, "pairing guesses", _GUESSES)
        self._turns = Turns()

    async def start(self, wish: PairingWish, address: str) -> Answer:
        """A code to show and the secret that belongs to it. Raises ``RateLimited``."""
        await self._starts.spend(counted(address))
        async with self._turns.of("room"):
            code, secret = await self._enter(wish)
        return {
            "ok": True,
            "device_code": tokens.device_code(code, secret),
            "user_code": pairing.shown(code),
            "expires_in_s": seconds_up(pairing.EXPIRES),
            "next_poll_s": seconds_up(pairing.POLL),
        }

    async def collect(self, device_code: str, address: str) -> Answer:
        """The token, once the code was confirmed, as often as it is asked for until it was used.

        Raises ``NotFound`` for a code that is unknown, expired or used up, and ``RateLimited``
        after too many of these. A code that proves itself is no guess: who shares an address with
        somebody that guesses is answered all the same.
        """
        found = await self._proved(device_code)
        if found is None:
            await self._guesses.spend(counted(address))
            raise NotFound("device_code: is not known, not valid any more or used; start again")
        device, secret = found
        return {
            "ok": True,
            "status": "paired" if device else "pending",
            "user_id": device["user_id"] if device else None,
            "device_id": device["device_id"] if device else None,
            "token": tokens.token(device["device_id"], secret) if device else None,
            "next_poll_s": seconds_up(pairing.POLL),
        }

    async def waiting(self, text: str) -> Pairing:
        """The pairing whose code somebody typed. Raises ``NotFound``, and ``WrongState`` if it is
        confirmed already.
        """
        kept, device = await self._shown(text)
        if device:
            raise _confirmed_before(device)
        return kept

    async def confirm(self, text: str, user_id: str, name: str) -> Device:
        """Let the device that shows the code act for the user, under this name; once more the same
        is answered the same.

        Raises ``NotFound``, ``WrongState`` if it was confirmed otherwise, and ``BadInput`` if the
        name is taken or cannot be one.
        """
        require_labels(name, user_id)
        for _ in range(ATTEMPTS):
            kept, device = await self._shown(text)
            if device:
                return _the_same(device, user_id, name)
            with suppress(Conflict):
                return await self._confirm(kept, user_id, name)
        raise overtaken()

    async def _confirm(self, kept: Pairing, user_id: str, name: str) -> Device:
        """Raises ``Conflict`` if somebody else was quicker."""
        await self._require_free(name, kept)
        now, id = self._ports.clock.now(), self._ports.entropy.new_id()
        device = new_device(id, name, user_id, kept["token_hash"], now, kept["firmware_version"])
        until = now + pairing.EXPIRES
        confirmed: Pairing = {
            **kept,
            "user_id": user_id,
            "device_id": id,
            "expires_at": until,
            "expires_at_ms": to_ms(until),
        }
        await self._outbox.commit(
            Write(PAIRINGS, confirmed, kept["version"]), [Write(DEVICES, device)]
        )
        if await self._confirmed(confirmed) is None:
            raise name_taken(name)
        return device

    async def _require_free(self, name: str, kept: Pairing) -> None:
        for device in await self._ports.store.find(Query(DEVICES, {"name": name})):
            if device["token_hash"] == kept["token_hash"]:
                raise Conflict  # a twin has just confirmed this very code
            raise name_taken(name)

    async def _proved(self, device_code: str) -> tuple[Device | None, str] | None:
        """The device, if there is one already, and the secret of its token; None if the code does
        not prove anything.
        """
        proof = tokens.read_device_code(device_code)
        kept = proof and await self._load(proof.name)
        if not proof or not kept or not proof.proves(kept["device_code_hash"]):
            return None
        device = await self._confirmed(kept)
        is_used = device and (device["last_seen_at"] or device["token_hash"] != kept["token_hash"])
        return None if is_used else (device, tokens.token_secret(proof.secret))

    async def _confirmed(self, kept: Pairing) -> Device | None:
        """The device that the code was confirmed for. There is none, too, if a twin took its name
        at the same time; then the code waits as before. If the device was revoked, it is what
        stays of it, which makes the code wait for nothing any more.
        """
        if not kept["device_id"]:
            return None
        return await self._ports.store.get(DEVICES, device_key(kept["device_id"]))

    async def _shown(self, text: str) -> tuple[Pairing, Device | None]:
        """What shows the code, and the device if it was confirmed. Raises ``NotFound``."""
        code = pairing.meant(text)
        kept = code and await self._load(code)
        device = await self._confirmed(kept) if kept else None
        if not kept or (device and is_revoked(device)):
            raise NotFound("no device shows this code now; codes hold for ten minutes")
        return kept, device

    async def _load(self, code: str) -> Pairing | None:
        """The pairing, unless it has expired."""
        for _ in range(ATTEMPTS):
            with suppress(Conflict):
                kept = await self._outbox.load(PAIRINGS, pairing_key(code))
                is_over = kept and pairing.is_over(kept["expires_at"], self._ports.clock.now())
                return None if is_over else kept
        raise overtaken()

    async def _enter(self, wish: PairingWish) -> tuple[str, str]:
        """The code and the secret of a new pairing. In one process this is done in turns. Where
        several processes take the last place at once, whoever sees too many leaves again: all of
        them, if need be, but never does one too many stay.
        """
        await self._sweep()
        await self._require_room(pairing.OPEN_MAX - 1)
        code, secret = await self._insert(wish)
        try:
            await self._require_room(pairing.OPEN_MAX)
        except RateLimited:
            await self._ports.store.delete(the_pairing(pairing_key(code)))
            raise
        return code, secret

    async def _insert(self, wish: PairingWish) -> tuple[str, str]:
        for _ in range(ATTEMPTS):
            secret = tokens.secret_text(self._ports.entropy.new_secret())
            code = pairing.user_code(self._ports.entropy.new_secret())
            with suppress(Duplicate):  # somebody has this code already
                await self._ports.store.insert(PAIRINGS, self._new(code, secret, wish))
                return code, secret
        raise overtaken()

    async def _require_room(self, most: int) -> None:
        """Raise ``RateLimited`` if more than ``most`` pair. What is over has been swept away."""
        first = Query(PAIRINGS, order="expires_at_ms", limit=most + 1)
        found = await self._ports.store.find(first)
        if len(found) > most:
            wait = found[0]["expires_at"] - self._ports.clock.now()
            raise RateLimited(
                "too many devices pair now", pairing.OPEN_MAX, max(1, seconds_up(wait))
            )

    async def _sweep(self) -> None:
        """Delete what is over."""
        now = self._ports.clock.now()
        bounds = (None, to_ms(now) + 1), (to_ms(now + pairing.LATEST) + 1, None)
        for at_least, below in bounds:
            over = Query(PAIRINGS, order="expires_at_ms", at_least=at_least, below=below)
            await self._ports.store.delete(over)

    def _new(self, code: str, secret: str, wish: PairingWish) -> Pairing:
        now = self._ports.clock.now()
        until: datetime = now + pairing.EXPIRES
        return Pairing(
            _id=pairing_key(code),
            version=1,
            outbox=[],
            outbox_len=0,
            user_code=code,
            device_code_hash=tokens.Proof(code, secret).hash,
            token_hash=tokens.Proof("", tokens.token_secret(secret)).hash,
            device_name=wish.device_name or "",
            firmware_version=wish.firmware_version or "",
            user_id=wish.user_id or "",
            device_id="",
            created_at=now,
            expires_at=until,
            expires_at_ms=to_ms(until),
        )


def _the_same(device: Device, user_id: str, name: str) -> Device:
    if (device["user_id"], device["name"]) != (user_id, name):
        raise _confirmed_before(device)
    return device


def _confirmed_before(device: Device) -> WrongState:
    name, user_id = device["name"], device["user_id"]
    return WrongState(f"this code was confirmed before, as {name!r} of {user_id!r}")
