"""A simple student: gets up, wants to be reminded to drink, studies, drinks when reminded."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from random import Random

from simulator.device.board import Scene, VirtualBoard
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Json
from simulator.network.client import Client
from simulator.network.link import Network
from simulator.signals.scores import Mood, scores

_SAMPLE_EVERY_MIN = 1
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Study:
    """One study session of the timetable: what, from when, how long, and how it feels."""

    label: str
    start: time
    minutes: int
    mood: Mood


@dataclass(frozen=True, slots=True)
class Habits:
    """A student's day. Reactions to the pet's screen take between the two numbers of seconds."""

    user_id: str = "audrey"
    timezone: str = "America/Vancouver"
    up: time = time(7, 30)
    drink_from: str = "08:00"
    drink_until: str = "22:00"
    drink_every_min: int = 60
    drinks_after_s: tuple[int, int] = (10, 240)
    answers_after_s: tuple[int, int] = (5, 60)
    accepts: int = 700
    """In how many of a thousand cases a break prompt is accepted and not dismissed."""
    studies: tuple[Study, ...] = (
        Study("Math Revision", time(9, 0), 120, Mood(0.72, 0.35)),
        Study("Physics Problems", time(13, 30), 110, Mood(0.62, 0.42, 45, 25)),
        Study("Essay", time(18, 0), 90, Mood(0.66, 0.38)),
    )


class Student:
    """A person with a pet on the desk, a phone, and a camera that posts scores."""

    def __init__(self, network: Network, habits: Habits, zone: tzinfo) -> None:
        self._stage: Stage = network.stage
        self._habits = habits
        self._zone = zone
        self._phone = Client(network, f"phone/{habits.user_id}")
        self._edge = Client(network, f"edge/{habits.user_id}")
        self._chance: Random = self._stage.streams.stream(f"student/{habits.user_id}")
        self._signal: Random = self._stage.streams.stream(f"signal/{habits.user_id}")
        self._board: VirtualBoard | None = None
        self._scene = ""

    def sit_down_at(self, board: VirtualBoard) -> None:
        """Have this pet stand on the student's desk from now on."""
        self._board = board

    def begin(self) -> None:
        """Live through the day."""
        self._stage.live(self._get_up())
        for study in self._habits.studies:
            self._stage.live(self._study(study))

    def sees(self, scene: Scene) -> None:
        """React to what the pet shows, after a while, if it still shows it then."""
        self._scene = scene[0]
        reaction = self._reaction(scene[0])
        if reaction is not None:
            press, (soonest_s, latest_s) = reaction
            delay_ms = self._chance.randint(soonest_s * 1000, latest_s * 1000)
            self._stage.after(delay_ms, lambda: self._press_if_shown(scene[0], press))

    def _reaction(self, screen: str) -> tuple[str, tuple[int, int]] | None:
        if screen == "WATER_DROP":
            return "short", self._habits.drinks_after_s
        if screen == "BREAK_PROMPT":
            accepts = self._chance.randrange(1000) < self._habits.accepts
            return "short" if accepts else "long", self._habits.answers_after_s
        return None

    def _press_if_shown(self, screen: str, press: str) -> None:
        if self._scene == screen and self._board is not None:
            self._does(f"{press} press", on=screen)
            self._board.press(press)

    async def _get_up(self) -> None:
        await self._until(self._habits.up)
        self._does("gets up")
        schedule = {
            "user_id": self._habits.user_id,
            "timezone": self._habits.timezone,
            "start_time": self._habits.drink_from,
            "end_time": self._habits.drink_until,
            "interval_min": self._habits.drink_every_min,
            "enabled": True,
        }
        await self._phone.post("/api/water/schedule", schedule)
        wish = {"user_id": self._habits.user_id, "enabled": True}
        await self._phone.post("/api/breaks/preferences/stress-prompts", wish)

    async def _study(self, study: Study) -> None:
        await self._until(study.start)
        self._does("starts to study", label=study.label)
        start = {"user_id": self._habits.user_id, "study_label": study.label}
        _, answer = await self._phone.post("/api/stress/session/start", start)
        session_id = str(_part(answer, "session")["session_id"])
        self._press_if_shown("IDLE", "short")
        for minute in range(0, study.minutes, _SAMPLE_EVERY_MIN):
            self._stage.live(self._post_sample(session_id, study.mood, minute))
            await self._stage.sleep(_SAMPLE_EVERY_MIN * _MINUTE_MS)
        self._does("ends the session", label=study.label)
        await self._phone.post("/api/stress/session/end", {"session_id": session_id})
        self._press_if_shown("POMODORO_TIMER", "short")

    async def _post_sample(self, session_id: str, mood: Mood, minute: int) -> None:
        reading = scores(mood, minute, self._signal)
        sample = {
            "session_id": session_id,
            "captured_at": self._stage.clock.now().isoformat(),
            "focus_score": reading.focus,
            "stress_score": reading.stress,
            "confidence": reading.confidence,
            "signal_source": "presage",
        }
        await self._edge.post("/api/stress/sample", sample)

    async def _until(self, wall: time) -> None:
        """Wait for the next time the clock on the wall shows ``wall``."""
        now = self._stage.clock.now()
        local = now.astimezone(self._zone)
        then = datetime.combine(local.date(), wall, self._zone)
        if then < local:
            then = datetime.combine(local.date() + timedelta(days=1), wall, self._zone)
        wait = then.astimezone(now.tzinfo) - now
        await self._stage.sleep(wait // timedelta(milliseconds=1))

    def _does(self, what: str, **facts: object) -> None:
        self._stage.trace.note("student", who=self._habits.user_id, does=what, **facts)


def _part(answer: Json, name: str) -> Json:
    part = answer[name]
    if not isinstance(part, dict):
        raise TypeError(f"{name} of the answer is not an object")
    return part
