"""Who judges a server from outside: those who need no look into its store, and three who know that
its clock is not ours, that answers take real time, and that there may be none.

At a scale of 60 a server that takes a twentieth of a second for an answer has taken three of the
world's; so what these three allow is real time, times the scale.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.break_prompts import BreakPrompts
from simulator.invariants.contract_kept import ContractKept
from simulator.invariants.done_as_asked import DoneAsAsked
from simulator.invariants.exchanges import Exchange
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from simulator.invariants.reminder_on_screen import ReminderOnScreen
from simulator.invariants.repeats import Repeats
from simulator.invariants.reports import Reports
from simulator.invariants.screen_tells_truth import ScreenTellsTruth
from simulator.invariants.water_promises import WaterPromises
from simulator.kernel.trace import Event, Json, number, words
from simulator.outdoors.pace import Pace

TROUBLE = "trouble"
"""The kind of the event that tells of an answer that is none, or that nobody can read."""

_SOON_MS, _OFF_MS, _DRIFT_MS = 2_000, 1_000, 50
"""How many real milliseconds an answer may take; how far the server's clock may be off, in the
world's milliseconds, and in real ones on top of that."""


class Reached(Judge):
    """Each request is answered, by something that can be read."""

    name = "server can be reached"

    @property
    def hears(self) -> Hears:
        """What went wrong."""
        return {TROUBLE: self._object}

    @property
    def weighs(self) -> Weighs:
        """Each answer is a case."""
        return {EVERY: self._count}

    def _count(self, _: Exchange) -> None:
        self.cases += 1

    def _object(self, event: Event) -> None:
        self.demand(False, number(event, "at"), words(event, "what"))


class AnsweredSoon(Judge):
    """Each answer comes within two real seconds."""

    name = "answered soon"

    def __init__(self, scale: int) -> None:
        super().__init__()
        self._within_ms = _SOON_MS * scale

    @property
    def weighs(self) -> Weighs:
        """Each answer is a case."""
        return {EVERY: self._time}

    def miss(self, asked: Event, at: int) -> None:
        """What has no answer, though there was time for it, is an objection."""
        waited_ms = at - number(asked, "at")
        operation = f"{words(asked, 'method')} {words(asked, 'path')}"
        if waited_ms > self._within_ms:
            said = f"request {asked['id']} of {asked['who']}, {operation}, was never answered"
            self.demand(False, number(asked, "at"), said)

    def _time(self, exchange: Exchange) -> None:
        took_ms = exchange.at - exchange.asked_at
        said = f"request {exchange.id}, {exchange.operation}, was answered after {took_ms} ms"
        self.demand(took_ms <= self._within_ms, exchange.asked_at, said)


_STAMPED = {
    "GET /api/water/poll": ("", "server_time_utc"),
    "GET /api/breaks/pomodoro/status": ("", "server_time_utc"),
    "GET /api/breaks/pomodoro/active": ("", "server_time_utc"),
    "POST /api/stress/session/start": ("session", "started_at"),
    "POST /api/breaks/pomodoro/start": ("session", "started_at"),
}
"""Where an answer says when it was given: in which part ("" for all of it), under which name."""


class SameTime(Judge):
    """The server's clock goes as it should: what it stamps lies between question and answer. When
    those were, ``pace`` tells, for in the world they may have come later than they were due. It is
    known but for ``unsure_s`` real seconds.
    """

    name = "server time goes on"

    def __init__(self, pace: Pace, scale: int, unsure_s: float) -> None:
        super().__init__()
        self._pace = pace
        self._off_ms = _off_ms(scale, unsure_s)
        self._repeats = Repeats()
        self._midnight = datetime.min.replace(tzinfo=UTC)
        self._asked: dict[int, float] = {}

    @property
    def hears(self) -> Hears:
        """Of which day the world is, and when something is asked."""
        return {"world": self._begin, "request": self._ask}

    @property
    def weighs(self) -> Weighs:
        """Each stamp is a case, unless an earlier answer was asked for again."""
        return {EVERY: self._compare}

    def _begin(self, event: Event) -> None:
        scenario = _table(event["scenario"])
        day = date.fromisoformat(words(scenario, "date"))
        zone = TzdataZones().zone(words(scenario, "zone"))
        self._midnight = datetime.combine(day, time(), zone).astimezone(UTC)

    def _ask(self, event: Event) -> None:
        self._asked[number(event, "id")] = self._pace.now

    def _compare(self, exchange: Exchange) -> None:
        asked, answered = self._asked.pop(exchange.id, self._pace.now), self._pace.now
        is_stamped = exchange.is_done and exchange.operation in _STAMPED
        if not is_stamped or self._repeats.is_repeat(exchange):
            return
        part, name = _STAMPED[exchange.operation]
        stamped = _table(exchange.answer[part] if part else exchange.answer)
        said = datetime.fromisoformat(words(stamped, name))
        at = (said - self._midnight) / timedelta(milliseconds=1)
        off_s = max(asked - at, at - answered, 0) / 1000
        self.demand(
            off_s * 1000 <= self._off_ms,
            exchange.at,
            f"request {exchange.id}, {exchange.operation}, was answered with {name} {said}, which "
            f"is {off_s:,.1f} s off",
        )


def _off_ms(scale: int, unsure_s: float) -> float:
    """By so many milliseconds of the world two clocks may differ."""
    return _OFF_MS + (_DRIFT_MS + unsure_s * 1000) * scale


def _table(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


TIMELESS = frozenset(judge.name for judge in (NoServerError, ContractKept, SameTime))
"""Who objects to nothing that comes of a machine which is late itself: ``SameTime`` knows how late.
``Reached`` may, for a server hangs up on who takes too long.
"""


def judges_outdoors(
    pace: Pace, scale: int, unsure_s: float, *, sees_samples: bool
) -> tuple[Judge, ...]:
    """A fresh one of each. Who judges samples must see them: not if the server makes the scores."""
    unsure = timedelta(milliseconds=_off_ms(scale, unsure_s))
    prompts, reports = BreakPrompts(TzdataZones(), unsure), Reports(TzdataZones(), unsure)
    of_samples: tuple[Judge, ...] = (prompts, reports) if sees_samples else ()
    return (
        Reached(),
        AnsweredSoon(scale),
        NoServerError(),
        ContractKept(),
        SameTime(pace, scale, unsure_s),
        WaterPromises(TzdataZones()),
        ReminderOnScreen(),
        PomodoroOracle(TzdataZones()),
        *of_samples,
        DoneAsAsked(),
        ScreenTellsTruth(TzdataZones()),
    )
