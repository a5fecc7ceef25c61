"""Hands and eyes: who presses the buttons of the device, and who sees its screen.

Here: what both kinds of them give, and the person at the terminal. ``child`` is the other kind.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

_WORDS = {
    "short": "Press the first button shortly",
    "long": "Hold the first button for two seconds",
    "second": "Press the second button",
}


class NoDevice(Exception):
    """Nobody came to be walked through the story; the message says why."""


class Hands(Protocol):
    """``are_sure``: what was to be pressed is pressed. ``have_eyes``: every scene is seen."""

    are_sure: bool
    have_eyes: bool
    patience_s: int
    """Seconds of the real world in which the device must ask for the first time."""

    async def begin(self, port: int) -> None:
        """The server listens; let the device begin. Raises ``NoDevice`` if it cannot."""

    async def press(self, kind: str, why: str) -> None:
        """Press a button: short or long the first, or the second."""

    async def look(self, question: str) -> bool | None:
        """What is seen; None if nobody knows."""

    async def end(self) -> None:
        """It is over."""


class Person:
    """Somebody at the terminal with the device before him. Without ``asks`` he is only told what to
    press. ``read`` gives the line that he types after a question, "" if nobody can type any more.
    """

    are_sure = False
    have_eyes = False
    patience_s = 600

    def __init__(
        self, say: Callable[[str], None], read: Callable[[str], Awaitable[str]], *, asks: bool
    ) -> None:
        self._say, self._read, self._asks = say, read, asks

    async def begin(self, port: int) -> None:
        """He starts the device himself."""
        self._say(f"Let the device poll port {port} of this machine. Waiting for it ...")

    async def press(self, kind: str, why: str) -> None:
        """He is told."""
        self._say(f"  {_WORDS[kind]}, to {why}.")

    async def look(self, question: str) -> bool | None:
        """He is asked; the device goes on meanwhile."""
        if not self._asks:
            return None
        said = await self._read(f"  Look at the screen: {question} [y/n] ")
        self._asks = said != ""
        return {"y": True, "n": False}.get(said.strip().lower()[:1])

    async def end(self) -> None:
        """He may go."""
