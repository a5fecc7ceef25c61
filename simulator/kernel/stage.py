"""What everybody in a simulated world shares: time, chance, the record, the asyncio loop."""

from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import Any, cast

from simpy import Environment, Event

from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import VirtualLoop, happening
from simulator.kernel.moments import Moment
from simulator.kernel.streams import Streams
from simulator.kernel.trace import Trace


@dataclass(frozen=True, slots=True)
class Stage:
    """One of each, made by the world."""

    environment: Environment
    loop: VirtualLoop
    clock: VirtualClock
    streams: Streams
    trace: Trace

    @property
    def now(self) -> int:
        """Milliseconds since the world began."""
        return int(self.environment.now)

    def live(self, life: Coroutine[Any, Any, None]) -> None:
        """Let ``life`` run beside everything else."""
        # A coroutine object has all that SimPy asks of a generator; only its type differs.
        self.environment.process(cast("Generator[Event, Any, Any]", life))

    async def sleep(self, ms: int) -> None:
        """Let ``ms`` milliseconds pass."""
        await happening(Moment(self.environment, ms, None))

    def after(self, ms: int, do: Callable[[], None]) -> None:
        """Do something ``ms`` milliseconds from now."""
        Moment(self.environment, ms, do, _do)


def _do(moment: Moment[Callable[[], None]]) -> None:
    moment.value()
