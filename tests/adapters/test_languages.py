"""All languages pass one suite."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio

from petcore.adapters.language_gemini import GeminiLanguage
from petcore.adapters.language_offline import OfflineLanguage
from petcore.adapters.language_scripted import Fail, ScriptedLanguage, Step
from petcore.ports.language import Language, Talk
from simulator.standins.gemini import FAULTS, KEY, Asked, Gemini
from simulator.standins.gemini_wire import Called, Part
from simulator.standins.server import Reply, StandIn
from tests.adapters.language_conformance import (
    BREAK,
    FAIL,
    MUTTER,
    NUMBERS,
    START,
    TIMER,
    FallibleLanguageConformance,
    LanguageConformance,
)
from tests.adapters.patient import at_once

PIECES = ("One. ", "Two. Th", "ree. ", "Four.")


def told(result: Mapping[str, object]) -> str:
    """What came of the timer."""
    return str(result["seconds"] if result["ok"] else result["error"])


def script(talk: Talk) -> Generator[Step, Mapping[str, object] | None, None]:
    """What the twin says."""
    if talk.transcript == TIMER:
        yield "Well. "
        result = yield START
        assert result is not None
        yield told(result)
    elif talk.transcript == FAIL:
        yield Fail("it is told to fail")
    elif talk.transcript == MUTTER:
        yield ""
    else:
        yield from PIECES[:2]
        yield Fail("it is told to break off") if talk.transcript == BREAK else PIECES[2]
        yield PIECES[3]


class TestScriptedLanguage(FallibleLanguageConformance):
    """The twin."""

    @pytest.fixture
    def language(self) -> Language:
        """It says what is in its script."""
        return ScriptedLanguage(script, at_once)


@dataclass(frozen=True)
class Order:
    """What is understood."""

    tool: str | None
    arguments: Mapping[str, object]


def understand(transcript: str) -> Order | None:
    """One order is."""
    return Order(START.name, START.arguments) if transcript == TIMER else None


def reply(order: Order | None, result: Mapping[str, object] | None, pet_name: str | None) -> str:
    """The answer to it, and to all else."""
    return NUMBERS if result is None else f"Well. {told(result)}"


class TestOfflineLanguage(LanguageConformance):
    """The one that needs nobody, and never fails."""

    @pytest.fixture
    def language(self) -> Language:
        """It understands one thing."""
        return OfflineLanguage(understand, reply)


def model(asked: Asked) -> Sequence[Part]:
    """What the stand-in's model says."""
    if asked.text != TIMER:
        return PIECES
    if asked.results:
        return ("It says: ", told(asked.results[0]))
    return ("Well. ", Called(START.name, {"minutes": 5}))


def spoilt(asked: Asked, good: Reply) -> Reply:
    """What becomes of it on the way."""
    faults = {FAIL: "unavailable", MUTTER: "empty_answer", BREAK: "error_inside_stream"}
    fault = faults.get(asked.text)
    return FAULTS[fault](asked, good) if fault else good


class TestGeminiLanguage(FallibleLanguageConformance):
    """The real SDK against its stand-in."""

    @pytest_asyncio.fixture
    async def language(self) -> AsyncIterator[Language]:
        """It asks a stand-in that does as the transcript says."""
        async with StandIn(Gemini(model, spoilt)) as stand_in:
            language = GeminiLanguage(KEY, "gemini-3.8-flash", stand_in.url, at_once)
            yield language
            await language.close()

    def own_tasks(self) -> set[asyncio.Task[object]]:
        """The stand-in's, which runs in the same loop."""
        tasks = asyncio.all_tasks()
        return {task for task in tasks if "StandIn" in repr(task.get_coro())}
