"""The life of one process of the server: what it does in it, and its death.

Whatever a process begins, a request or what it does by itself, belongs to its life, and so does all
that is begun from there. Death ends it at once. Python has to unwind what was under way, so that
some lines may still run which in a killed process would not; but nothing of that gets out: the
store (``mortal``) hears nothing more, and what is answered is not passed on.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from itertools import count
from typing import TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")

_LIFE: ContextVar["Life | None"] = ContextVar("LIFE", default=None)
"""To whose life belongs what runs now."""


class Life:
    """One process, from its first line to its last. ``dies`` is called once, when it is killed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, dies: Callable[[], None]) -> None:
        self._loop = loop
        self._dies = dies
        self._works: WeakValueDictionary[int, asyncio.Task[object]] = WeakValueDictionary()
        self._numbers = count(1)
        self._end: asyncio.Future[None] = loop.create_future()
        self.is_over = False

    async def run(self, work: Coroutine[object, None, T]) -> T:
        """What comes of ``work``. Raises ``ConnectionResetError`` if the life is over before."""
        context = copy_context()
        context.run(_LIFE.set, self)
        task = self._loop.create_task(self._lived(work), context=context)
        try:
            await asyncio.wait((task, self._end), return_when=asyncio.FIRST_COMPLETED)
            if not task.done() or task.cancelled():
                raise ConnectionResetError("the server has died")
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _lived(self, work: Coroutine[object, None, T]) -> T:
        try:
            return await work
        finally:
            self.require()  # Whatever the dead have to say.

    def adopt(self, task: "asyncio.Task[object]") -> None:
        """Let what was begun just now end with it."""
        self._works[next(self._numbers)] = task
        if self.is_over:
            task.cancel()

    def require(self) -> None:
        """Raise ``CancelledError`` in one who is dead."""
        if self.is_over:
            raise asyncio.CancelledError

    def kill(self) -> None:
        """Die, wherever it is."""
        if not self.is_over:
            self.end()
            self._dies()

    def end(self) -> None:
        """Nothing of it goes on."""
        self.is_over = True
        for _, task in sorted(self._works.items()):
            task.cancel()
        if not self._end.done():
            self._end.set_result(None)


def beget(loop: asyncio.AbstractEventLoop) -> None:
    """From now on what is begun within a life belongs to it."""
    loop.set_task_factory(_begun)


def _begun(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[object, object, T] | Generator[asyncio.Future[object] | None, None, T],
    context: Context | None = None,
) -> "asyncio.Task[T]":
    task = asyncio.Task(work, loop=loop, context=context)
    life = _LIFE.get() if context is None else context.get(_LIFE)
    if life is not None:
        life.adopt(task)
    return task
