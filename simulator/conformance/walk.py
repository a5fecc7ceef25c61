"""Walks a device through the story: plays the acts one after the other and keeps the record.

Belongs here: who is started when, and how a step is played. Does not: what is judged.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.conformance.child import Child, Command
from simulator.conformance.clock import Clock
from simulator.conformance.hands import Hands, NoDevice, Person
from simulator.conformance.record import Press, Record, Span
from simulator.conformance.script import Script
from simulator.conformance.server import Server
from simulator.conformance.steps import (
    Act,
    Condition,
    Do,
    For,
    Look,
    Need,
    Push,
    Scene,
    Settle,
    Step,
    Treat,
    Until,
)
from simulator.conformance.story import ACTS
from simulator.conformance.verdict import SLOW_MS, slack_ms

SETTLED_S = 5
_PATIENCE_REAL_S = 2
"""A condition may come true so much later, since computers may be slow."""
_BEAT_MAX_S = 0.25
"""A condition may come true by time alone; it is asked at least so often."""


async def _nobody(question: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants. Without ``device`` he holds it himself; ``port`` 0 is any free one."""

    port: int = 0
    host: str = "127.0.0.1"
    device: Command | None = None
    scale: int = 1
    is_quick: bool = False
    asks: bool = True
    say: Callable[[str], None] = print
    read: Callable[[str], Awaitable[str]] = _nobody


async def walk(wish: Wish, acts: tuple[Act, ...] = ACTS) -> Record:
    """The record of a device that was walked through the story.

    Raises ``OSError`` if the port cannot be had, ``NoDevice`` if nothing that it answers was asked.
    """
    clock = Clock(wish.scale)
    record = Record(scale=wish.scale)
    script = Script(lambda: clock.now_ms)
    server = Server(script, record, clock)
    with TemporaryDirectory() as folder:
        hands = _hands(wish, record, clock, Path(folder))
        record.has_eyes, record.has_hands = hands.have_eyes, hands.are_sure
        port = await server.open(wish.host, wish.port)
        pulse = asyncio.create_task(clock.feel_pulse(_feel(record)))
        try:
            await hands.begin(port)
            await _Walk(wish, clock, record, script, server, hands).play(acts)
        finally:
            await _cancelled(pulse)
            await hands.end()
            await server.close()
    return record


def _hands(wish: Wish, record: Record, clock: Clock, folder: Path) -> Hands:
    if wish.device is None:
        return Person(wish.say, wish.read, asks=wish.asks)
    return Child(wish.device, record, clock, folder)


def _feel(record: Record) -> Callable[[int, int], None]:
    """Only what judges look at is noted."""
    return lambda at_ms, late_ms: (
        record.lags.append((at_ms, late_ms)) if late_ms > SLOW_MS else None
    )


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@dataclass(frozen=True, slots=True)
class _Walk:
    wish: Wish
    clock: Clock
    record: Record
    script: Script
    server: Server
    hands: Hands

    async def play(self, acts: tuple[Act, ...]) -> None:
        """From the first request to the end; no further than the program of the device lives."""
        if acts:
            self.server.act = acts[0].name
        await self._first_request()
        for number, act in enumerate(acts, 1):
            if self.record.ended:
                break
            self.wish.say(f"{number:2}/{len(acts)} {act.name}: {act.story}")
            with self._span(act):
                for step in act.steps:
                    await self._play(step, act)
        self.script.treat(self.script.treatment)
        self.record.treatments.extend(self.script.treatments)

    @contextmanager
    def _span(self, act: Act) -> Iterator[None]:
        began_ms = self.clock.now_ms
        self.server.act = act.name
        try:
            yield
        finally:
            self.record.acts.append(Span(act.name, began_ms, self.clock.now_ms))

    async def _first_request(self) -> None:
        """The clock stands still before it, so this is waited for in real time."""
        waited_s = 0.0
        while not self.clock.runs:
            if self.record.ended or waited_s > self.hands.patience_s:
                words = "\n".join(line for _, line in self.record.logs[-5:])
                raise NoDevice(f"{self._why_not_begun()}\n{words}".strip())
            waited_s += _BEAT_MAX_S
            await self._news(_BEAT_MAX_S)

    def _why_not_begun(self) -> str:
        if self.record.ended:
            return self.record.ended
        patience = f"{self.hands.patience_s} s"
        if not self.record.requests:
            return f"nothing was asked for {patience}"
        first = self.record.requests[0]
        said = first.fault or first.operation[:80]
        return f"nothing that it answers was asked for {patience}; what came first: {said}"

    async def _play(self, step: Step, act: Act) -> None:
        if self.record.ended:
            return
        match step:
            case Do(change):
                change(self.script)
            case Treat(treatment, refusal):
                await self.server.treat(treatment, refusal)
            case Push(kind, why, only_if):
                if only_if is None or only_if(self._scene(act)):
                    await self.hands.press(kind, why)
                    press = Press(self.clock.now_ms, act.name, kind)
                    self.record.note(self.record.presses, press)
            case Look(name, question):
                seen = await self.hands.look(question)
                if seen is not None:
                    self.record.said[name] = seen
            case Need(condition, otherwise):
                if not condition(self._scene(act)):
                    self.record.ended = otherwise
            case _:
                await self._wait(step, act)

    async def _wait(self, step: For | Settle | Until, act: Act) -> None:
        match step:
            case For(seconds, quick_s):
                is_quick = self.wish.is_quick and quick_s is not None
                await self._until(None, act, (quick_s if is_quick else seconds) or 0)
            case Settle():
                await self._until(None, act, SETTLED_S + slack_ms(self.clock.scale) // 1000)
            case Until(condition, seconds_max):
                patience_s = _PATIENCE_REAL_S * self.clock.scale
                await self._until(condition, act, seconds_max + patience_s)

    async def _until(self, condition: Condition | None, act: Act, seconds_max: int) -> None:
        end_ms = self.clock.now_ms + seconds_max * 1000
        while (left_ms := end_ms - self.clock.now_ms) > 0 and not self.record.ended:
            if condition is not None and condition(self._scene(act)):
                return
            await self._news(min(_BEAT_MAX_S, left_ms / 1000 / self.clock.scale))

    async def _news(self, seconds_max: float) -> None:
        """Until something was noted, at most so many seconds of the real world."""
        self.record.news.clear()
        news = asyncio.ensure_future(self.record.news.wait())
        await asyncio.wait((news,), timeout=seconds_max)
        news.cancel()

    def _scene(self, act: Act) -> Scene:
        began_ms = self.record.acts[-1].to_ms if self.record.acts else 0
        return Scene(self.record, self.script, act.name, began_ms, self.clock.now_ms)
