"""What every language must do: one suite, run by ``test_languages.py`` for each of them.

Here: only what the port promises. Not here: how well anything is written, and what a language of a
service does when the service fails.

Each language is brought so far that it takes these transcripts as they are meant: COUNT is answered
by NUMBERS; TIMER by START and by what came of it, its seconds or its error. Those that can fail do
so at FAIL before they have written anything, and at BREAK after the first words.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping

import pytest

from petcore.errors import LanguageFailed, StoreUnavailable
from petcore.ports.language import Language, Line, Talk, Tool, ToolCall

COUNT, TIMER, FAIL, BREAK, MUTTER = "count", "start a timer", "fail", "break off", "mutter"
NUMBERS = "One. Two. Three. Four."
START = ToolCall("start_timer", {"minutes": 5})
REFUSED = "no timer is free"

TOOL = Tool(
    START.name,
    "Starts a timer.",
    {
        "type": "object",
        "properties": {"minutes": {"type": "integer", "minimum": 1}},
        "required": ["minutes"],
        "additionalProperties": False,
    },
)


def talk(transcript: str, *lines: Line, model: str | None = None) -> Talk:
    """A talk about it."""
    return Talk("You are a small pet.", "Bit", model, lines, transcript, (TOOL,))


class Timers:
    """What the tool does. It notes how it was used."""

    def __init__(self, result: Mapping[str, object] | None = None) -> None:
        self.calls: list[ToolCall] = []
        self._result = {"ok": True, "seconds": 300} if result is None else result

    async def __call__(self, call: ToolCall) -> Mapping[str, object]:
        """The ``Act``."""
        self.calls.append(call)
        await asyncio.sleep(0)
        return self._result


async def no_tool(call: ToolCall) -> Mapping[str, object]:
    """The ``Act`` of a talk in which nothing is to be done."""
    raise AssertionError(call.name)


async def written(pieces: AsyncIterator[str]) -> list[str]:
    """All the pieces of an answer."""
    return [piece async for piece in pieces]


class LanguageConformance:
    """The suite."""

    def own_tasks(self) -> set[asyncio.Task[object]]:
        """Those that run beside a language and are not its."""
        return set()

    def tasks(self) -> set[asyncio.Task[object]]:
        """All others."""
        return asyncio.all_tasks() - self.own_tasks()

    @pytest.mark.asyncio
    async def test_its_pieces_are_the_answer(self, language: Language) -> None:
        """In order, none of them empty, and more than one where there is more to say."""
        pieces = await written(language.answer(talk(COUNT), no_tool))
        assert "".join(pieces) == NUMBERS
        assert all(pieces)
        assert len(pieces) > 1

    @pytest.mark.asyncio
    async def test_it_uses_a_tool(self, language: Language) -> None:
        """Once, with its arguments; what came of it is in the answer."""
        timers = Timers()
        answer = "".join(await written(language.answer(talk(TIMER), timers)))
        assert timers.calls == [START]
        assert "300" in answer

    @pytest.mark.asyncio
    async def test_it_takes_no_for_an_answer(self, language: Language) -> None:
        """A tool that refuses is no failure."""
        timers = Timers({"ok": False, "error": REFUSED})
        answer = "".join(await written(language.answer(talk(TIMER), timers)))
        assert len(timers.calls) == 1
        assert REFUSED in answer

    @pytest.mark.asyncio
    async def test_what_was_said_before_is_no_order(self, language: Language) -> None:
        """Only the transcript is."""
        before = (Line("user", TIMER), Line("assistant", "It runs."))
        assert "".join(await written(language.answer(talk(COUNT, *before), no_tool))) == NUMBERS

    @pytest.mark.asyncio
    async def test_the_failure_of_a_tool_goes_through(self, language: Language) -> None:
        """It is the store's, and has its own answer; nothing is left of the talk."""

        async def fail(call: ToolCall) -> Mapping[str, object]:
            raise StoreUnavailable("the store is away")

        before = self.tasks()
        with pytest.raises(StoreUnavailable, match="away"):
            await written(language.answer(talk(TIMER), fail))
        assert self.tasks() == before

    @pytest.mark.asyncio
    async def test_two_talks_do_not_mix(self, language: Language) -> None:
        """Each gets its own pieces and the results of its own tools."""
        timers = [Timers({"ok": True, "seconds": 60 + number}) for number in range(4)]
        talks = [written(language.answer(talk(TIMER), each)) for each in timers]
        *told, numbers = await asyncio.gather(
            *talks, written(language.answer(talk(COUNT), no_tool))
        )
        assert "".join(numbers) == NUMBERS
        for number, pieces in enumerate(told):
            assert str(60 + number) in "".join(pieces)
            assert timers[number].calls == [START]

    @pytest.mark.asyncio
    async def test_who_has_heard_enough_may_stop(self, language: Language) -> None:
        """Nothing is left of the answer, and the next one is whole."""
        before = self.tasks()
        pieces = language.answer(talk(COUNT), no_tool)
        assert NUMBERS.startswith(await anext(pieces))
        assert isinstance(pieces, AsyncGenerator)
        await pieces.aclose()
        assert self.tasks() == before
        assert "".join(await written(language.answer(talk(COUNT), no_tool))) == NUMBERS

    @pytest.mark.asyncio
    async def test_it_can_be_cancelled(self, language: Language) -> None:
        """While a tool is used; nothing is left of it."""
        before, begun = self.tasks(), asyncio.Event()

        async def take_long(call: ToolCall) -> Mapping[str, object]:
            begun.set()
            await asyncio.Event().wait()
            return {}

        task = asyncio.create_task(written(language.answer(talk(TIMER), take_long)))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert self.tasks() == before

    @pytest.mark.asyncio
    async def test_closing_twice_is_allowed(self, language: Language) -> None:
        """Before anything was asked, and after."""
        await language.close()
        await written(language.answer(talk(COUNT), no_tool))
        await language.close()
        await language.close()

    def test_it_has_a_name(self, language: Language) -> None:
        """One that can stand in settings and logs."""
        assert language.name.isidentifier()
        assert language.name.islower()


class FallibleLanguageConformance(LanguageConformance):
    """The same, for those that can fail."""

    @pytest.mark.asyncio
    @pytest.mark.parametrize("transcript", [FAIL, MUTTER])
    async def test_it_says_that_it_failed(self, language: Language, transcript: str) -> None:
        """Before any word; an answer without one is none."""
        before = self.tasks()
        pieces: list[str] = []
        with pytest.raises(LanguageFailed):
            await _collect(language.answer(talk(transcript), no_tool), pieces)
        assert not "".join(pieces).strip()
        assert self.tasks() == before

    @pytest.mark.asyncio
    async def test_it_says_that_it_broke_off(self, language: Language) -> None:
        """After the words that came."""
        before = self.tasks()
        pieces: list[str] = []
        with pytest.raises(LanguageFailed):
            await _collect(language.answer(talk(BREAK), no_tool), pieces)
        assert NUMBERS.startswith("".join(pieces))
        assert pieces
        assert self.tasks() == before

    @pytest.mark.asyncio
    async def test_the_next_answer_may_come(self, language: Language) -> None:
        """A failure is not for ever."""
        with pytest.raises(LanguageFailed):
            await written(language.answer(talk(FAIL), no_tool))
        assert "".join(await written(language.answer(talk(COUNT), no_tool))) == NUMBERS


async def _collect(answer: AsyncIterator[str], pieces: list[str]) -> None:
    async for piece in answer:
        pieces.append(piece)  # noqa: PERF401  it may end in the middle
