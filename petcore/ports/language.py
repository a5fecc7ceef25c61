"""The port of language: who writes what the pet answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Line:
    """What was said before, by whom."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the pet can do for its user. ``parameters`` is the JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that is to be used, with arguments that nobody has looked at yet."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Talk:
    """What an answer is wanted to: ``transcript``, after the ``lines`` said before, oldest first.

    ``system_prompt`` says who the pet is and what it remembers; ``model`` is the one that the
    persona names, None for the usual one.
    """

    system_prompt: str
    pet_name: str | None
    model: str | None
    lines: tuple[Line, ...]
    transcript: str
    tools: tuple[Tool, ...]


Act = Callable[[ToolCall], Awaitable[Mapping[str, object]]]
"""Uses a tool and says what came of it: ``{"ok": true, ...}``, or ``{"ok": false, "error": text}``.
It validates the arguments itself, refuses unknown tools, and never raises for what was asked; the
store may fail (``StoreUnavailable``)."""


class Language(Protocol):
    """Writes answers."""

    @property
    def name(self) -> str:
        """What it is called in settings and logs."""
        ...

    def answer(self, talk: Talk, act: Act) -> AsyncIterator[str]:
        """The answer, piece by piece as it is written; together they are the whole text.

        Uses tools on the way through ``act``, at most a few. Raises ``LanguageFailed`` if no answer
        came, it was empty or it was blocked: also in the middle of one.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds. Closing twice is allowed."""
        ...
