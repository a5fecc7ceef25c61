"""Clients that live through the death of their server, as devices do: what was not answered is
asked again, with the same key, as soon as somebody listens.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from types import MappingProxyType

from tests.serving.deeds import Deed, Ledger, canonical
from tests.serving.line import Json, Line, Refused, Unanswered

CLIENTS = 16
_IN_VAIN_MAX = 20

_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass
class Door:
    """The way to the server. While it is ``alive``, what is open is repeated; while it is
    ``busy``, new deeds are begun as well.
    """

    line: Line = field(default_factory=Line)
    alive: asyncio.Event = field(default_factory=asyncio.Event)
    busy: asyncio.Event = field(default_factory=asyncio.Event)

    async def lead_to(self, url: str) -> None:
        """Let open deeds be repeated at ``url``."""
        await self.line.hang_up()
        self.line = Line(url)
        self.alive.set()

    def shut(self) -> None:
        """There is nobody behind it any more."""
        self.alive.clear()
        self.busy.clear()


class Clients:
    """Some clients that share a door and a ledger. ``on_answer`` hears of every answer;
    ``refused`` counts the times that somebody was told to come again.
    """

    def __init__(self, seed: int) -> None:
        self.door = Door()
        self.ledger = Ledger()
        self.sent = 0
        self.refused = 0
        self.on_answer: Callable[[], None] = lambda: None
        self._chance = Random(seed)
        self._numbers = count()
        self._under_way = 0

    async def live(self) -> None:
        """What one client does until it is cancelled."""
        stories = (self._drink, self._study, self._study, self._focus)
        while True:
            await self._chance.choice(stories)(f"user-{next(self._numbers)}")

    async def come_to_rest(self) -> None:
        """Wait until nobody waits for an answer: all were given, or nobody is there to give it."""
        while self._under_way:  # noqa: ASYNC110  it is about many
            await asyncio.sleep(0.005)

    async def all_answered(self) -> None:
        """Wait until every open deed has been repeated and answered."""
        while self.ledger.open:  # noqa: ASYNC110  it is about many
            await asyncio.sleep(0.005)

    async def doubts(self, new: Mapping[str, list[Deed]]) -> list[str]:
        """What the server says now that it has not said before. ``new`` are the deeds to repeat."""
        waiting = iter(new.items())
        found = []

        async def work() -> None:
            for user, deeds in waiting:
                for deed in deeds:
                    found.extend(await self._other_answer(deed))
                found.extend(await self._other_state(user))

        await asyncio.gather(*(work() for _ in range(CLIENTS)))
        return found

    async def _other_answer(self, deed: Deed) -> list[str]:
        answer = await self._asked(deed) if deed.is_repeatable else deed.answer
        if canonical(answer) == canonical(deed.answer):
            return []
        return [f"{deed.user}: {deed.route} came to {answer}, first it was {deed.answer}"]

    async def _other_state(self, user: str) -> list[str]:
        line = self.door.line
        found: dict[str, tuple[object, object]] = {}
        stopped = set()
        for deed in reversed(self.ledger.of(user)):
            id = str(deed.sent.get("session_id"))
            if deed.path == "/api/water/schedule" and deed.path not in found:
                found[deed.path] = await line.get(deed.path, {"user_id": user}), deed.sent
            elif deed.path == "/api/stress/session/end":
                report = await line.get(f"/api/stress/report/{id}")
                found[id] = report["report"], deed.answer["report"]
            elif deed.path == "/api/breaks/pomodoro/stop":
                stopped.add(id)
            elif deed.path == "/api/breaks/pomodoro/start":
                session = deed.answer["session"]
                assert isinstance(session, dict)
                id = session["session_id"]
                status = await line.get("/api/breaks/pomodoro/status", {"session_id": id})
                found[id] = status["phase"] == "completed", id in stopped
        sure, _ = self.ledger.effects(user)
        if sure["break_prompts"]:
            poll = await line.get("/api/breaks/prompt/poll", {"user_id": user})
            found["prompt"] = poll["show_prompt"], not sure["ended break_prompts"]
        return [
            f"{user}: {what} is {is_now}, was {was}"
            for what, (is_now, was) in found.items()
            if is_now != was
        ]

    # Stories: each has a user of its own, who does one thing after the other.

    async def _drink(self, user: str) -> None:
        schedule = {
            "user_id": user,
            "timezone": "UTC",
            "start_time": "00:00",
            "end_time": "00:00",
            "interval_min": self._chance.randint(1, 1440),
            "enabled": True,
        }
        made = {"water_schedules": 1}
        await self._do(user, "POST /api/water/schedule", schedule, made, is_keyed=self._maybe())
        reminded = {"water_events": 1, "REMINDER_SENT": 1, "ended water_schedules": 1}
        answer = await self._do(user, "GET /api/water/poll", {"user_id": user}, reminded)
        if answer["reason"] != "due":
            raise AssertionError(f"{user} was not reminded: {answer}")
        acknowledged = {"water_events": 1, "DEVICE_ACK": 1}
        for _ in range(self._chance.randint(0, 3)):
            await self._do(user, "POST /api/water/ack", {"user_id": user}, acknowledged)
        if self._maybe():
            schedule = {**schedule, "start_time": "08:00", "enabled": False}
            await self._do(user, "POST /api/water/schedule", schedule, is_keyed=self._maybe())

    async def _study(self, user: str) -> None:
        if self._maybe():
            wish = {"user_id": user, "enabled": True}
            made = {"break_preferences": 1}
            await self._do(user, "POST /api/breaks/preferences/stress-prompts", wish, made)
        start = {"user_id": user, "study_label": "Math", "allow_prompted_breaks": True}
        made = {"focus_sessions": 1}
        answer = await self._do(user, "POST /api/stress/session/start", start, made)
        session = answer["session"]
        assert isinstance(session, dict)
        id = str(session["session_id"])
        has_open_prompt = self._maybe() and await self._get_stressed(user, id)
        for _ in range(self._chance.randint(0, 5)):
            await self._sample(user, id, datetime.now(UTC), 0.2)
        if has_open_prompt and self._maybe():
            has_open_prompt = await self._answer_prompt(user)
        if self._chance.random() < 0.8:
            made = {"focus_reports": 1, "ended focus_sessions": 1}
            made |= {"ended break_prompts": 1} if has_open_prompt else {}
            end = {"session_id": id}
            is_keyed = self._maybe()
            await self._do(user, "POST /api/stress/session/end", end, made, is_keyed=is_keyed)
        message = {"user_id": user}
        made = {"encouragement_events": 1}
        await self._do(user, "POST /api/encouragement/message", message, made)

    async def _get_stressed(self, user: str, session_id: str) -> bool:
        """Three samples over ten minutes, in any order: whichever is the last brings the prompt."""
        now = datetime.now(UTC)
        minutes = [12, 7, 2]
        self._chance.shuffle(minutes)
        for number, ago in enumerate(minutes):
            made = {"break_prompts": 1} if number == 2 else _NOTHING
            await self._sample(user, session_id, now - timedelta(minutes=ago), 0.9, made)
        return True

    async def _sample(
        self,
        user: str,
        session_id: str,
        at: datetime,
        stress: float,
        made: Mapping[str, int] = _NOTHING,
    ) -> None:
        sample = {
            "session_id": session_id,
            "captured_at": at.isoformat(),
            "focus_score": round(self._chance.random(), 3),
            "stress_score": stress,
        }
        await self._do(user, "POST /api/stress/sample", sample, {"focus_samples": 1, **made})

    async def _answer_prompt(self, user: str) -> bool:
        """Whether the prompt is still open: it is not."""
        prompt = await self._retried(
            lambda: self.door.line.get("/api/breaks/prompt/poll", {"user_id": user})
        )
        decided = {"prompt_id": prompt["prompt_id"], "acknowledged": self._maybe()}
        made = {"ended break_prompts": 1}
        await self._do(user, "POST /api/breaks/prompt/ack", decided, made)
        return False

    async def _focus(self, user: str) -> None:
        for _ in range(self._chance.randint(1, 2)):
            wish = {"user_id": user, "focus_minutes": 25, "break_minutes": 5, "cycles": 4}
            made = {"pomodoro_sessions": 1}
            answer = await self._do(user, "POST /api/breaks/pomodoro/start", wish, made)
            session = answer["session"]
            assert isinstance(session, dict)
            if self._maybe():
                stop = {"session_id": session["session_id"]}
                made = {"ended pomodoro_sessions": 1}
                is_keyed = self._maybe()
                await self._do(
                    user, "POST /api/breaks/pomodoro/stop", stop, made, is_keyed=is_keyed
                )

    def _maybe(self) -> bool:
        return self._chance.random() < 0.5

    async def _do(
        self,
        user: str,
        route: str,
        sent: Mapping[str, object],
        makes: Mapping[str, int] = _NOTHING,
        *,
        is_keyed: bool = True,
    ) -> Json:
        """The answer to a new deed, however often it has to be asked for."""
        await self.door.busy.wait()
        method, path = route.split()
        self.sent += 1
        key = f"key-{self.sent}" if is_keyed else None
        deed = Deed(user, method, path, sent, makes, key)
        self.ledger.open[user] = deed
        deed.answer = await self._retried(lambda: self._asked(deed))
        del self.ledger.open[user]
        self.ledger.done[user].append(deed)
        if deed.kept is not None and canonical(deed.answer) != deed.kept:
            raise AssertionError(f"{route}: lost was {deed.kept}, then came {deed.answer}")
        self.on_answer()
        return deed.answer

    async def _retried(self, ask: Callable[[], Awaitable[Json]]) -> Json:
        for _ in range(_IN_VAIN_MAX):
            await self.door.alive.wait()
            self._under_way += 1
            try:
                return await ask()
            except Unanswered as error:
                self.refused += isinstance(error, Refused)
                continue
            finally:
                self._under_way -= 1
        raise AssertionError("nobody answers, though somebody is said to be alive")

    async def _asked(self, deed: Deed) -> Json:
        ask = self.door.line.get if deed.method == "GET" else self.door.line.post
        return await ask(deed.path, deed.sent, deed.key or "")
