"""The event of a simulated board, which its tasks wait for."""

from simpy import Event

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
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            if not event.triggered:
                event.succeed(True)

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
