"""One seed's person lives through the plan, and the server is asked as edge, pet and phone ask it.

Every minute in front of the camera the metrics since the last are posted as the SDK shapes them,
and nothing else. The pet polls for a prompt when the server says. Who is asked presses the prompt
away within a minute and studies on: so the days are the same whatever the server says, and every
rule can be judged on them.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO

from simpy import Environment

from simulator.evaluation.asking import Server
from simulator.evaluation.plan import Plan, Planned, plan
from simulator.evaluation.record import Asked, Guess, Life, Minute, Sitting
from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import VirtualLoop
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.trace import Json, Trace
from simulator.kernel.tripwires import tripwires
from simulator.signals.chance import between
from simulator.signals.edge import EdgeAgent, Sample
from simulator.signals.metric import Metric
from simulator.signals.sdk_json import sdk_json
from simulator.signals.truth import Activity, Body
from simulator.signals.webcam import Webcam

_BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
_MINUTE_MS = 60_000
_DAY_MIN = 1440
_WAKE, _BED = 7 * 60, 23 * 60
_ANSWER_MS = (5_000, 40_000)
"""How long somebody looks at a prompt before pressing it away."""
_USABLE_FROM = 30
"""From which confidence (0..100) on a stable pulse is one."""


def live(seed: int, sittings: int) -> Life:
    """All of it, from one seed."""
    with _stage(seed) as stage:
        planned = plan(stage.streams, sittings)
        person = _Person(stage, planned)
        stage.live(person.live())
        with tripwires():
            stage.loop.run_for(sittings * _DAY_MIN * _MINUTE_MS)
        return Life(seed, planned.camera.light, person.estimator, tuple(person.sittings))


@contextmanager
def _stage(seed: int) -> Iterator[Stage]:
    environment = Environment(0)
    with closing(VirtualLoop(environment)) as loop:
        clock = VirtualClock(environment, _BEGAN)
        yield Stage(environment, loop, clock, Streams(seed), Trace(environment, BytesIO()))


class _Person:
    """In front of the camera, and beside the pet."""

    def __init__(self, stage: Stage, planned: Plan) -> None:
        self.sittings: list[Sitting] = []
        self.estimator = ""
        self._stage, self._plan = stage, planned
        self._user_id = planned.person.user_id
        self._server = Server(stage)
        self._body = Body(planned.person, stage.streams.stream("truth"))
        self._webcam = Webcam(
            planned.person,
            planned.camera,
            _epoch_ms(_BEGAN),
            lambda metric: stage.streams.stream(f"signal/{metric}"),
        )
        self._edge = EdgeAgent()
        self._hands = stage.streams.stream("hands")
        self._session_id = ""
        self._asked: list[Asked] = []

    async def live(self) -> None:
        """Day after day, one session on each."""
        for planned in self._plan.sittings:
            midnight = planned.day * _DAY_MIN
            self._body.turn_to(Activity.AWAKE, (midnight + _WAKE) * _MINUTE_MS)
            await self._sleep_until(midnight + planned.start)
            await self._sit(planned)
            self._body.turn_to(Activity.AWAKE, self._stage.now)
            self._body.turn_to(Activity.ASLEEP, (midnight + _BED) * _MINUTE_MS)

    async def _sleep_until(self, minute: int) -> None:
        await self._stage.sleep(minute * _MINUTE_MS - self._stage.now)

    async def _sit(self, planned: Planned) -> None:
        wish = {"user_id": self._user_id, "allow_prompted_breaks": True}
        started = await self._server.post("/api/stress/session/start", wish)
        self._session_id = _text(_inner(started, "session"), "session_id")
        self._asked, minutes = [], []
        self._edge.reset()
        self._stage.live(self._watch_pet(self._session_id, self._stage.now))
        was_away = True
        for minute in range(planned.minutes):
            was_away = self._settle(planned, minute, was_away)
            await self._stage.sleep(_MINUTE_MS)
            if not was_away:
                minutes.append(await self._measured(minute + 1))
        # What the last minute led to is still seen.
        await self._stage.sleep(_MINUTE_MS)
        await self._server.post("/api/stress/session/end", {"session_id": self._session_id})
        self._session_id = ""
        self.sittings.append(Sitting(planned.day, tuple(minutes), tuple(self._asked)))

    def _settle(self, planned: Planned, minute: int, was_away: bool) -> bool:
        """Do what the plan says from this minute on; say whether that is away from the camera."""
        now, is_away = self._stage.now, planned.is_away(minute)
        if is_away:
            self._body.turn_to(Activity.ON_BREAK, now)
        else:
            self._body.turn_to(Activity.STUDYING, now, planned.pressure_at(minute))
        if was_away and not is_away:
            self._webcam.open(now)
        return is_away

    async def _measured(self, at: int) -> Minute:
        """Post what the camera saw in the minute that ends now; keep all that is known of it."""
        now = self._stage.now
        metrics = self._webcam.emit(self._body.truth, now - _MINUTE_MS, now)
        truth = self._body.truth(now)
        self._edge.take(metrics)
        sample = self._edge.sample(now)
        answer = await self._server.post(
            "/api/stress/metrics",
            {
                "session_id": self._session_id,
                "captured_at": self._stage.clock.now().isoformat(),
                "metrics": sdk_json(metrics),
            },
        )
        self.estimator = _text(answer, "estimator")
        return Minute(at, truth.focus, truth.stress, _said(answer), _kept(sample), _pulse(metrics))

    async def _watch_pet(self, session_id: str, began: int) -> None:
        """The pet polls when the server says; press away what it shows."""
        while self._session_id == session_id:
            answer = await self._server.get(f"/api/breaks/prompt/poll?user_id={self._user_id}")
            if not answer["show_prompt"]:
                await self._stage.sleep(_number(answer, "next_poll_s") * 1000)
                continue
            shown = self._stage.now
            await self._stage.sleep(between(self._hands, *_ANSWER_MS))
            decision = {"prompt_id": answer["prompt_id"], "acknowledged": False}
            await self._server.post("/api/breaks/prompt/ack", decision)
            queued = _since_beginning(_text(answer, "created_at"))
            minute = (queued - began) // _MINUTE_MS
            self._asked.append(Asked(minute, shown - queued, self._stage.now - queued))


def _said(answer: Json) -> Guess:
    """What the server says."""
    return Guess(
        _score(answer, "focus_score"),
        _score(answer, "stress_score"),
        _score(answer, "confidence") or 0.0,
        answer["sample_id"] is not None,
    )


def _kept(sample: Sample | None) -> Guess:
    """What the edge agent says; it posts all that it knows."""
    if sample is None:
        return Guess()
    return Guess(sample.focus_score, sample.stress_score, sample.confidence, is_kept=True)


def _pulse(metrics: list[Metric]) -> float | None:
    usable = [
        float(metric.value)
        for metric in metrics
        if metric.name == "cardio.pulse_rate"
        and metric.stable
        and metric.confidence >= _USABLE_FROM
    ]
    return sum(usable) / len(usable) if usable else None


def _epoch_ms(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _since_beginning(text: str) -> int:
    """Milliseconds from the beginning of the world until an instant of the API."""
    return (datetime.fromisoformat(text) - _BEGAN) // timedelta(milliseconds=1)


def _score(answer: Json, name: str) -> float | None:
    value = answer[name]
    if value is None or isinstance(value, int | float):
        return value
    raise TypeError(f"{name} is {value!r}, not a score")


def _inner(answer: Json, name: str) -> Json:
    value = answer[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {value!r}, not an object")
    return value


def _text(answer: Json, name: str) -> str:
    value = answer[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}, not a text")
    return value


def _number(answer: Json, name: str) -> int:
    value = answer[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is {value!r}, not a whole number")
    return value
