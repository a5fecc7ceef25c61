"""Chat: who the pet is, and talking with it (P15 to P17).

Here: the operations, and that a turn happens once. Not here: what happens in a turn (``turn``),
what the pet can do on the way (``tools``) and what it remembers (``memory``).
"""

import asyncio
import logging
from base64 import b64decode
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from typing import cast

from petcore.errors import WrongState
from petcore.marks import mark
from petcore.ports import Ports
from petcore.ports.clock import Clock
from petcore.ports.faculties import Faculties
from petcore.services.desktop_pet.deadline import Deadline
from petcore.services.desktop_pet.memory import Memory
from petcore.services.desktop_pet.persona import Personas, PersonaWish
from petcore.services.desktop_pet.shapes import ChatMemory
from petcore.services.desktop_pet.stages import Stages
from petcore.services.desktop_pet.told import (
    AudioFormat,
    Did,
    Done,
    Event,
    Heard,
    MessageWish,
    Spoke,
    Tell,
    TurnAnswer,
    Wrote,
)
from petcore.services.desktop_pet.tools import Tools
from petcore.services.desktop_pet.turn import Mind, Thought, Turn
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Outbox

__all__ = [
    "AudioFormat",
    "Chat",
    "Did",
    "Done",
    "Event",
    "Heard",
    "MessageWish",
    "PersonaWish",
    "Spoke",
    "Wrote",
]

_log = logging.getLogger("petcore.chat")

_MESSAGE, _STREAM = "chat message", "chat stream"


class Chat:
    """The operations of the document's section "Chat"."""

    def __init__(
        self,
        ports: Ports,
        outbox: Outbox,
        once: Once,
        faculties: Faculties,
        tools: Tools,
        stopwatch: Clock,
    ) -> None:
        self._once = once
        self._faculties = faculties
        self._stopwatch = stopwatch
        self._personas = Personas(ports, outbox, once)
        self._memory = Memory(ports, outbox)
        self._mind = Mind(ports, faculties, tools, self._memory, self._personas)

    async def save_persona(self, wish: PersonaWish, call: Call) -> Answer:
        """P15: store who the pet is; what was stored before is replaced."""
        return await self._personas.save(wish, call)

    async def get_persona(self, user_id: str) -> Answer:
        """P16: who the pet is. Raises ``NotFound``."""
        return await self._personas.get(user_id)

    async def send_message(self, wish: MessageWish, call: Call) -> Answer:
        """P17: answer what was said. Raises ``NotFound`` for a conversation that is unknown or
        somebody else's, ``BadInput`` for sound that cannot be used, ``HearingFailed`` and
        ``LanguageFailed``.
        """
        answer, _ = await self._run(wish, replace(call, route=_MESSAGE), _tell_nobody, False)
        return answer

    async def stream_message(self, wish: MessageWish, call: Call) -> AsyncGenerator[Event, None]:
        """Extension: the same, told as it happens. Raises what ``send_message`` raises, before the
        first event or, if the pet fails in the middle of its answer, later. An answer that is kept
        already is told again, its sound byte by byte; if another process stores one for the same
        key while this one is being told, that is a ``WrongState``. Who stops listening
        (``aclose``) ends the turn: it is stored whole or not at all.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        call = replace(call, route=_STREAM)
        work = asyncio.create_task(self._run(wish, call, events.put_nowait, True))
        work.add_done_callback(lambda _: events.put_nowait(None))
        is_begun = False
        try:
            while (event := await events.get()) is not None:
                is_begun = True
                yield event
            answer, is_own = await work
            if is_begun and not is_own:
                raise WrongState(
                    "Idempotency-Key: the same request was answered elsewhere; send it again"
                )
            for event in _told(cast("TurnAnswer", answer), is_again=not is_begun):
                yield event
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def get_memory(self, user_id: str) -> Answer:
        """Extension: what the pet remembers of the user."""
        return await self._memory.show(user_id)

    async def erase_memory(self, user_id: str) -> Answer:
        """Extension: forget all that was ever said, with the answers kept under keys. A turn under
        way is answered, and leaves nothing; so is one that is asked for again, with the key that
        it had before.
        """
        # What tools answered stays for as long as keys do: a turn that is repeated with its key
        # after that is thought of anew, but does nothing a second time.
        return await self._memory.erase(user_id, (_MESSAGE, _STREAM))

    async def _run(
        self, wish: MessageWish, call: Call, tell: Tell, is_streamed: bool
    ) -> tuple[Answer, bool]:
        """The answer, and whether it was thought of here. What was thought is kept while others are
        quicker to store theirs: only the numbers of its messages change.
        """
        stages = Stages(self._stopwatch)
        async with Deadline(self._faculties.pause) as deadline:
            turn = Turn(self._mind, wish, call, stages, deadline, tell, is_streamed=is_streamed)
            return await self._take(turn, wish.user_id, call)

    async def _take(self, turn: Turn, user_id: str, call: Call) -> tuple[Answer, bool]:
        thought: Thought | None = None

        async def find() -> tuple[str, ChatMemory]:
            return user_id, await self._memory.load(user_id)

        async def think(memory: ChatMemory) -> Thought:
            nonlocal thought
            if thought is None:
                await self._memory.delete_erased(memory["user_id"], memory["first"])
                thought = await turn.think(memory)
                self._note(thought.answer)
            return thought

        async def decide(memory: ChatMemory) -> Decision:
            return await self._decide(memory, await think(memory))

        async def decide_again(memory: ChatMemory) -> Decision:
            # The key is all that is left of it; what was said is not to come back by a late copy.
            return Decision((await think(memory)).answer, keeps="nothing")

        plan = Plan(f"chat:{user_id}", find, decide, decide_again=decide_again)
        answer = await self._once.run(call, plan)
        return answer, thought is not None and answer is thought.answer

    async def _decide(self, memory: ChatMemory, thought: Thought) -> Decision:
        if memory["erasures"] != thought.erasures:
            mark("turn erased")
            # It was thought of before all was forgotten, so it is forgotten, too.
            return Decision(thought.answer, keeps="use")
        deciding, others = await self._memory.writes(memory, thought.exchange)
        return Decision(thought.answer, deciding, others)

    def _note(self, answer: TurnAnswer) -> None:
        """A line for the log, with nothing of what was said."""
        timings = answer["timings_ms"]
        stages = [f"{at} {timings[at]} ({name})" for at, name in self._faculties.names.items()]
        _log.info(
            "turn: %s, first sound %s, total %s ms; %d actions, %d warnings",
            ", ".join(stages),
            timings["first_sound"],
            timings["total"],
            len(answer["actions"]),
            len(answer["warnings"]),
        )


def _tell_nobody(_: Event) -> None:
    """Nobody listens."""


def _told(answer: TurnAnswer, *, is_again: bool) -> Iterator[Event]:
    """What is left to tell when a turn is stored: all of it, if it was so before."""
    if is_again:
        yield Heard(answer["conversation_id"], answer["pet_name"], answer["transcript"])
        yield from (Did(action) for action in answer["actions"])
        yield Wrote(answer["reply_text"])
        if answer["reply_audio_base64"] is not None:
            yield Spoke(b64decode(answer["reply_audio_base64"]))
    yield Done({**answer, "reply_audio_base64": None})
