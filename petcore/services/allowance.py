"""What somebody may still try, kept in the store: it counts in all processes and through restarts.

For what is rare and must be counted exactly. Requests in general are counted in ``Door``, in
memory: a write for each of them would cost more than they do.
"""

from hashlib import sha256

from petcore.errors import Duplicate
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules.instant import to_ms
from petcore.rules.limits import Limit
from petcore.services.outbox import ATTEMPTS, overtaken
from petcore.services.platform.collections import SPENT, Spent

_US = 1000
_LONGEST_MS = 24 * 60 * 60_000
"""No limit is over a longer time: who has all again later than this was here before the clock was
set back.
"""


class Allowance:
    """So much of ``what`` for each name, over a day at most."""

    def __init__(self, ports: Ports, what: str, limit: Limit) -> None:
        if limit.per_ms > _LONGEST_MS:
            raise ValueError(f"{what}: a limit over more than a day is forgotten before its end")
        self._store = ports.store
        self._clock = ports.clock
        self._what = what
        self._limit = limit

    async def spend(self, name: str) -> None:
        """Spend one of ``name``. Raises ``RateLimited`` if none is left."""
        for _ in range(ATTEMPTS):
            if await self._try(self._key(name)):
                return
        raise overtaken()

    async def _try(self, key: str) -> bool:
        kept = await self._store.get(SPENT, key)
        whole_at_us = self._after(kept["whole_at_us"] if kept else 0)
        version = kept["version"] if kept else 0
        spent = Spent(_id=key, version=version + 1, whole_at_us=whole_at_us)
        if version:
            return await self._store.replace(SPENT, spent, version)
        await self._sweep()
        try:
            await self._store.insert(SPENT, spent)
        except Duplicate:
            return False
        return True

    def _after(self, whole_at_us: int) -> int:
        now_ms = to_ms(self._clock.now())
        after = self._limit.spend(whole_at_us, now_ms)
        if after is None:
            raise self._limit.refusal(self._what, whole_at_us, now_ms)
        return after

    async def _sweep(self) -> None:
        """Forget whose allowance is whole again, and what no limit of now can have written."""
        now_us = to_ms(self._clock.now()) * _US
        latest_us = now_us + _LONGEST_MS * _US
        for at_least, below in ((None, now_us), (latest_us + 1, None)):
            over = Query(SPENT, order="whole_at_us", at_least=at_least, below=below)
            await self._store.delete(over)

    def _key(self, name: str) -> str:
        text = f"{len(self._what)}:{self._what}{name}"
        return "spent:" + sha256(text.encode()).hexdigest()
