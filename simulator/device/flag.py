"""The event of a simulated board, which its tasks wait for."""

from collections.abc import Iterator

from simpy import Event
from simpy.events import URGENT

from simulator.device.crystal import Crystal
from simulator.kernel.loop import happen, happening
from simulator.kernel.moments import Moment
from simulator.kernel.stage import Stage


class Flag:
    """Set, cleared, waited for in the time of the board."""

    def __init__(self, stage: Stage, crystal: Crystal) -> None:
        self._stage = stage
        self._crystal = crystal
        self._is_set = False
        self._waiting: list[Event] = []

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._is_set

    def clear(self) -> None:
        """Forget that it was set."""
        self._is_set = False

    def set(self) -> None:
        """Set it and wake everybody who waits."""
        for event in self._woken():
            event.succeed(True)

    def set_at_once(self) -> None:
        """The same; whoever waits goes on before anything else happens."""
        for event in self._woken():
            event._ok, event._value = True, True  # noqa: SLF001 -- as succeed() does it
            event.env.schedule(event, URGENT)

    def _woken(self) -> Iterator[Event]:
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        return (event for event in waiting if not event.triggered)

    async def wait(self, timeout_ms: int | None) -> bool:
        """Whether it was set before ``timeout_ms`` passed."""
        if self._is_set:
            return True
        environment = self._stage.environment
        woken = Event(environment)
        self._waiting.append(woken)
        if timeout_ms is not None:
            Moment(environment, self._crystal.real_ms(timeout_ms), woken, self._give_up)
        is_set: bool = await happening(woken)
        return is_set

    def _give_up(self, timeout: Moment[Event]) -> None:
        woken = timeout.value
        if not woken.triggered:
            self._waiting.remove(woken)
            happen(woken, False)
