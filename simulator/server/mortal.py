"""A store as one process of the server has it, who may die each time that he waits for it.

Not here: when somebody dies (``worker``), and what else the store does to him (``disk``).
"""

from collections.abc import Callable
from typing import Literal, TypeVar

from petcore.ports.store import Store
from simulator.kernel.wrapped import Ask, WrappedStore
from simulator.server.life import Life

T = TypeVar("T")

Doom = Literal["", "before", "after"]
"""Whether one dies now, before or after what he asks for is done."""


class MortalStore(WrappedStore):
    """Hands everything on to ``store`` as long as ``life`` goes on; ``doom`` is asked each time."""

    def __init__(self, store: Store, life: Life, doom: Callable[[], Doom]) -> None:
        super().__init__(store)
        self._life = life
        self._doom = doom

    async def close(self) -> None:
        """Let go. Others have the store, too, so it stays open."""

    async def _do(self, operation: str, ask: Ask[T]) -> T:
        """What comes of it, if who asks is alive before and after."""
        self._life.require()
        doom = self._doom()
        if doom == "before":
            self._life.kill()
            self._life.require()
        try:
            return await ask()
        finally:
            if doom == "after":
                self._life.kill()
            self._life.require()
