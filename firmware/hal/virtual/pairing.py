# A pet that pairs, in virtual time: answers get lost, the power goes while it pairs and after, the
# server forgets it once. Its log has a checksum and is the same on every VM:
#
#     micropython -X heapsize=64k -m firmware.hal.virtual.pairing

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.life import Trace, live
from firmware.hal.virtual.plan import at
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config

UNAUTHORIZED = (401, {"ok": False, "error": "a token is wanted", "code": "unauthorized"})
UNKNOWN = (404, {"ok": False, "error": "the code is not known", "code": "not_found"})
START = "/api/devices/pairing"
COLLECT = "/api/devices/pairing/collect"

# The power goes at the end of each life.
LIVES_MS = (at(0, 20), at(4), at(8), at(12))
CONFIRMED_MS = (at(2, 10), at(9, 30))
EXPIRED_MS = at(1)
REVOKED_MS = at(9)

FAULTS: tuple = (
    (at(0), at(0, 3), START, "lose_answer", None),
    (at(0, 10), at(0, 14), START, "garble", {"device_code": 7, "user_code": None}),
    (at(1, 20), at(1, 50), "pairing", "answer", (429, {"code": "rate_limited"})),
    (at(2, 20), at(2, 30), COLLECT, "lose_answer", None),
    (at(3), at(3, 20), "poll", "answer", (401, None)),
    (at(9, 10), at(9, 20), "pairing", "cut", None),
)


# Answers who has its token, and hands out one for each code that was confirmed.
class PairingServer(VirtualServer):
    def __init__(self) -> None:
        super().__init__()
        self.codes: list = []  # when each was given
        self.used: list = []

    def answer(self, now_ms: int, method: str, path: str, obj, headers) -> tuple:
        if path == START:
            return self.start_pairing(now_ms)
        if path == COLLECT:
            return self.collect(now_ms, obj["device_code"])
        token = (headers or {}).get("Authorization", "")[len("Bearer ") :]
        if not token.startswith("pet_") or self.is_over(token, now_ms):
            return UNAUTHORIZED
        if token not in self.used:
            self.used.append(token)
        return super().answer(now_ms, method, path, obj, headers)

    def start_pairing(self, now_ms: int) -> tuple:
        self.codes.append(now_ms)
        number = len(self.codes)
        return 201, {
            "device_code": f"pair_{number}",
            "user_code": f"BCDF-GHJ{number}",
            "next_poll_s": 5,
        }

    # The first code is of no use from EXPIRED_MS on. Whatever is confirmed is the newest.
    def collect(self, now_ms: int, device_code: str) -> tuple:
        number = int(device_code[len("pair_") :])
        token = f"pet_{number}"
        given_ms = self.codes[number - 1]
        is_old = given_ms < EXPIRED_MS <= now_ms
        if is_old or token in self.used:
            return UNKNOWN
        is_paired = any(given_ms < moment <= now_ms for moment in CONFIRMED_MS)
        return 200, {
            "status": "paired" if is_paired else "pending",
            "user_id": "audrey öz" if is_paired else None,
            "token": token if is_paired else None,
            "next_poll_s": 5,
        }

    def is_over(self, token: str, now_ms: int) -> bool:
        return self.codes[int(token[len("pet_") :]) - 1] < REVOKED_MS <= now_ms


def run(write=print) -> str:
    trace = Trace(write)
    server = PairingServer()
    flash: dict = {}
    now_ms = 0
    for number, end_ms in enumerate(LIVES_MS):
        board = VirtualBoard(
            server, trace.line, FAULTS, seed=number + 1, flash=flash, from_ms=now_ms
        )
        now_ms = live(board, Config("audrey", "pet-1", pairs=True), end_ms)
    return trace.end()


if __name__ == "__main__":
    run()
