"""What the pet remembers of a user: the last turns, and a summary of what was before.

One document for each user decides. A turn is one change of it, and brings its two messages with it;
their numbers follow from it, and their ids from their numbers. To erase is another change of it:
whoever thought of an answer before that finds himself overtaken, and stores nothing. A message that
somebody stalled brings in late is below ``first``, so it is never read, and is deleted at the next
turn.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from petcore.errors import NotFound
from petcore.marks import mark
from petcore.ports import Ports
from petcore.ports.language import Line, Role
from petcore.ports.store import Query, Scalar
from petcore.rules.desktop_pet import chat
from petcore.services.desktop_pet.collections import CHAT_MEMORIES, CHAT_MESSAGES, id_of
from petcore.services.desktop_pet.shapes import ChatMemory, ChatMessage
from petcore.services.idempotency import IDEMPOTENCY_KEYS, Answer, KeptAnswer
from petcore.services.outbox import ATTEMPTS, Conflict, Outbox, Write, overtaken

_KEPT = 2 * chat.TURNS_KEPT
_ROLES: tuple[Role, Role] = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a language is told of earlier talk: ``lines`` of the same conversation, and a ``memory``
    of all else. ``erasures`` says of which memory.
    """

    lines: tuple[Line, ...]
    memory: str
    erasures: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said and what was answered."""

    conversation_id: str
    pet_name: str | None
    said: str
    answered: str


class Memory:
    """The memories of all users."""

    def __init__(self, ports: Ports, outbox: Outbox) -> None:
        self._ports = ports
        self._outbox = outbox

    async def load(self, user_id: str) -> ChatMemory:
        """The user's memory; a new one, of version 0, if there is none."""
        # What it held is delivered here: nobody who thinks for long is to be told of a conflict
        # that is none of his.
        for _ in range(ATTEMPTS):
            try:
                stored = await self._outbox.load(CHAT_MEMORIES, _key(user_id))
            except Conflict:
                continue
            return self._new(user_id) if stored is None else stored
        raise overtaken()

    async def recall(self, memory: ChatMemory, conversation_id: str | None) -> Recalled:
        """What is known when something is said in a conversation, None in a new one. Raises
        ``NotFound`` if the user has no such conversation.
        """
        known = await self._of_conversation(memory, conversation_id) if conversation_id else []
        if conversation_id is not None and not known:
            raise NotFound(f"conversation_id: no conversation {conversation_id}")
        turns = list(_turns(known))
        costs = [chat.tokens(said["content"] + answer["content"]) for said, answer in turns]
        kept = turns[len(turns) - chat.window(costs) :]
        told = {said["number"] for said, _ in kept}
        others = [turn for turn in await self._recent(memory) if turn[0]["number"] not in told]
        return Recalled(
            lines=tuple(Line(side["role"], side["content"]) for turn in kept for side in turn),
            memory=chat.summarize(memory["summary"], map(_words, others)),
            erasures=memory["erasures"],
        )

    async def writes(
        self, memory: ChatMemory, exchange: Exchange
    ) -> tuple[Write[ChatMemory], tuple[Write[ChatMessage], ...]]:
        """The writes that remember ``exchange``: the first of them decides."""
        messages = memory["messages"] + 2
        left = [turn for turn in await self._recent(memory) if turn[0]["number"] < messages - _KEPT]
        changed: ChatMemory = {
            **memory,
            "messages": messages,
            "summarized": max(memory["summarized"], messages - _KEPT),
            "summary": chat.summarize(memory["summary"], map(_words, left)),
            "updated_at": self._ports.clock.now(),
        }
        sides = (
            self._message(memory, exchange, 0, exchange.said),
            self._message(memory, exchange, 1, exchange.answered),
        )
        return (
            Write(CHAT_MEMORIES, changed, memory["version"]),
            tuple(Write(CHAT_MESSAGES, side) for side in sides),
        )

    async def show(self, user_id: str) -> Answer:
        """What the pet remembers: the summary, and the turns after it, oldest first."""
        memory = await self.load(user_id)
        turns = await self._recent(memory)
        return {
            "user_id": user_id,
            "summary": memory["summary"],
            "turns": [
                {
                    "conversation_id": said["conversation_id"],
                    "transcript": said["content"],
                    "reply_text": answer["content"],
                    "created_at": said["created_at"],
                }
                for said, answer in turns
            ],
        }

    async def erase(self, user_id: str, routes: Iterable[str]) -> Answer:
        """Forget all, and the answers that were kept under keys of ``routes``. Turns under way
        will store nothing. Cut off in the middle, it is continued by beginning again.
        """
        for _ in range(ATTEMPTS):
            memory = await self.load(user_id)
            kept = [answer for route in routes for answer in await self._kept(user_id, route)]
            try:
                await self._outbox.commit(self._erased(memory))
            except Conflict:
                mark("erased in rounds")
                continue
            await self.delete_erased(user_id, memory["messages"])
            for answer in kept:
                await self._forget(answer)
            count = memory["messages"] - memory["first"]
            return {"ok": True, "erased": count}
        raise overtaken()

    async def delete_erased(self, user_id: str, first: int) -> None:
        """Delete the messages before ``first``, if there can be any."""
        if first:
            await self._ports.store.delete(
                Query(CHAT_MESSAGES, {"user_id": user_id}, "number", below=first)
            )

    async def _of_conversation(self, memory: ChatMemory, conversation_id: str) -> list[ChatMessage]:
        """The latest messages of a conversation of the user, oldest first."""
        equal: dict[str, Scalar] = {
            "conversation_id": conversation_id,
            "user_id": memory["user_id"],
        }
        newest = Query(
            CHAT_MESSAGES,
            equal,
            "number",
            at_least=memory["first"],
            descending=True,
            limit=_KEPT,
        )
        return (await self._ports.store.find(newest))[::-1]

    async def _recent(self, memory: ChatMemory) -> list[tuple[ChatMessage, ChatMessage]]:
        """The turns that the summary does not hold, oldest first."""
        start = max(memory["first"], memory["summarized"])
        return list(_turns(await self._ports.store.find(_after(memory, start))))

    async def _kept(self, user_id: str, route: str) -> list[Mapping[str, object]]:
        """The answers kept for the user, without themselves: their sound is large."""
        of_route: dict[str, Scalar] = {"user_id": user_id, "route": route}
        query: Query[Mapping[str, object]] = Query(IDEMPOTENCY_KEYS, of_route, without=("answer",))
        return await self._ports.store.find(query)

    async def _forget(self, kept: Mapping[str, object]) -> None:
        """Leave of an answer only that its key was used: what is deleted could be brought back by
        somebody stalled, what is replaced cannot.
        """
        bare = cast("KeptAnswer", {**kept, "answer": None})
        forgotten: KeptAnswer = {**bare, "version": bare["version"] + 1}
        await self._ports.store.replace(IDEMPOTENCY_KEYS, forgotten, bare["version"])

    def _erased(self, memory: ChatMemory) -> Write[ChatMemory]:
        changed: ChatMemory = {
            **memory,
            "summary": "",
            "first": memory["messages"],
            "summarized": memory["messages"],
            "erasures": memory["erasures"] + 1,
            "updated_at": self._ports.clock.now(),
        }
        return Write(CHAT_MEMORIES, changed, memory["version"])

    def _new(self, user_id: str) -> ChatMemory:
        return ChatMemory(
            _id=_key(user_id),
            version=0,
            outbox=[],
            outbox_len=0,
            user_id=user_id,
            summary="",
            messages=0,
            first=0,
            summarized=0,
            erasures=0,
            updated_at=self._ports.clock.now(),
        )

    def _message(
        self, memory: ChatMemory, exchange: Exchange, side: int, content: str
    ) -> ChatMessage:
        number = memory["messages"] + side
        return ChatMessage(
            _id=id_of(CHAT_MESSAGES, number=number, user_id=memory["user_id"]),
            version=1,
            conversation_id=exchange.conversation_id,
            user_id=memory["user_id"],
            role=_ROLES[side],
            content=content,
            pet_name=exchange.pet_name,
            created_at=self._ports.clock.now(),
            number=number,
        )


def _key(user_id: str) -> str:
    return id_of(CHAT_MEMORIES, user_id=user_id)


def _after(memory: ChatMemory, first: int) -> Query[ChatMessage]:
    """The user's messages from ``first`` on."""
    return Query(CHAT_MESSAGES, {"user_id": memory["user_id"]}, "number", at_least=first)


def _turns(messages: list[ChatMessage]) -> Iterator[tuple[ChatMessage, ChatMessage]]:
    """What was said with what was answered, where both are there."""
    by_number = {message["number"]: message for message in messages}
    for number, said in by_number.items():
        if number % 2 == 0 and number + 1 in by_number:
            yield said, by_number[number + 1]


def _words(turn: tuple[ChatMessage, ChatMessage]) -> chat.Turn:
    said, answered = turn
    return said["content"], answered["content"]
