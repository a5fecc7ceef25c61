"""A stranger on the network, who tries what ``attempts.py`` lists, all day, in any order.

He hears what others say to the server and are answered, but for what is secret in it.
"""

from collections.abc import Sequence
from itertools import count

import orjson

from petcore.errors import PetcoreError
from simulator.kernel.loop import happening
from simulator.kernel.trace import Event, Json, words
from simulator.network.asgi import Response
from simulator.network.client import Client
from simulator.network.link import Network
from simulator.people.attempts import (
    ATTEMPTS,
    COLLECTS,
    PAIRS,
    REVOKED,
    RIGHTS,
    USES,
    Attempt,
)
from simulator.people.loot import LAMP, MALLORY, POLL, Loot
from simulator.people.owner import Owner, phone_of

STRANGER = "stranger"
ADDRESS = "192.168.1.66"

_PATIENCE_MS = 40_000
_PAUSE_MS = (60_000, 150_000)
_AGAIN_MS = 10_000
_BELIEVED_MS = 5_000
"""How long a token may still be used that was taken back."""
_EXPIRED_MS = 11 * 60_000
_SECOND_MS = 1_000
_TOO_MANY = 429
_POMODORO = "POST /api/breaks/pomodoro/start"


class Stranger:
    """After ``user_id``, he has a lamp of his own, and a pet that this user is about to throw away.
    Before the world begins he must ``arrive``.
    """

    def __init__(
        self,
        network: Network,
        owner: Owner,
        user_id: str,
        attempts: Sequence[Attempt] = ATTEMPTS,
    ) -> None:
        self._network, self._stage, self._owner = network, network.stage, owner
        self._chance = network.stage.streams.stream(STRANGER)
        self._user_id = user_id
        self._attempts = attempts
        self._old_pet = f"old pet of {user_id}"
        self._loot = Loot(user_id)
        self._asked: dict[object, str] = {}
        self._links = {
            attempt.name: network.link(f"{STRANGER}/{attempt.name}", ADDRESS)
            for attempt in (*attempts, *RIGHTS)
        }

    def arrive(self) -> None:
        """Get what he has, say what is tried and what may come of it, listen, and begin."""
        self._loot.own = self._owner.give(LAMP, MALLORY)
        self._loot.revoked = self._owner.give(self._old_pet, self._user_id)
        self._loot.device = self._owner.device_id(phone_of(self._user_id)).replace("-", "")
        attempts, rights = (
            {each.name: each.expects for each in several} for several in (self._attempts, RIGHTS)
        )
        self._stage.trace.note(STRANGER, user_id=MALLORY, attempts=attempts, rights=rights)
        self._stage.trace.listen(self._hear)
        self._stage.live(self._live())

    async def _live(self) -> None:
        await self._outlive_tokens()
        await self._pair()
        while True:
            for attempt in self._chance.sample(self._attempts, len(self._attempts)):
                await self._stage.sleep(self._chance.randint(*_PAUSE_MS))
                await self._do(attempt)

    async def _do(self, attempt: Attempt) -> None:
        if attempt.pairs:
            self._loot.screen = str((await self._insist(PAIRS))["user_code"])
        for _ in range(attempt.times - 1):
            self._stage.live(self._try_in_passing(attempt))
        await self._try(attempt)
        await self._stage.sleep(attempt.rest_s * _SECOND_MS)

    async def _outlive_tokens(self) -> None:
        """See tokens end that the door has just believed: the old pet's, and that of his lamp."""
        pet = Client(self._network, f"old pet/{self._user_id}", self._loot.revoked)
        await pet.get(f"{POLL}?user_id={self._user_id}")
        await happening(self._owner.take_back(self._old_pet))
        await self._insist(USES)
        self._loot.rotated = self._loot.own
        self._loot.own = await self._owner.replace(LAMP, MALLORY)
        await self._stage.sleep(_BELIEVED_MS)
        await self._try(REVOKED)

    async def _pair(self) -> None:
        """Get a second lamp its token, and a code that nobody ever confirms."""
        token, numbers = None, count(2)
        while token is None:
            token = await self._collect(f"{LAMP}, number {next(numbers)}")
        first, self._loot.own = self._loot.own, str(token)
        await self._insist(USES)
        self._loot.own = first
        self._loot.expired = str((await self._insist(PAIRS))["device_code"])
        await self._stage.sleep(_EXPIRED_MS)

    async def _collect(self, name: str) -> object:
        """The token of a lamp with a new code; None if that got lost until it had expired."""
        begun = await self._insist(PAIRS)
        self._loot.used = str(begun["device_code"])
        try:
            await happening(self._owner.confirm(str(begun["user_code"]), MALLORY, name))
        except PetcoreError as error:
            raise AssertionError(f"the owner could not confirm: {error.message}") from error
        return (await self._insist(COLLECTS)).get("token")

    async def _insist(self, attempt: Attempt) -> Json:
        """The answer, once there is one of those that may be; who asks too often waits."""
        while True:
            response = await self._try(attempt)
            if response is not None and response.status != _TOO_MANY:
                answer: Json = orjson.loads(response.body)
                if (response.status, answer.get("code", "")) in attempt.expects:
                    return answer
            await self._stage.sleep(_AGAIN_MS)

    async def _try(self, attempt: Attempt) -> Response | None:
        try:
            return await self._links[attempt.name].send(attempt.ask(self._loot), _PATIENCE_MS)
        except OSError:
            return None

    async def _try_in_passing(self, attempt: Attempt) -> None:
        await self._try(attempt)

    def _hear(self, event: Event) -> None:
        if event["kind"] == "request" and not words(event, "who").startswith(STRANGER):
            self._hear_request(event)
        elif event["kind"] == "served" and event["id"] in self._asked:
            self._hear_answer(self._asked.pop(event["id"]), orjson.loads(words(event, "body")))

    def _hear_request(self, event: Event) -> None:
        operation, headers = f"{event['method']} {event['path']}", event["headers"]
        if operation in _TOLD:
            self._asked[event["id"]] = operation
        if operation == _POMODORO and isinstance(headers, dict):
            self._loot.key = str(headers.get("idempotency-key", self._loot.key))

    def _hear_answer(self, operation: str, answer: Json) -> None:
        part, name, place = _TOLD[operation]
        told = answer.get(part) if part else answer
        id = told.get(name) if isinstance(told, dict) else None
        if id:
            setattr(self._loot, place, str(id))


_TOLD = {
    "POST /api/stress/session/start": ("session", "session_id", "session_id"),
    _POMODORO: ("session", "session_id", "pomodoro_id"),
    "GET /api/breaks/prompt/poll": ("", "prompt_id", "prompt_id"),
    "POST /api/chat/message": ("", "conversation_id", "conversation_id"),
}
"""Where an answer names what he wants: in which part, by which name, and what he calls it."""
