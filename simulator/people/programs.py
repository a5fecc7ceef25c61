"""The programs of a student that ask for what they like: one with sense, one without.

Nobody waits for what they hear. What they ask for stands in ``errands.py``.
"""

from collections.abc import Callable, Mapping

import orjson

from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Chance
from simulator.kernel.trace import Json
from simulator.network.asgi import Response
from simulator.network.client import json_request
from simulator.network.link import Network
from simulator.people.errands import ERRANDS, NONSENSE, OTHERWISE, Errand, Wish, World, drawn
from simulator.people.notebook import Done, Notebook

_CLUMSY = "clumsy/"
"""How those are called who ask for what the contract forbids; a judge knows them by that."""

_ONE_IN = 4
"""So many errands are one that makes no sense."""
_TRIES, _PAUSE_MS = 3, 3_000
_PATIENCE_MS = 90_000
_AT_ONCE = (0, 0)
_KEY_BITS = 64
_KEYS_MS = 12 * 3_600_000
"""As long as a program may come back to an old key: the server keeps them longer, and knows it."""

_TOLD: Mapping[str, Callable[[Notebook, Json], None]] = {
    "POST /api/stress/session/start": lambda notebook, answer: notebook.write(
        "session", _in(answer, "session", "session_id")
    ),
    "POST /api/stress/session/end": lambda notebook, answer: notebook.strike(
        "session", answer.get("session_id")
    ),
    "POST /api/breaks/pomodoro/start": lambda notebook, answer: notebook.write(
        "pomodoro", _in(answer, "session", "session_id")
    ),
    "GET /api/breaks/pomodoro/active": lambda notebook, answer: notebook.write(
        "pomodoro", answer.get("session_id")
    ),
    "GET /api/breaks/prompt/poll": lambda notebook, answer: notebook.write(
        "prompt", answer.get("prompt_id")
    ),
    "POST /api/devices/pairing": lambda notebook, answer: notebook.write(
        "code", answer.get("device_code")
    ),
    "GET /api/water/schedule": lambda notebook, answer: notebook.read(answer),
}
"""What is worth remembering of an answer."""


class Programs:
    """One student's. ``worlds`` says in what kind of world."""

    def __init__(
        self,
        network: Network,
        notebook: Notebook,
        token: str | None,
        worlds: frozenset[World],
    ) -> None:
        user_id = notebook.user_id
        self._stage: Stage = network.stage
        self._notebook, self._worlds = notebook, worlds
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._who = f"app/{user_id}"
        self._link = network.link(self._who)
        self._clumsy = network.link(f"{_CLUMSY}{user_id}")

    def begin(self, fate: Fate, often: int) -> None:
        """Run about so many errands a day."""
        fate.spells("errand", self._who, often, _AT_ONCE, lambda _: self.run())

    def run(self) -> None:
        """Run one errand. What it is depends on nothing but the moment, so that the others stay
        what they are if one of them is spared.
        """
        chance = self._stage.streams.stream(f"errand/{self._who}/{self._stage.now}")
        has_sense = chance.randrange(_ONE_IN) > 0
        errand = drawn(ERRANDS if has_sense else NONSENSE, self._worlds, chance)
        self._stage.live(self._ask(errand, has_sense, chance))

    async def _ask(self, errand: Errand, has_sense: bool, chance: Chance) -> None:
        """Ask, with one key, until somebody answers or it is no longer worth the trouble."""
        self._notebook.forget_done(self._stage.now - _KEYS_MS)
        self._notebook.now = self._stage.clock.now()
        wish = errand.make(self._notebook, chance)
        key = wish.key or f"{self._who}-{chance.getrandbits(_KEY_BITS):016x}"
        headers = {"Idempotency-Key": key} if wish.method == "POST" else {}
        request = json_request(wish.method, wish.target, wish.body, {**headers, **self._headers})
        link = self._link if has_sense else self._clumsy
        for _ in range(_TRIES):
            try:
                response = await link.send(request, _PATIENCE_MS)
            except OSError:
                await self._stage.sleep(_PAUSE_MS)
            else:
                if response.status // 100 == 2:  # noqa: PLR2004 -- all is well
                    self._hear(wish, response)
                    if has_sense and wish.key is None:
                        self._keep(wish, key)
                return

    def _hear(self, wish: Wish, response: Response) -> None:
        remember = _TOLD.get(f"{wish.method} {wish.target.partition('?')[0]}")
        if remember is not None:
            remember(self._notebook, orjson.loads(response.body))

    def _keep(self, wish: Wish, key: str) -> None:
        if wish.body is not None and wish.target in OTHERWISE:
            self._notebook.keep(Done(wish.target, wish.body, key, self._stage.now))


def _in(answer: Json, part: str, name: str) -> object:
    inner = answer.get(part)
    return inner.get(name) if isinstance(inner, dict) else None
