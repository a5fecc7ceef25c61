"""A language whose every answer is written beforehand: the twin of a language model.

A script can do all that a model can: write in pieces, use tools and look at what came of it, take
its time, and fail in the middle. Not here: any script that makes sense; worlds and tests have
theirs.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass

from petcore.errors import LanguageFailed
from petcore.ports.clock import Pause
from petcore.ports.language import Act, Talk, ToolCall


@dataclass(frozen=True, slots=True)
class Wait:
    """Let ``seconds`` pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """Raise ``LanguageFailed`` with this message; nothing of the script follows."""

    message: str


Step = str | ToolCall | Wait | Fail
"""A piece of the answer, or what happens before the next one."""

Script = Callable[[Talk], Generator[Step, Mapping[str, object] | None, None]]
"""Writes the answer to one talk. What came of a ``ToolCall`` is sent back to it; after any other
step that is None."""


class ScriptedLanguage:
    """The ``Language`` that follows ``script``."""

    name = "scripted"

    def __init__(self, script: Script, pause: Pause) -> None:
        self._script = script
        self._pause = pause

    async def answer(self, talk: Talk, act: Act) -> AsyncGenerator[str, None]:
        """What the script writes. Raises ``LanguageFailed`` when it says so, or wrote nothing."""
        wrote = False
        with closing(self._script(talk)) as steps:
            result: Mapping[str, object] | None = None
            while (step := _next(steps, result)) is not None:
                result = None
                match step:
                    case str():
                        wrote = wrote or bool(step)
                        yield step
                    case ToolCall():
                        result = await act(step)
                    case Wait(seconds):
                        await self._pause(seconds)
                    case Fail(message):
                        raise LanguageFailed(message)
        if not wrote:
            raise LanguageFailed("the script wrote nothing")

    async def close(self) -> None:
        """There is nothing to let go of."""


def _next(
    steps: Generator[Step, Mapping[str, object] | None, None],
    result: Mapping[str, object] | None,
) -> Step | None:
    try:
        return steps.send(result)
    except StopIteration:
        return None
