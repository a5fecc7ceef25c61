"""A stranger on the network, who tries what ``attempts.py`` lists, all day, in any order.

He hears what others say to the server and are answered, but for what is secret in it.
"""

import orjson

from petcore.errors import PetcoreError
from simulator.kernel.loop import happening
from simulator.kernel.trace import Event, Json, words
from simulator.network.asgi import Response
from simulator.network.link import Network
from simulator.people.attempts import (
    ATTEMPTS,
    COLLECTS,
    PAIRS,
    USES,
    Attempt,
)
from simulator.people.loot import LAMP, MALLORY, Loot
from simulator.people.owner import Owner

STRANGER = "stranger"
ADDRESS = "192.168.1.66"

_PATIENCE_MS = 40_000
_PAUSE_MS = (60_000, 150_000)
_AGAIN_MS = 10_000
_EXPIRED_MS = 11 * 60_000
_SECOND_MS = 1_000
_POMODORO = "POST /api/breaks/pomodoro/start"


class Stranger:
    """Has a lamp of his own before the world begins, and a pet that ``user_id`` threw away."""

    def __init__(self, network: Network, owner: Owner, user_id: str, phone: str) -> None:
        self._network, self._stage, self._owner = network, network.stage, owner
        self._chance = network.stage.streams.stream(STRANGER)
        rotated, thrown_away = owner.give(LAMP, MALLORY), f"old pet of {user_id}"
        revoked = owner.give(thrown_away, user_id)
        owner.take_back(thrown_away)
        own = owner.replace(LAMP, MALLORY)
        self._loot = Loot(own, rotated, revoked, phone.split("_")[1], user_id)
        self._asked: dict[object, str] = {}
        network.stage.trace.listen(self._hear)
        self._links = {
            attempt.name: network.link(f"{STRANGER}/{attempt.name}", ADDRESS)
            for attempt in (*ATTEMPTS, PAIRS, COLLECTS, USES)
        }

    def begin(self) -> None:
        """Say what is tried and what may come of it, and begin."""
        attempts = {each.name: each.expects for each in (*ATTEMPTS, PAIRS, COLLECTS, USES)}
        self._stage.trace.note(STRANGER, user_id=MALLORY, attempts=attempts)
        self._stage.live(self._live())

    async def _live(self) -> None:
        await self._pair()
        while True:
            for attempt in self._chance.sample(ATTEMPTS, len(ATTEMPTS)):
                await self._stage.sleep(self._chance.randint(*_PAUSE_MS))
                await self._do(attempt)

    async def _do(self, attempt: Attempt) -> None:
        if attempt.pairs:
            self._loot.screen = str((await self._insist(PAIRS))["user_code"])
        for _ in range(attempt.times - 1):
            self._stage.live(self._try_in_passing(attempt))
        await self._try(attempt)
        await self._stage.sleep(attempt.rest_s * _SECOND_MS)

    async def _pair(self) -> None:
        """Get a second lamp its token, and a code that nobody ever confirms."""
        begun = await self._insist(PAIRS)
        self._loot.used = str(begun["device_code"])
        try:
            code = str(begun["user_code"])
            await happening(self._owner.confirm(code, MALLORY, f"{LAMP}, the second"))
        except PetcoreError as error:
            raise AssertionError(f"the owner could not confirm: {error.message}") from error
        token = str((await self._insist(COLLECTS))["token"])
        first, self._loot.own = self._loot.own, token
        await self._insist(USES)
        self._loot.own = first
        self._loot.expired = str((await self._insist(PAIRS))["device_code"])
        await self._stage.sleep(_EXPIRED_MS)

    async def _insist(self, attempt: Attempt) -> Json:
        while (response := await self._try(attempt)) is None:
            await self._stage.sleep(_AGAIN_MS)
        answer: Json = orjson.loads(response.body)
        return answer

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
}
"""Where an answer names what he wants: in which part, by which name, and what he calls it."""
