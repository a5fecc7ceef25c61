"""The server knows what time it is: what it stamps now carries this instant, by its clock.

While its clock is set wrong it cannot know better (``server_clock``). An answer that took long
carries an instant of the time in which it was given; so does one that a worker stored and died, or
stored and was told that it did not, so that he refused: who asks again with that key gets it, also
if he asked in words.
"""

from datetime import datetime, timedelta

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Objection, Weighs, every
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.patience import store_ms
from simulator.invariants.repeats import Repeats
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.store_troubles import StoreTroubles
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

"""What the pet does when it is told to is stamped, too, and kept under the key of what was said,
whichever way its answer is told.
"""
_WORDS = "words"


class ServerTime(Judge):
    """The judge."""

    name = "server time"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._clock = ServerClock(zones)
        self._repeats = Repeats()
        self._late_ms = 0
        self._troubles = StoreTroubles()
        self._refused: dict[tuple[str, str, str], int] = {}
        """When what was refused since the store failed was first asked for."""

    @property
    def hears(self) -> Hears:
        """When the world began, how the clock is set, and when the store fails."""
        return {**self._clock.hears, "world": self._begin, "fault": self._troubles.hear}

    @property
    def weighs(self) -> Weighs:
        """Every stamp is a case, unless an earlier answer was asked for again."""
        return {
            **dict.fromkeys(map(every, (*_STAMPED, *TALK)), self._note_refusal),
            **dict.fromkeys(_STAMPED, self._compare),
        }

    def _begin(self, event: Event) -> None:
        self._clock.begin(event)
        self._late_ms = store_ms(event)

    def _note_refusal(self, exchange: Exchange) -> None:
        if exchange.key and self._troubles.excuse(exchange):
            operation = _WORDS if exchange.operation in TALK else exchange.operation
            wish = exchange.who, operation, exchange.key
            self._refused.setdefault(wish, exchange.asked_at)

    def _compare(self, exchange: Exchange) -> None:
        if self._repeats.is_repeat(exchange):
            return
        part, name = _STAMPED[exchange.operation]
        stamped: object = exchange.answer[part] if part else exchange.answer
        assert isinstance(stamped, dict)
        said = datetime.fromisoformat(stamped[name])
        since = exchange.at - self._late_ms
        if exchange.wished_at is not None:
            since = min(since, exchange.wished_at)
        key = exchange.key
        if key is not None and self._refused:
            wish = exchange.who, exchange.operation, key
            since = min(since, self._refused.pop(wish, since))
            if exchange.by_pet:
                said_with = key.partition(" deed ")[0]
                since = min(since, self._refused.get((exchange.who, _WORDS, said_with), since))
        self.cases += 1
        if not self._clock.showed(said, since, exchange.at, _OFF):
            words = f"request {exchange.id}, {exchange.operation}, was answered at "
            words += f"{self._clock.now(exchange.at)}, but {name} says {said}"
            self.objections.append(Objection(exchange.at, words))
