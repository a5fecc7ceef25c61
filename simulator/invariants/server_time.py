"""The server knows what time it is: what it stamps now carries this instant."""

from datetime import UTC, date, datetime, time, timedelta

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.repeats import Repeats
from simulator.kernel.trace import Event

_OFF = timedelta(seconds=1)
_STAMPED = {
    "GET /api/water/poll": ("", "server_time_utc"),
    "GET /api/breaks/pomodoro/status": ("", "server_time_utc"),
    "GET /api/breaks/pomodoro/active": ("", "server_time_utc"),
    "POST /api/stress/session/start": ("session", "started_at"),
    "POST /api/breaks/pomodoro/start": ("session", "started_at"),
}
"""Where an answer says when it was given: in which part ("" for all of it), under which name."""


class ServerTime(Judge):
    """The judge."""

    name = "server time"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._zones = zones
        self._repeats = Repeats()
        self._began: datetime | None = None

    @property
    def hears(self) -> Hears:
        """When the world began."""
        return {"world": self._begin}

    @property
    def weighs(self) -> Weighs:
        """Every stamp is a case, unless an earlier answer was asked for again."""
        return dict.fromkeys(_STAMPED, self._compare)

    def _begin(self, event: Event) -> None:
        scenario = event["scenario"]
        assert isinstance(scenario, dict)
        day = date.fromisoformat(scenario["date"])
        midnight = datetime.combine(day, time(), self._zones.zone(scenario["zone"]))
        self._began = midnight.astimezone(UTC)

    def _compare(self, exchange: Exchange) -> None:
        if self._began is None or self._repeats.is_repeat(exchange):
            return
        part, name = _STAMPED[exchange.operation]
        stamped: object = exchange.answer[part] if part else exchange.answer
        assert isinstance(stamped, dict)
        said = datetime.fromisoformat(stamped[name])
        now = self._began + timedelta(milliseconds=exchange.at)
        self.demand(
            abs(said - now) <= _OFF,
            exchange.at,
            f"request {exchange.id}, {exchange.operation}, was answered at {now}, but {name} says "
            f"{said}",
        )
