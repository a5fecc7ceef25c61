"""A virtual board that people can talk with, and a pet on it.

Belongs here: the board's part of an exchange of speech, in virtual time, by a script. Not here: the
exchange itself, on sockets (``test_talking.py``).
"""

from collections.abc import Iterable, Sequence

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config
from firmware.logic.pet import Pet
from firmware.logic.talk import STOPPED, Talk
from tests.firmware.talk_server import HEARD

STEP_MS = 20
Answer = tuple[int, object] | OSError
Step = tuple[int, str, object]
"""So many milliseconds after the step before it, what the talker is told."""

WELL: tuple[Step, ...] = (
    (400, "heard", HEARD),
    (600, "text", {"text": "I am well. "}),
    (100, "text", {"text": "And you?"}),
    (3_000, "done", {"ok": True}),
)


class TalkingBoard(VirtualBoard):
    """``holds`` are the moments at which the button is touched and let go of; ``scripts`` are what
    happens after each thing said, the last one again and again: steps, and what it comes to.
    """

    def __init__(
        self,
        holds: Sequence[tuple[int, int]],
        scripts: Iterable[tuple[Iterable[Step], Answer]] = ((WELL, (200, None)),),
        *,
        server: object = None,
        presses: Sequence[tuple[int, str]] = (),
        can_speak: bool = True,
        flash: dict[str, str] | None = None,
    ) -> None:
        """Begin at 0."""
        touches = [(at, "talk") for at, _ in holds]
        self.lines: list[str] = []
        self.asked: list[tuple[str, dict[str, object], dict[str, str]]] = []
        self.listened: list[tuple[int, int]] = []
        self.ended: list[tuple[int, str]] = []
        self.holds = list(holds)
        self.scripts = [*scripts]
        self.speaks = can_speak
        super().__init__(
            server or VirtualServer(),
            self.lines.append,
            presses=sorted([*touches, *presses]),
            flash=flash,
        )

    def can_talk(self) -> bool:
        """It can."""
        return True

    def can_speak(self) -> bool:
        """As it was made."""
        return self.speaks

    def is_talk_held(self) -> bool:
        """By the moments."""
        return any(begin <= self.kernel.now_ms < end for begin, end in self.holds)

    async def talk(
        self, path: str, wish: dict[str, object], headers: dict[str, str], talker: Talk
    ) -> tuple[int, object]:
        """By the script."""
        self.asked.append((path, dict(wish), dict(headers)))
        began = self.kernel.now_ms
        steps, answer = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        if answer is UNHEARD:
            raise UNHEARD
        while talker.is_listening():
            await self.sleep_ms(STEP_MS)
        self.listened.append((began, self.kernel.now_ms))
        for after_ms, event, said in steps:
            await self.pass_ms(after_ms, talker)
            talker.take(event, said)
        await self.pass_ms(0, talker)
        self.ended.append((self.kernel.now_ms, "told"))
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def pass_ms(self, ms: int, talker: Talk) -> None:
        """As long as the talker goes on."""
        until = self.kernel.now_ms + ms
        while True:
            if not talker.goes_on():
                self.ended.append((self.kernel.now_ms, "stopped"))
                raise OSError(STOPPED, "stopped")
            if self.kernel.now_ms >= until:
                return
            await self.sleep_ms(STEP_MS)

    def live(self, until_ms: int, *, pairs: bool = False) -> Pet:
        """Let a pet live on it."""
        pet = Pet(self, Config("audrey", "pet-1", pairs=pairs))
        self.spawn("pet", pet.run())
        self.kernel.run(until_ms)
        return pet

    @property
    def shown(self) -> list[tuple[int, str, str]]:
        """When which screen was shown, and its words."""
        found = []
        for line in self.lines:
            moment, _, what = line.partition(" ")
            word, _, rest = what.partition(" ")
            if word == "show":
                screen, _, words = rest.partition(" ")
                found.append((int(moment), screen.strip('"'), words.rpartition(" | ")[0]))
        return found


UNHEARD = OSError(111, "no connection")
"""The answer of a server that is not there."""
