"""A store that is slow, fails, and loses its answers: what a server may have to live with.

Here: what goes wrong between a server and what keeps its documents, as the port of storage allows
it and the real stores do it. Not here: whether the server is there (``house``), and whether
something goes wrong now (``kernel.fate``).

A slow call waits for a part of its time before it is done, and for the rest until it is answered;
what it read may be old by then. While the store is away nothing is done, and whoever asks hears so
at once or, as of a database that is looked for, some seconds later. While the disk is full what is
there can be read, as with a file, and nothing is written. A write whose answer is lost was done.
"""

from asyncio import Future
from typing import TypeVar

from petcore.errors import Duplicate, StartRefused, StoreUnavailable
from petcore.ports.store import Store
from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.kernel.wrapped import Ask, Doing, WrappedStore
from simulator.server.faults import StoreFaults

T = TypeVar("T")

SLOW, LOST_ANSWER = "slow store", "lost answer of the store"
"""Faults of a single call; whom they befall is the operation, such as "insert"."""
AWAY, FULL = "store away", "disk full"
"""Faults that last; they befall ``STORE``."""
STORE = "store"

_WRITES = {"ping", "insert", "replace", "delete"}
"""What needs room on the disk; to find out whether it can be written to, a ping writes."""
_PATIENCE_MS = (0, 5_000)
"""How long a server looks for a store that is away before it gives up, as a driver does."""
_GONE = "the store of this world cannot be reached"
_NO_ROOM = "the disk of this world is full; make room"
_NO_ANSWER = "the store of this world gave no answer"


class FrailStore(WrappedStore):
    """Hands everything on to ``store``, unless ``faults`` are in the way."""

    def __init__(self, store: Store, stage: Stage, fate: Fate, faults: StoreFaults) -> None:
        super().__init__(store)
        self._stage = stage
        self._fate = fate
        self._faults = faults
        self._away_until = self._full_until = self._patience_ms = 0
        fate.spells(AWAY, STORE, faults.outages, faults.outage_ms, self._go_away)
        fate.spells(FULL, STORE, faults.full, faults.full_ms, self._fill)

    async def open(self) -> None:
        """Get ready. Raises ``StartRefused`` while the store is away or its disk is full."""
        if self._is_away or self._is_full:
            raise StartRefused(_GONE if self._is_away else _NO_ROOM)
        await self._store.open()

    async def close(self) -> None:
        """Finish what was begun and let go. Closing twice is allowed."""
        await self._store.close()

    def _do(self, operation: str, ask: Ask[T]) -> Doing[T]:
        done = self._written if operation in _WRITES else self._answered
        return done(operation, ask)

    async def _written(self, operation: str, ask: Ask[T]) -> T:
        """Do what changes something, or hear that the disk is full, or not hear that it is done."""

        async def written() -> T:
            if self._is_full:
                raise StoreUnavailable(_NO_ROOM)
            return await ask()

        # Drawn always, so that no draw depends on the outcome of another.
        is_lost = self._fate.strikes(LOST_ANSWER, operation, self._faults.lost_answer)
        try:
            result = await self._answered(operation, written)
        except Duplicate:
            # That is an answer, too.
            if not is_lost:
                raise
        else:
            if not is_lost:
                return result
        raise StoreUnavailable(_NO_ANSWER)

    async def _answered(self, operation: str, ask: Ask[T]) -> T:
        """Do it, in its own time, if the store is there when its turn comes."""
        before_ms, after_ms = self._delay(operation)
        await self._pass(before_ms)
        if self._is_away:
            await self._pass(self._patience_ms)
        if self._is_away:
            raise StoreUnavailable(_GONE)
        result = await ask()
        await self._pass(after_ms)
        return result

    def _delay(self, operation: str) -> tuple[int, int]:
        """How many milliseconds pass until it is done, and from then until it is answered."""
        if not self._fate.strikes(SLOW, operation, self._faults.slow):
            return 0, 0
        whole_ms = self._fate.span(SLOW, operation, self._faults.slow_ms)
        before_ms = self._fate.span(f"{SLOW} begins", operation, (0, whole_ms))
        return before_ms, whole_ms - before_ms

    async def _pass(self, ms: int) -> None:
        """Let so much time of the world pass, in which others have their turns."""
        if ms:
            over: Future[None] = self._stage.loop.create_future()
            timer = self._stage.loop.call_later(ms / 1000, over.set_result, None)
            try:
                await over
            finally:
                timer.cancel()

    def _go_away(self, ms: int) -> None:
        self._away_until = max(self._away_until, self._stage.now + ms)
        self._patience_ms = self._fate.span(AWAY, STORE, _PATIENCE_MS)

    def _fill(self, ms: int) -> None:
        self._full_until = max(self._full_until, self._stage.now + ms)

    @property
    def _is_away(self) -> bool:
        return self._stage.now < self._away_until

    @property
    def _is_full(self) -> bool:
        return self._stage.now < self._full_until
