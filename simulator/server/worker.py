"""A worker of the server: processes that stand in one place, one after another.

Each lives until it is killed or asked to leave; then the next is hired, opened on the same store,
and tried again as long as it cannot be opened, as a supervisor does. Here: how that goes. Not here:
when it happens, and which worker answers what (``house``).
"""

from contextlib import suppress
from functools import partial
from itertools import chain, repeat

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from simpy import Event

from petcore.errors import PetcoreError
from petcore.ports.clock import Clock
from petcore.ports.store import Store
from simulator.kernel.fate import Fate
from simulator.kernel.loop import happening
from simulator.kernel.stage import Stage
from simulator.server.faults import ServerFaults
from simulator.server.life import Life
from simulator.server.mortal import Doom, MortalStore
from simulator.server.process import Hire, Process

GRACE_MS = 70_000
"""So long a worker that was asked to leave has for what it is at; a turn of talk takes a minute."""
_TRY_AGAIN_MS = (1_000, 2_000, 4_000, 8_000)
"""Longer and longer pauses of who tries to start it; the last one goes on."""


class Worker:
    """Number ``number``, from 1. Its processes are called ``server/1/2`` for its second and so on;
    the first ones ``server``, ``server/2``, ``server/3``.
    """

    def __init__(
        self,
        stage: Stage,
        fate: Fate,
        faults: ServerFaults,
        clock: Clock,
        store: Store,
        hire: Hire,
        number: int,
    ) -> None:
        self._stage, self._fate, self._faults = stage, fate, faults
        self._clock, self._store, self._hire = clock, store, hire
        self._number, self._lives, self._busy = number, 0, 0
        self._living: tuple[Life, Process] | None = None
        self._waits_left, self._restart_ms = 0, 0
        self._moment: Doom = ""
        self._is_leaving = False
        self._idle: Event | None = None

    @property
    def is_there(self) -> bool:
        """Whether it takes requests now."""
        return self._living is not None and not self._is_leaving

    async def answer(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer a request. Raises ``ConnectionResetError`` if it dies before it has."""
        if self._living is None:
            raise ConnectionRefusedError("the server is not there")
        life, process = self._living
        self._busy += 1
        try:
            await life.run(_working(process, scope, receive, send))
        finally:
            self._busy -= 1
            if self._idle is not None and not self._busy and not self._idle.triggered:
                self._idle.succeed()

    async def start(self) -> bool:
        """Hire a process and open it. Whether it could be."""
        self._lives += 1
        name = self._name()
        life = Life(self._stage.loop, partial(self._die, name))
        process = self._hire(name, self._clock, MortalStore(self._store, life, self._doom))
        try:
            await life.run(process.open())
        except (PetcoreError, ConnectionResetError):
            life.end()
            return False
        self._living = life, process
        self._note(name, "starts")
        return True

    async def close(self) -> bool:
        """Let it finish what it does by itself, and stop. Whether it lived until then."""
        if self._living is None:
            return False
        life, process = self._living
        # What it leaves half done is finished by whoever comes next.
        with suppress(PetcoreError, ConnectionResetError):
            await life.run(process.close())
        if life.is_over:
            return False
        self._living = None
        life.end()
        self._note(self._name(), "stops")
        return True

    def doom(self, waits: int, moment: Doom, restart_ms: int) -> None:
        """Let it die when it waits for its store for the so-many-th time from now on, before or
        after what it asks for is done. Another follows so many milliseconds later, or more.
        """
        self._waits_left, self._moment, self._restart_ms = waits, moment, restart_ms

    async def renew(self, pause_ms: int) -> None:
        """Let it answer what it was asked and leave, and start another so many milliseconds later.
        If it is not there, or killed meanwhile, another is started anyway.
        """
        if not self.is_there:
            return
        self._is_leaving = True
        self._note(self._name(), "leaves")
        await self._finish()
        has_left = await happening(self._stage.loop.serve(self.close()))
        self._is_leaving = False
        if has_left:
            await self.come_back(pause_ms)

    async def come_back(self, ms: int) -> None:
        """Start again in so many milliseconds; as often as that takes."""
        pauses_ms = chain(_TRY_AGAIN_MS, repeat(_TRY_AGAIN_MS[-1]))
        await self._stage.sleep(ms + self._delay_ms())
        while not await happening(self._stage.loop.serve(self.start())):
            await self._stage.sleep(next(pauses_ms))

    async def _finish(self) -> None:
        """Wait until it has answered, but not for ever."""
        if self._busy:
            environment = self._stage.environment
            self._idle = environment.event()
            await happening(environment.any_of([self._idle, environment.timeout(GRACE_MS)]))
            self._idle = None

    def _doom(self) -> Doom:
        """Whether it dies of asking the store this time."""
        if self._waits_left:
            self._waits_left -= 1
            if not self._waits_left and not self._fate.is_healed:
                return self._moment
        return ""

    def _die(self, name: str) -> None:
        """It was killed. If that was while it started, who starts it hears of it."""
        self._note(name, "dies")
        if self._living is not None:
            self._living = None
            self._stage.live(self.come_back(self._restart_ms))

    def _delay_ms(self) -> int:
        """How much longer the start takes now."""
        name = f"server/{self._number}"
        if not self._fate.strikes("slow start", name, self._faults.slow_start):
            return 0
        return self._fate.span("slow start", name, self._faults.slow_start_ms)

    def _name(self) -> str:
        """What the process is called that was hired last."""
        if self._lives > 1:
            return f"server/{self._number}/{self._lives}"
        return "server" if self._number == 1 else f"server/{self._number}"

    def _note(self, name: str, does: str) -> None:
        self._stage.trace.note("worker", who=name, does=does)


async def _working(
    process: Process, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """As a coroutine, which an ASGI app need not be."""
    await process.app(scope, receive, send)
