"""What the server knew and said: from the exchanges of a trace.

Whether an answer arrived does not matter here: the server has done what it did.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from simulator.invariants.exchanges import TALK, Exchange
from simulator.kernel.trace import Json, number
from simulator.report.story import Mark, Posted, Span
from simulator.report.wall import Wall, zone_called

_MINUTE_MS = 60_000
_THOUSAND = 1000
_REFUSED = 4
"""The hundreds of such a status."""
_FAILED = "not_answered"


@dataclass(frozen=True, slots=True)
class _Schedule:
    """When the student wants to be reminded, from ``at`` on."""

    at: int
    zone: tzinfo
    start: time
    end: time
    is_on: bool
    words: str


class ServerTold:
    """Listens to what the server answered to one student's pet, phone and camera."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._schedules: list[_Schedule] = []
        self._pomodoros: dict[str, Json] = {}
        self._reminders: dict[str, Mark] = {}
        self._prompts: dict[str, Mark] = {}
        self._posted: dict[int, Posted] = {}
        self._talk: dict[str, Mark] = {}

    def answers(self, exchange: Exchange) -> None:
        """An exchange of one of ``WANTED``."""
        if exchange.is_done or exchange.operation in TALK:
            WANTED[exchange.operation](self, exchange)

    @property
    def reminders(self) -> list[Mark]:
        """What it told to drink, each once."""
        return list(self._reminders.values())

    @property
    def prompts(self) -> list[Mark]:
        """The break prompts that it gave out, each once."""
        return list(self._prompts.values())

    @property
    def talk(self) -> list[Mark]:
        """What was said to the pet, each once."""
        return list(self._talk.values())

    @property
    def posted(self) -> list[Posted]:
        """The readings that it took, by the instant at which they were captured."""
        return sorted(self._posted.values(), key=lambda posted: posted.at)

    def phases(self, until: int) -> list[Span]:
        """The phases of all Pomodoros: what was started makes a plan, stopping cuts it off."""
        return [
            phase for session in self._pomodoros.values() for phase in self._plan(session, until)
        ]

    def windows(self, until: int) -> list[Span]:
        """When reminders were wanted."""
        ends = [schedule.at for schedule in self._schedules[1:]] + [until]
        return [
            window
            for schedule, end in zip(self._schedules, ends, strict=False)
            for window in self._windows(schedule, end)
        ]

    def _takes_schedule(self, exchange: Exchange) -> None:
        schedule = _part(exchange.answer, "schedule")
        start, end = str(schedule["start_time"]), str(schedule["end_time"])
        self._schedules.append(
            _Schedule(
                at=exchange.at,
                zone=zone_called(schedule["timezone"]) or self._wall.home,
                start=time.fromisoformat(start),
                end=time.fromisoformat(end),
                is_on=schedule["enabled"] is True,
                words=f"every {schedule['interval_min']} min from {start} to {end}",
            )
        )

    def _reminds(self, exchange: Exchange) -> None:
        if exchange.answer["remind_now"]:
            key = exchange.key or str(exchange.id)
            self._reminders.setdefault(key, Mark(exchange.at, "reminder_unseen"))

    def _prompts_for_break(self, exchange: Exchange) -> None:
        if exchange.answer["show_prompt"]:
            prompt = Mark(exchange.at, "prompt_unseen", str(exchange.answer.get("reason") or ""))
            self._prompts.setdefault(exchange.text("prompt_id"), prompt)

    def _takes_sample(self, exchange: Exchange) -> None:
        asked = exchange.asked
        # Who does not say when it was captured is told.
        captured_at = asked.get("captured_at") or exchange.answer["captured_at"]
        at = self._wall.at(datetime.fromisoformat(str(captured_at)))
        posted = Posted(
            at=at,
            arrived_at=exchange.at,
            focus=_permille(asked["focus_score"]),
            stress=_permille(asked["stress_score"]),
            confidence=_permille(asked.get("confidence", 1)),
        )
        self._posted.setdefault(at, posted)

    def _is_talked_to(self, exchange: Exchange) -> None:
        key = exchange.key or str(exchange.id)
        if exchange.is_done:
            actions = exchange.answer["actions"]
            deeds = [action["name"] for action in actions] if isinstance(actions, list) else []
            look = "told_to" if deeds else "talked"
            words = " ".join([f"“{exchange.text('transcript')}”", *deeds])
            before = self._talk.get(key)
            if before is None or before.look == _FAILED:
                self._talk[key] = Mark(exchange.at, look, words)
        elif exchange.status // 100 != _REFUSED:
            self._talk.setdefault(key, Mark(exchange.at, _FAILED))

    def _starts_or_stops(self, exchange: Exchange) -> None:
        session = _part(exchange.answer, "session")
        self._pomodoros[str(session["session_id"])] = session

    def _plan(self, session: Json, until: int) -> Iterator[Span]:
        at = self._wall.at(datetime.fromisoformat(str(session["started_at"])))
        if session.get("ended_at") is not None:
            until = min(until, self._wall.at(datetime.fromisoformat(str(session["ended_at"]))))
        cycles = number(session, "cycles")
        for cycle in range(1, cycles + 1):
            for phase in ("focus", "break"):
                end = at + number(session, f"{phase}_minutes") * _MINUTE_MS
                if at < until:
                    words = f"{phase} {cycle} of {cycles}"
                    yield Span(at, min(end, until), f"pomodoro_{phase}", words)
                at = end

    def _windows(self, schedule: _Schedule, until: int) -> Iterator[Span]:
        day = self._wall.local(schedule.at).date() - timedelta(days=1)
        last = self._wall.local(until).date() + timedelta(days=1)
        while schedule.is_on and day <= last:
            start, end = self._window(schedule, day)
            if max(start, schedule.at) < min(end, until):
                yield Span(max(start, schedule.at), min(end, until), "window", schedule.words)
            day += timedelta(days=1)

    def _window(self, schedule: _Schedule, day: date) -> tuple[int, int]:
        over_midnight = timedelta(days=schedule.end <= schedule.start)
        start = datetime.combine(day, schedule.start, schedule.zone)
        end = datetime.combine(day + over_midnight, schedule.end, schedule.zone)
        return self._wall.at(start), self._wall.at(end)


WANTED: Mapping[str, Callable[[ServerTold, Exchange], None]] = {
    "POST /api/water/schedule": ServerTold._takes_schedule,  # noqa: SLF001 -- its own table
    "GET /api/water/poll": ServerTold._reminds,  # noqa: SLF001
    "GET /api/breaks/prompt/poll": ServerTold._prompts_for_break,  # noqa: SLF001
    "POST /api/stress/sample": ServerTold._takes_sample,  # noqa: SLF001
    "POST /api/breaks/pomodoro/start": ServerTold._starts_or_stops,  # noqa: SLF001
    "POST /api/breaks/pomodoro/stop": ServerTold._starts_or_stops,  # noqa: SLF001
    **dict.fromkeys(TALK, ServerTold._is_talked_to),  # noqa: SLF001
}
"""The operations whose answers tell something, and what to make of them."""


def _permille(score: object) -> int:
    return round(score * _THOUSAND) if isinstance(score, int | float) else 0


def _part(answer: Json, name: str) -> Json:
    part = answer[name]
    if not isinstance(part, dict):
        raise TypeError(f"{name} of the answer is not an object")
    return part
