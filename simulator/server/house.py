"""The server of a simulated world: one worker or several on one store, seen as one ASGI app.

Here: which worker answers what, and when what goes wrong. Not here: how a worker dies and is
replaced (``worker``), and how the store fails (``disk``).
"""

from collections.abc import Sequence

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from petcore.ports.store import Collection, Store
from simulator.kernel.clock import SettableClock
from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Event, Json
from simulator.people.owner import Devices, Pairings
from simulator.server.disk import FrailStore
from simulator.server.faults import ServerFaults, StoreFaults
from simulator.server.life import beget
from simulator.server.mortal import Doom
from simulator.server.process import Hire, Process
from simulator.server.worker import Worker

__all__ = ["Hire", "House", "Process"]

_SERVER = "server"
"""Whom befalls what befalls no worker in particular."""
_SOON = 12
"""So many more times a doomed worker waits for its store, at most: as often as for one request."""
_MOMENTS: tuple[Doom, Doom] = ("before", "after")


class House:
    """Where requests are answered."""

    def __init__(
        self,
        stage: Stage,
        fate: Fate,
        faults: ServerFaults,
        store_faults: StoreFaults,
        store: Store,
        hire: Hire,
    ) -> None:
        self._workers: tuple[Worker, ...] = ()
        if faults == ServerFaults() and store_faults == StoreFaults():
            self._process = hire(_SERVER, stage.clock, store)
            return
        self._stage, self._fate = stage, fate
        self._clock = SettableClock(stage.clock)
        # The command, with which nothing goes wrong: who types it sees what it says.
        self._process = hire("admin", self._clock, store)
        self._chance = stage.streams.stream("house")
        self._is_rolling = False
        frail = FrailStore(store, stage, fate, store_faults)
        self._workers = tuple(
            Worker(stage, fate, faults, self._clock, frail, hire, number)
            for number in range(1, faults.workers + 1)
        )
        beget(stage.loop)
        stage.trace.listen(self._hear)
        self._tempt(faults)

    def _tempt(self, faults: ServerFaults) -> None:
        """Let happen to the workers, and to the clock of their machine, what may."""
        spells = self._fate.spells
        restart_ms, step_ms = faults.restart_ms, faults.clock_step_ms
        spells("crash", _SERVER, faults.crashes, restart_ms, self._doom)
        spells("rolling restart", _SERVER, faults.rolling, restart_ms, self._roll)
        spells("clock step", _SERVER, faults.clock_steps, step_ms, self._set_clock)

    async def open(self) -> None:
        """Start."""
        if not self._workers:
            await self._process.open()
        for worker in self._workers:
            if not await worker.start():
                self._stage.live(worker.come_back(0))

    async def reopen(self) -> None:
        """Start the command once more: a start finishes what any process left half done."""
        await self._process.open()

    async def close(self) -> None:
        """Finish what is under way, and stop."""
        if not self._workers:
            await self._process.close()
        for worker in self._workers:
            await worker.close()

    @property
    def devices(self) -> Devices:
        """What the command ``petcore device`` has of the store, in a process of its own."""
        return self._process.devices

    @property
    def pairings(self) -> Pairings:
        """The same, of what pairs."""
        return self._process.pairings

    @property
    def collections(self) -> Sequence[Collection[Json]]:
        """All that the store holds."""
        return self._process.collections

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer. Raises ``ConnectionRefusedError`` if nobody is there, ``ConnectionResetError`` if
        whoever was has died.
        """
        if not self._workers:
            await self._process.app(scope, receive, send)
            return
        drawn = self._chance.random()  # Always, so that no draw depends on who is there.
        there = [worker for worker in self._workers if worker.is_there]
        if not there:
            raise ConnectionRefusedError("no worker of the server is there")
        await there[int(drawn * len(there))].answer(scope, receive, send)

    def _doom(self, restart_ms: int) -> None:
        # A stream for this one alone: no other one depends on whether it is spared.
        chance = self._stage.streams.stream(f"crash/{self._stage.now}")
        worker = self._workers[chance.randrange(len(self._workers))]
        worker.doom(chance.randint(1, _SOON), chance.choice(_MOMENTS), restart_ms)

    def _roll(self, pause_ms: int) -> None:
        if not self._is_rolling:
            self._is_rolling = True
            self._stage.live(self._renew(pause_ms))

    async def _renew(self, pause_ms: int) -> None:
        """All workers, one after the other."""
        for worker in self._workers:
            await worker.renew(pause_ms)
        self._is_rolling = False

    def _set_clock(self, ms: int) -> None:
        """Let it be so wrong from now on, and not as before."""
        chance = self._stage.streams.stream(f"clock step/{self._stage.now}")
        self._step_clock(chance.choice((-ms, ms)) - self._clock.step(0))

    def _hear(self, event: Event) -> None:
        if event["kind"] == "heals":
            self._step_clock(-self._clock.step(0))

    def _step_clock(self, ms: int) -> None:
        if ms:
            self._stage.trace.note("clock", off_ms=self._clock.step(ms))
