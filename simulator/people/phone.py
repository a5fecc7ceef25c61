"""A student's phone, on which people tap twice, and a second one that does what the first one does.

Each tap is a wish of its own, with a key of its own: what comes of two is what the API document
says of two requests. Not here: what is tapped, and when.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from simpy import Event

from simulator.kernel.loop import happening
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Chance
from simulator.kernel.trace import Json
from simulator.network.client import Client
from simulator.network.link import Network

PATIENCE_MS = 8_000
_LATER_MS = (0, 12_000)
"""How much later than the first the second phone does the same."""

SESSION_START, SESSION_END = "/api/stress/session/start", "/api/stress/session/end"
_TALK = ("/api/chat/message", "/api/chat/stream")

_KEPT = 8


class SecondPhone:
    """Follows another phone: the same wishes in the same order, one at a time. Nobody talks to it,
    and a session that it has begun is its own to end.
    """

    def __init__(self, stage: Stage, client: Client, chance: Chance) -> None:
        self._stage, self._client, self._chance = stage, client, chance
        self._wishes: deque[tuple[str, Json]] = deque()
        self._is_busy = False
        self._session_id: str | None = None

    def follow(self, path: str, body: Json) -> None:
        """The first phone posts this now."""
        if path not in _TALK:
            self._wishes.append((path, body))
            if not self._is_busy:
                self._stage.live(self._go_on())

    async def _go_on(self) -> None:
        self._is_busy = True
        while self._wishes:
            path, body = self._wishes.popleft()
            await self._stage.sleep(self._chance.randint(*_LATER_MS))
            _, answer = await self._client.post(path, self._own(path, body))
            if path == SESSION_START:
                self._session_id = session_id_in(answer)
        self._is_busy = False

    def _own(self, path: str, body: Json) -> Json:
        if path == SESSION_END and self._session_id is not None:
            return {**body, "session_id": self._session_id}
        return body


class Phone(Client):
    """One student's. ``double_clicks`` thousandths of all taps are done twice at once; whoever taps
    goes on when both are answered. ``second`` follows it.
    """

    def __init__(
        self,
        network: Network,
        user_id: str,
        token: str | None = None,
        double_clicks: int = 0,
        second: SecondPhone | None = None,
    ) -> None:
        who = f"phone/{user_id}"
        super().__init__(network, who, token)
        self.user_id = user_id
        self._fate = network.fate
        self._double_clicks = double_clicks
        self._second = second
        self._again = Client(network, f"{who}/again", token) if double_clicks else None
        self.sessions: deque[str] = deque(maxlen=_KEPT)
        """Ids of the newest study sessions that it was told of."""

    async def post(self, path: str, body: Json, timeout_ms: int = PATIENCE_MS) -> tuple[int, Json]:
        """As any client does it, or twice at once. The first answer counts."""
        if self._second is not None:
            self._second.follow(path, body)
        status, answer = await self._tap(
            super().post(path, body, timeout_ms),
            lambda client: client.post(path, body, timeout_ms),
        )
        if path == SESSION_START and (session_id := session_id_in(answer)) is not None:
            self.sessions.append(session_id)
        return status, answer

    async def delete(self, target: str) -> tuple[int, Json]:
        """As any client does it, or twice at once. The first answer counts."""
        return await self._tap(super().delete(target), lambda client: client.delete(target))

    async def _tap(
        self,
        first: Awaitable[tuple[int, Json]],
        again: Callable[[Client], Awaitable[tuple[int, Json]]],
    ) -> tuple[int, Json]:
        """What the first of one or two taps comes to."""
        strikes = self._fate.strikes("double click", self._who, self._double_clicks)
        if self._again is None or not strikes:
            return await first
        done = self._stage.environment.event()
        self._stage.live(_tell(again(self._again), done))
        answer = await first
        await happening(done)
        return answer


async def _tell(asking: Awaitable[object], done: Event) -> None:
    """Ask; let who waits for it know when it is answered."""
    await asking
    done.succeed()


def session_id_in(answer: Mapping[str, object]) -> str | None:
    """The id of a session that was started; None if the server refused."""
    session = answer.get("session")
    return str(session["session_id"]) if isinstance(session, dict) else None
