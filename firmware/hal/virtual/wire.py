# The wire between a virtual board and its server: how long it takes, and what goes wrong on it.
# Belongs here: the fate of one exchange. Does not: what the server answers.

import json

REFUSED = 111
TIMED_OUT = 110


# `faults` holds (from_ms, until_ms, part, fault, what); the first whose part is in the path of a
# request decides its fate:
#     cut           nobody is there
#     lose_request  nobody hears it, and the pet waits in vain
#     lose_answer   the server hears it, and the pet waits in vain
#     slow          the server's answer takes `what` milliseconds more
#     garble        the server's answer is `what`, with its own status
#     answer        somebody else answers `what`, a (status, object)
# With `period_ms` the same faults come again after each such period.
class Wire:
    def __init__(self, kernel, chance, server, faults, period_ms: int | None = None) -> None:
        self.kernel = kernel
        self.chance = chance
        self.server = server
        self.faults = faults
        self.period_ms = period_ms

    # Both ways through JSON, as on a wire. `sleep_ms` is the board's.
    async def carry(self, sleep_ms, request: tuple, timeout_ms: int) -> tuple:
        fault, what = self._fault(request[1])
        if fault == "cut":
            raise OSError(REFUSED, "connection refused")
        await sleep_ms(20 + self.chance.below(80))
        if fault == "lose_request":
            await self._time_out(sleep_ms, timeout_ms)
        if fault == "answer":
            return what
        status, answer = self.server.answer(self.kernel.now_ms, *request)
        if fault == "lose_answer":
            await self._time_out(sleep_ms, timeout_ms)
        if fault == "slow":
            await self._come_late(sleep_ms, what, timeout_ms)
        await sleep_ms(20 + self.chance.below(80))
        return status, json.loads(json.dumps(what if fault == "garble" else answer))

    async def _time_out(self, sleep_ms, timeout_ms: int) -> None:
        await sleep_ms(timeout_ms)
        raise OSError(TIMED_OUT, "timed out")

    async def _come_late(self, sleep_ms, late_ms: int, timeout_ms: int) -> None:
        if late_ms >= timeout_ms:
            await self._time_out(sleep_ms, timeout_ms)
        await sleep_ms(late_ms)

    def _fault(self, path: str) -> tuple:
        now_ms = self.kernel.now_ms
        if self.period_ms is not None:
            now_ms %= self.period_ms
        for from_ms, until_ms, part, fault, what in self.faults:
            if from_ms <= now_ms < until_ms and part in path:
                return fault, what
        return None, None
