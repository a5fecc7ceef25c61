"""SimPy's time at the pace of a real clock, and an asyncio loop in it with real sockets.

What is due happens when the real clock, times the scale, says so. Meanwhile asyncio waits for its
sockets; what they bring happens at the moment when it comes.
"""

import selectors
from math import inf

from simpy import Environment

from simulator.kernel.loop import (
    SteppingSelector,
    VirtualLoop,
)
from simulator.kernel.stopwatch import Stopwatch

_SECOND_MS = 1_000
_NAP_S = 0.5
"""How long is waited at most without a look around."""
_LATE_S = 1.0

News = list[tuple[selectors.SelectorKey, int]]


class Pace:
    """Tells what time it is in the world: ``began_ms`` when ``watch`` began, and from then on
    ``scale`` times as fast as life.
    """

    def __init__(self, watch: Stopwatch, began_ms: float, scale: int) -> None:
        self._watch, self._began_ms, self._scale = watch, began_ms, scale
        self._looked_at_s = inf
        self.behind_s = 0.0
        """By how many real seconds something has come too late, at most: whoever simulates was
        busy, and no server is to blame."""

    @property
    def is_late(self) -> bool:
        """Whether somebody could take what was late here for a fault of the server."""
        return self.behind_s > _LATE_S

    @property
    def now(self) -> float:
        """Milliseconds of the world."""
        return self._began_ms + self._watch.seconds * _SECOND_MS * self._scale

    def is_due(self, then: float) -> bool:
        """Whether it is ``then``."""
        late_s = (self.now - then) / _SECOND_MS / self._scale
        self.behind_s = max(self.behind_s, late_s)
        return late_s >= 0

    def look(self) -> None:
        """Somebody looks around. Who has not done so for longer than a nap was away."""
        now_s = self._watch.seconds
        self.behind_s = max(self.behind_s, now_s - self._looked_at_s - _NAP_S)
        self._looked_at_s = now_s

    def seconds_until(self, then: float) -> float:
        """Real seconds until ``then``; not below 0, and no more than a nap."""
        left = (then - self.now) / _SECOND_MS / self._scale
        return min(max(left, 0.0), _NAP_S)


class PacedLoop(VirtualLoop):
    """The loop of a world that goes at a ``pace``."""

    def __init__(self, environment: Environment, pace: Pace) -> None:
        super().__init__(environment, PacedSelector(environment, pace))


class PacedSelector(SteppingSelector):
    """Waits for sockets until SimPy's next event is due."""

    def __init__(self, environment: Environment, pace: Pace) -> None:
        super().__init__(environment)
        self._time, self._pace = environment, pace

    def select(self, timeout: float | None = None) -> News:
        """What the sockets bring; nothing once asyncio has something else to do."""
        if timeout is not None:
            return self._news(0.0)
        self.is_over = False
        while not self.is_over:
            following = self._time.peek()
            news = self._news(self._pace.seconds_until(following))
            if news:
                self._catch_up(following)
                return news
            if self._pace.is_due(following):
                self._time.step()
        return []

    def _news(self, seconds: float) -> News:
        news = selectors.SelectSelector.select(self, seconds)
        self._pace.look()
        return news

    def _catch_up(self, following: float) -> None:
        """Let the world's time be the present, if nothing else is due before."""
        present = int(self._pace.now)
        if self._time.now < present < following:
            self._time.timeout(present - int(self._time.now))
            self._time.step()
