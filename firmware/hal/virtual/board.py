# A board in virtual time. Belongs here: ticks, chance, presses, what outlasts the power, and a
# trace of all that happens. Does not: the fate of an exchange (wire.py), what is drawn (drawn.py).

import json

from firmware.hal.board import Board
from firmware.hal.virtual.kernel import Chance, Event, Kernel, Wait
from firmware.hal.virtual.wire import Wire

# The ticks wrap in the middle of the first hour, so that every run crosses the place.
TICKS_PERIOD = 1 << 30
TICKS_FIRST = TICKS_PERIOD - 30 * 60_000
DISK_FULL = 28


# The power is gone, in the middle of a step: no task may live on, so none may catch it.
class PowerLost(BaseException):
    pass


# `server.answer(now_ms, method, path, obj, headers)` gives (status, object);
# `write` takes each line of the trace; `faults` are the wire's;
# `presses` holds (at_ms, kind) in the order of time;
# `flash` is what outlasts the power, to be given to the board that boots after this one;
# `flash_faults` holds (from_ms, until_ms, what happens to who keeps something meanwhile):
#     full   the disk is full
#     torn   the power goes before it is kept
#     late   the power goes when it is kept
# With `period_ms` presses and faults come again after each such period.
class VirtualBoard(Board):
    def __init__(
        self,
        server,
        write,
        faults=(),
        presses=(),
        seed: int = 1,
        flash=None,
        *,
        flash_faults=(),
        period_ms: int | None = None,
        from_ms: int = 0,
        ticks_first: int = TICKS_FIRST,
    ) -> None:
        self.kernel = Kernel(from_ms)
        self.server = server
        self.write = write
        self.chance = Chance(seed)
        self.wire = Wire(self.kernel, self.chance, server, faults, period_ms)
        self.presses = presses
        # How many of the presses, over all periods, are past.
        self.pressed = len(presses) * (from_ms // period_ms) if period_ms else 0
        self.flash: dict = {} if flash is None else flash
        self.flash_faults = flash_faults
        self.period_ms = period_ms
        self.ticks_first = ticks_first

    def kept(self, name: str) -> str | None:
        return self.flash.get(name)

    def keep(self, name: str, value: str | None) -> None:
        fault = self._flash_fault()
        if fault is not None:
            self.note(f"flash {fault} {name}")
        if fault == "full":
            raise OSError(DISK_FULL, "no space left")
        if fault == "torn":
            raise PowerLost
        if value is None:
            self.flash.pop(name, None)
        else:
            self.flash[name] = value
        if fault == "late":
            raise PowerLost

    def _flash_fault(self) -> str | None:
        now_ms = self._within_period()
        for from_ms, until_ms, fault in self.flash_faults:
            if from_ms <= now_ms < until_ms:
                return fault
        return None

    def _within_period(self) -> int:
        now_ms = self.kernel.now_ms
        return now_ms if self.period_ms is None else now_ms % self.period_ms

    def ticks_ms(self) -> int:
        return (self.ticks_first + self.kernel.now_ms) % TICKS_PERIOD

    def ticks_diff(self, later: int, earlier: int) -> int:
        half = TICKS_PERIOD // 2
        return (later - earlier + half) % TICKS_PERIOD - half

    # A fraction of few bits, exact in the single precision of a board as well.
    def rand(self) -> float:
        return self.chance.below(1024) / 1024

    def boot_id(self) -> int:
        return self.chance.below(1 << 16) << 16 | self.chance.below(1 << 16)

    def log(self, line: str) -> None:
        self.note(f"log {line}")

    def tone(self, hz: int, ms: int) -> None:
        self.note(f"tone {hz} {ms}")

    # A status has lines; a line of the trace has one.
    def show(self, scene: tuple, known) -> None:
        screen, title, detail, offline = scene
        detail = str(detail).replace("\n", "; ")
        self.note(f"show {json.dumps(screen)} {title} | {detail} | {offline}")

    def link(self) -> str:
        return "-50 dBm"

    def address(self) -> str:
        return "virtual:5000"

    # Nothing watches a virtual board, and it has no link to make anew.
    def feed(self) -> None:
        pass

    def renew_link(self) -> None:
        self.note("renew_link")

    def mark_good(self) -> None:
        self.note("mark_good")

    def note(self, line: str) -> None:
        self.write(f"{self.kernel.now_ms:08d} {line}")

    def spawn(self, name: str, coro) -> None:
        self.note(f"spawn {name}")
        self.kernel.spawn(coro)

    def event(self) -> Event:
        return Event(self.kernel)

    async def sleep_ms(self, ms: int) -> None:
        await Wait(None, ms)

    async def wait(self, event, timeout_ms: int | None = None) -> bool:
        return await Wait(event, timeout_ms)

    # A press in the past was lost: nobody waited.
    async def button(self) -> str:
        at_ms, kind = self._next_press()
        if kind is None:
            await Wait(self.event(), None)
        await self.sleep_ms(at_ms - self.kernel.now_ms)
        return kind

    def _next_press(self) -> tuple:
        while self.presses:
            periods, number = divmod(self.pressed, len(self.presses))
            if periods and self.period_ms is None:
                break
            self.pressed += 1
            at_ms, kind = self.presses[number]
            at_ms += periods * (self.period_ms or 0)
            if at_ms >= self.kernel.now_ms:
                return at_ms, kind
        return 0, None

    async def http(self, method: str, path: str, obj, headers, timeout_ms: int) -> tuple:
        key = (headers or {}).get("Idempotency-Key")
        self.note(f"call {method} {path} {key} {written(obj)}")
        request = (method, path, obj, headers)
        status, answer = await self.wire.carry(self.sleep_ms, request, timeout_ms)
        self.note(f"answer {path.partition('?')[0]} {status} {written(answer)}")
        return status, answer


# JSON with its keys in order: on MicroPython a dict has none of its own.
def written(obj) -> str:
    if isinstance(obj, dict):
        return "{" + ", ".join([f"{name}: {written(obj[name])}" for name in sorted(obj)]) + "}"
    if isinstance(obj, (list, tuple)):
        return "[" + ", ".join([written(item) for item in obj]) + "]"
    return obj if isinstance(obj, str) else json.dumps(obj)
