"""The language model of a simulated world: understands what ``sayings.py`` lists and nothing else.

Into its answer it writes all that it was shown and that nobody says by chance: whatever reaches it
of somebody else's words is seen by the judges.
"""

from collections.abc import Generator, Iterator, Mapping
from typing import Protocol

import orjson

from petcore.adapters.language_scripted import Fail, Step, Wait
from petcore.ports.language import Talk, ToolCall
from simulator.kernel.marks import marks
from simulator.kernel.streams import Chance
from simulator.talk.sayings import SAYINGS
from simulator.talk.trouble import Plight, Trouble

_FAILS = 40
"""Thousandths of all answers; half of them in the middle."""
_HANGS, _FOREVER_S = 60, 70.0
"""Thousandths of all deeds after which nothing more comes, for longer than a server waits."""
_FIRST_MS, _PIECE_MS = (200, 2_000), (20, 150)
_PIECE_LETTERS = (12, 60)
_RESULT_LETTERS = 200
_WORDS_MAX = 40
_THOUSAND = 1000

_BLANK = " \n"
NO_LETTERS = "\ud83d\x00\x1b"
"""What no store keeps and nobody means."""
_MISUSES = (
    ToolCall("launch_rocket", {"at": "once"}),
    ToolCall("start_pomodoro", {"focus_minutes": "many"}),
    ToolCall("set_water_schedule", {"user_id": "somebody", "interval_min": 5}),
)
_LOOK = ToolCall("read_water", {})
_LOOKS, _LONG = 40, "one word after the other " * 2_000
"""More than any server puts up with."""

Result = Mapping[str, object] | None


class Log(Protocol):
    """Who wants to know what becomes of an answer."""

    def thinks(self) -> None:
        """The answer is begun."""

    def acted(self, call: ToolCall, result: Result) -> None:
        """A tool was used."""

    def failed(self, what: str) -> None:
        """The answer fails now."""

    def late(self, what: str) -> None:
        """It will take long."""


class SmallModel:
    """Answers by the table."""

    def __init__(self, chance: Chance, log: Log, trouble: Trouble) -> None:
        self._chance = chance
        self._log = log
        self._trouble = trouble

    def answer(self, talk: Talk) -> Generator[Step, Result, None]:
        """A ``Script``: takes its time, perhaps uses a tool, writes, and fails now and then."""
        # All is drawn always, so that no draw depends on the outcome of another.
        is_unlucky = self._chance.randrange(_THOUSAND) < _FAILS
        fails_early = self._chance.randrange(2) == 0
        hangs = self._chance.randrange(_THOUSAND) < _HANGS
        plight = self._trouble.of_answer()
        self._log.thinks()
        yield from self._begin(plight)
        if (is_unlucky and fails_early) or plight.fails:
            yield self._failure()
        if plight.is_blank:
            self._log.failed("language")
            yield _BLANK
            return
        calls = _calls(talk.transcript)
        done = yield from self._act(calls)
        if calls and hangs:
            self._log.failed("language")
            yield Wait(_FOREVER_S)
        if plight.is_strange:
            yield from self._misuse_tools()
        text = "".join(_sentences(talk, done if not plight.is_silent else []))
        if plight.is_endless:
            text = yield from self._go_on(text)
        yield from self._write(text, is_cut=is_unlucky or plight.is_cut)

    def _act(self, calls: list[ToolCall]) -> Generator[Step, Result, list[tuple[ToolCall, Result]]]:
        """Use the tools, one after the other, and say what came of each."""
        done: list[tuple[ToolCall, Result]] = []
        for call in calls:
            if done:
                yield Wait(self._seconds(_FIRST_MS))
            result = yield call
            self._log.acted(call, result)
            done.append((call, result))
        return done

    def _begin(self, plight: Plight) -> Iterator[Step]:
        if plight.hangs_s:
            self._log.late("language")
        yield Wait(self._seconds(_FIRST_MS) + plight.hangs_s)

    def _misuse_tools(self) -> Generator[Step, Result, None]:
        """Ask for what cannot be done, after what was asked for, and write what are no letters."""
        for call in _MISUSES:
            self._log.acted(call, (yield call))
        yield NO_LETTERS

    def _go_on(self, text: str) -> Generator[Step, Result, str]:
        """Use a tool for ever, or have a long text to write: it is given back."""
        if self._chance.randrange(2):
            return text + _LONG
        self._log.failed("language")
        for _ in range(_LOOKS):
            yield _LOOK
        return text

    def _write(self, text: str, *, is_cut: bool) -> Iterator[Step]:
        for place, piece in enumerate(self._pieces(text)):
            if place:
                yield Wait(self._seconds(_PIECE_MS))
            yield piece
            if is_cut:
                yield self._failure()

    def _failure(self) -> Fail:
        self._log.failed("language")
        return Fail("the language of this world fails now and then")

    def _seconds(self, span_ms: tuple[int, int]) -> float:
        return self._chance.randint(*span_ms) / _THOUSAND

    def _pieces(self, text: str) -> Iterator[str]:
        """``text`` as a model writes it."""
        while text:
            length = self._chance.randint(*_PIECE_LETTERS)
            yield text[:length]
            text = text[length:]


def _calls(transcript: str) -> list[ToolCall]:
    """What is asked for, if something is."""
    for saying in SAYINGS:
        arguments = saying.arguments(transcript)
        if saying.tool is not None and arguments is not None:
            return [ToolCall(saying.tool, arguments), *(ToolCall(then, {}) for then in saying.then)]
    return []


def _sentences(talk: Talk, done: list[tuple[ToolCall, Result]]) -> Iterator[str]:
    yield f"{talk.pet_name or 'Your pet'} hears you. "
    for call, told in done:
        result = orjson.dumps(dict(told or {})).decode()
        yield f"I used {call.name}, and was told {result[:_RESULT_LETTERS]}. "
    shown = [talk.system_prompt, *(line.content for line in talk.lines), talk.transcript]
    words = marks(" ".join(reversed(shown)))[:_WORDS_MAX]
    yield f"I have in mind: {', '.join(words)}." if words else "I have nothing in mind."
