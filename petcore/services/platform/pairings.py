"""Pairing: a device asks for a code, its owner confirms it, the device collects its token.

Modelled on the OAuth device grant (RFC 8628). The store decides, so that codes live through a
restart and are known to all processes: a ``user_code`` is the ``_id`` of its pairing, so no two
devices ever have the same. What confirms it carries the new device in its outbox.
"""

from dataclasses import dataclass
from datetime import datetime

from petcore.errors import Duplicate, NotFound, RateLimited, WrongState
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules import pairing
from petcore.rules.instant import seconds_up, to_ms
from petcore.rules.limits import Limit
from petcore.services.allowance import Allowance
from petcore.services.idempotency import Answer
from petcore.services.outbox import Conflict, Outbox, Write
from petcore.services.platform import tokens
from petcore.services.platform.collections import (
    DEVICES,
    PAIRINGS,
    Device,
    Pairing,
    device_key,
    pairing_key,
)
from petcore.services.platform.devices import name_taken, new_device

_STARTS = Limit(requests=10, per_ms=10 * 60_000)
_GUESSES = Limit(requests=10, per_ms=10 * 60_000)
_ATTEMPTS = 64


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

    async def start(self, wish: PairingWish, address: str) -> Answer:
        """A code to show and the secret that belongs to it. Raises ``RateLimited``."""
        await self._starts.spend(address)
        await self._sweep()
        await self._require_room()
        while True:
            secret = tokens.secret_text(self._ports.entropy.new_secret())
            code = pairing.user_code(self._ports.entropy.new_secret())
            try:
                await self._ports.store.insert(PAIRINGS, self._new(code, secret, wish))
            except Duplicate:
                continue  # somebody has this code already
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
        after too many of these.
        """
        await self._guesses.require(address)
        found = await self._proved(device_code)
        if found is None:
            await self._guesses.spend(address)
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
        code = pairing.meant(text)
        kept = code and await self._load(code)
        if not kept:
            raise NotFound("no device shows this code now; codes hold for ten minutes")
        if kept["device_id"]:
            raise WrongState("this code was confirmed before")
        return kept

    async def confirm(self, text: str, user_id: str, name: str) -> Device:
        """Let the device that shows the code act for the user, under this name.

        Raises ``NotFound``, ``WrongState``, and ``BadInput`` if the name is taken.
        """
        kept = await self.waiting(text)
        if await self._ports.store.find(Query(DEVICES, {"name": name})):
            raise name_taken(name)
        now = self._ports.clock.now()
        id = self._ports.entropy.new_id()
        device = new_device(id, name, user_id, kept["token_hash"], now, kept["firmware_version"])
        until = now + pairing.EXPIRES
        confirmed: Pairing = {
            **kept,
            "user_id": user_id,
            "device_id": id,
            "expires_at": until,
            "expires_at_ms": to_ms(until),
        }
        try:
            await self._outbox.commit(
                Write(PAIRINGS, confirmed, kept["version"]), [Write(DEVICES, device)]
            )
        except Conflict:
            raise WrongState("this code was confirmed or has expired meanwhile") from None
        if await self._ports.store.get(DEVICES, device["_id"]) is None:
            raise name_taken(name)
        return device

    async def _proved(self, device_code: str) -> tuple[Device | None, str] | None:
        """The device, if there is one already, and the secret of its token; None if the code does
        not prove anything.
        """
        proof = tokens.read_device_code(device_code)
        kept = proof and await self._load(proof.name)
        if not proof or not kept or not proof.proves(kept["device_code_hash"]):
            return None
        secret = tokens.token_secret(proof.secret)
        if not kept["device_id"]:
            return None, secret
        device = await self._ports.store.get(DEVICES, device_key(kept["device_id"]))
        is_new = device is not None and device["last_seen_at"] is None
        if not device or not is_new or device["token_hash"] != kept["token_hash"]:
            return None
        return device, secret

    async def _load(self, code: str) -> Pairing | None:
        """The pairing, unless it has expired."""
        for _ in range(_ATTEMPTS):
            try:
                kept = await self._outbox.load(PAIRINGS, pairing_key(code))
            except Conflict:
                continue
            is_over = kept is None or kept["expires_at"] <= self._ports.clock.now()
            return None if is_over else kept
        return None

    async def _require_room(self) -> None:
        now_ms = to_ms(self._ports.clock.now())
        waiting = Query(PAIRINGS, order="expires_at_ms", at_least=now_ms)
        if await self._ports.store.count(waiting) >= pairing.OPEN_MAX:
            wait_s = seconds_up(pairing.EXPIRES)
            raise RateLimited("too many devices pair now", pairing.OPEN_MAX, wait_s)

    async def _sweep(self) -> None:
        now_ms = to_ms(self._ports.clock.now())
        await self._ports.store.delete(Query(PAIRINGS, order="expires_at_ms", below=now_ms))

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
