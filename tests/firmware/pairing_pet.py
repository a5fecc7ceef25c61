"""What a server says to a pet that pairs, and such a pet, for the tests of pairing and token."""

from collections.abc import Callable

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.logic.config import Config
from firmware.logic.pairing import Pairing
from firmware.logic.parts import Parts

CUT = OSError(111, "connection refused")
CODES = (201, {"device_code": "pair_1", "user_code": "BCDF-GHJK", "next_poll_s": 5})
OTHERS = (201, {"device_code": "pair_2", "user_code": "KJHG-FDCB", "next_poll_s": 5})
PENDING = (200, {"status": "pending", "token": None, "user_id": None, "next_poll_s": 7})
PAIRED = (200, {"status": "paired", "token": "pet_1", "user_id": "audrey öz", "next_poll_s": 5})
UNAUTHORIZED = (401, {"ok": False, "error": "No.", "code": "unauthorized"})
PORTAL = (401, {"login": "here"})
QUIET = (200, {"remind_now": False, "payload": None, "next_poll_s": 30})
HELD = {"token": "pet_1 audrey öz"}

MakeBoard = Callable[..., VirtualBoard]


def parts_on(board: VirtualBoard) -> Parts:
    """Give the parts of a pet that pairs."""
    return Parts(board, Config("audrey", "pet-1", pairs=True))


def asked(pairing: Pairing, times: int) -> list[int]:
    """Ask so many times and give the pauses that followed."""
    pauses: list[int] = []

    async def ask() -> None:
        pauses.extend([await pairing.ask() for _ in range(times)])

    pairing.hal.spawn("ask", ask())
    pairing.hal.kernel.run(pairing.hal.kernel.now_ms + 60_000)
    return pauses


def paths(server: ScriptedServer) -> list[str]:
    """Give what was asked."""
    return [path for _, path, _, _ in server.requests]
