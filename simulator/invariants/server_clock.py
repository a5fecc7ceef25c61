"""What the server's clock shows, which may be set wrong: for judges who compare its instants with
the world's.

The server cannot know that its clock is wrong, and the contract promises no more than that it goes
by its clock. So whoever judges an instant that it said asks here what it went by, and lets it be
neither earlier nor later than that. When nothing sets the clock it shows the time of the world.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta

from petcore.ports.zones import Zones
from simulator.invariants import Hears
from simulator.kernel.trace import Event, number

_MS = timedelta(milliseconds=1)


class ServerClock:
    """Listens to when the world begins and to each step of the clock. Times are milliseconds since
    the world began, and may lie in the past.
    """

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._began: datetime | None = None
        self._steps_at = [0]
        self._offs_ms = [0]

    @property
    def hears(self) -> Hears:
        """What to pass on to it: a judge adds this to what it hears itself."""
        return {"world": self.begin, "clock": self.step}

    def begin(self, event: Event) -> None:
        """The first line of the trace."""
        scenario = event["scenario"]
        assert isinstance(scenario, dict)
        day = date.fromisoformat(scenario["date"])
        midnight = datetime.combine(day, time(), self._zones.zone(scenario["zone"]))
        self._began = midnight.astimezone(UTC)

    def step(self, event: Event) -> None:
        """Somebody has set it."""
        self._steps_at.append(number(event, "at"))
        self._offs_ms.append(number(event, "off_ms"))

    def now(self, at: int) -> datetime:
        """What it shows at ``at``, in UTC; the world must have begun."""
        return self._shown(at, self.off_ms(at))

    def off_ms(self, at: int) -> int:
        """By how much it is ahead at ``at``; less than 0, if it is behind."""
        return self._offs_ms[bisect_right(self._steps_at, at) - 1]

    def span(self, since: int, until: int) -> tuple[datetime, datetime]:
        """The earliest and the latest that it showed from ``since`` until ``until``."""
        steps = [at for at in self._steps_at if since < at <= until]
        shown = [self.now(at) for at in (since, *steps, until)]
        before = [self._shown(at, self.off_ms(at - 1)) for at in steps]
        return min(shown), max(*shown, *before)

    def first_showed(self, said: datetime, since: int, until: int) -> int:
        """When it first showed ``said`` from ``since`` until ``until``; ``since`` if it did not."""
        assert self._began is not None
        said_at = (said - self._began) // _MS
        ends = *self._steps_at[1:], until
        for begins, end, off_ms in zip(self._steps_at, ends, self._offs_ms, strict=True):
            if max(begins, since) <= said_at - off_ms <= min(end, until):
                return said_at - off_ms
        return since

    def showed(self, said: datetime, since: int, until: int, slack: timedelta) -> bool:
        """Whether it showed ``said``, give or take ``slack``, at any time from ``since`` until
        ``until``.
        """
        assert self._began is not None
        since = max(since, 0)
        place = bisect_right(self._steps_at, since) - 1
        said_at, slack_ms = (said - self._began) / _MS, slack / _MS
        early, late = said_at - slack_ms, said_at + slack_ms
        ends = *self._steps_at[place + 1 :], until
        for end, off_ms in zip(ends, self._offs_ms[place:], strict=True):
            if since + off_ms <= late and early <= min(end, until) + off_ms:
                return True
            if end > until:
                return False
            since = end
        return False

    def _shown(self, at: int, off_ms: int) -> datetime:
        assert self._began is not None
        return self._began + timedelta(milliseconds=at + off_ms)
