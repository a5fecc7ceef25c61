"""A process of its own for what C does to strangers' bytes: it is asked, and it answers.

A library that crashes, prints, hangs or holds Python's lock does so there, and not in the server.
Here: the life of such a process, and how long it is waited for. It is started when it is asked for
the first time, and anew after it failed; it is asked one thing at a time, and whoever does not wait
for his answer takes the process with him, since the next one would be given it. Not here: what the
process does (``child_serving``), and what is asked.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, cast

from petcore.adapters.child_serving import DONE, FRAME_MAX, HEAD, framed
from petcore.adapters.patience import Deadline, GivenUp

Why = Literal["busy", "late", "unstarted", "ended", "closed"]
"""Too many were waiting; no answer came in time; it cannot be started; it died while it was asked;
it was closed before."""

_GONE_S = 5.0
"""So long a dead process may take to go. In a driver that hangs it does not go at all."""
_ROOT = Path(__file__).parents[2]
_OUT = 1
# The same tree as this, wherever it stands. ``-P``: a folder that happens to be the present one is
# not searched for modules.
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from importlib import import_module; import_module(sys.argv[2]).main()"
)


class ChildFailed(Exception):
    """There is no answer."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Declined(Exception):
    """The answer is that the question was a bad one; ``words`` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of a question: ``deadline_s`` seconds for its answer, and ``start_s`` more for all of it,
    with the queue and the start of a process. Of the queue: ``waiting_max`` questions, with the one
    that is being answered.
    """

    deadline_s: float
    waiting_max: int
    start_s: float = 0.0


class Child:
    """The process that ``main()`` of ``module`` is run in; ``first`` is what it is told before all
    questions.
    """

    def __init__(self, module: str, bounds: Bounds, first: bytes = b"") -> None:
        self._module = module
        self._bounds = bounds
        self._first = first
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._line: _Line | None = None
        self._is_closed = False

    def __del__(self) -> None:
        """End the process of whoever forgot to close it."""
        if self._line is not None:
            with suppress(RuntimeError):  # the loop is closed, and so is its end of the pipe
                self._line.drop()

    @property
    def pid(self) -> int | None:
        """That of the process, if there is one."""
        return None if self._line is None else self._line.pid

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet."""
        return self._waiting

    async def ask(self, question: bytes) -> bytes:
        """The answer. Raises ``ChildFailed`` and ``Declined``."""
        if self._waiting >= self._bounds.waiting_max:
            raise ChildFailed("busy")
        self._waiting += 1
        all_s = self._bounds.deadline_s + self._bounds.start_s
        try:
            answer = await Deadline(all_s).before(self._in_turn(question))
        except GivenUp as error:
            raise ChildFailed("late") from error
        finally:
            self._waiting -= 1
        if answer[:1] != DONE:
            raise Declined(answer[1:].decode())
        return answer[1:]

    async def close(self) -> None:
        """End the process, for good; whoever waits for it hears that."""
        self._is_closed = True
        if self._line is not None:
            self._line.kill()
        async with self._turn:
            await self._end()

    async def _in_turn(self, question: bytes) -> bytes:
        async with self._turn:
            answer = None
            try:
                line = await self._running()
                answer = await Deadline(self._bounds.deadline_s).before(line.ask(question))
            except EOFError as error:
                raise ChildFailed("closed" if self._is_closed else "ended") from error
            finally:
                if answer is None:  # what it still says would be taken for the next answer
                    await self._end()
            return answer

    async def _running(self) -> "_Line":
        """The process, which is started if there is none."""
        if self._line is not None and self._line.is_over:
            await self._end()
        if self._is_closed:
            raise ChildFailed("closed")
        if self._line is None:
            try:
                self._line = await _started(self._module)
                await self._line.ask(self._first)
            except (OSError, EOFError) as error:
                raise ChildFailed("closed" if self._is_closed else "unstarted") from error
        return self._line

    async def _end(self) -> None:
        """End the process and see it off, so that nothing of it is left."""
        line, self._line = self._line, None
        if line is not None:
            await line.end()


class _Line(asyncio.SubprocessProtocol):
    """What is said to a process and what it answers, a frame for a frame."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[bytes] = loop.create_future()
        self._answer.cancel()
        self._heard = bytearray()
        self.is_over = False
        """Whether it says nothing any more: it is dead, or as good as that."""
        self._process: asyncio.SubprocessTransport | None = None
        self.gone: asyncio.Future[None] = loop.create_future()
        """Done when nothing is left of the process."""

    @property
    def pid(self) -> int:
        return self._transport().get_pid()

    async def ask(self, question: bytes) -> bytes:
        """The next frame. Raises ``EOFError`` if there is none."""
        if self.is_over:
            raise EOFError
        self._answer = asyncio.get_running_loop().create_future()
        asked = cast("asyncio.WriteTransport", self._transport().get_pipe_transport(0))
        asked.write(framed(question))
        return await self._answer

    def kill(self) -> None:
        """It says nothing any more, also if it cannot die yet."""
        with suppress(ProcessLookupError):
            self._transport().kill()
        self._be_over()

    async def end(self) -> None:
        """Kill it, and wait until it is gone, but not for ever."""
        self.kill()
        with suppress(GivenUp):
            await Deadline(_GONE_S).before(asyncio.shield(self.gone))
        self.drop()

    def drop(self) -> None:
        """Let go of it and of its pipes; it is killed, if it is not dead."""
        self._transport().close()

    def _transport(self) -> asyncio.SubprocessTransport:
        if self._process is None:
            raise AssertionError("asyncio makes the connection first")
        return self._process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._process = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._heard += data
        if len(self._heard) < HEAD.size:
            return
        (size,) = HEAD.unpack_from(self._heard)
        if size > FRAME_MAX:
            self.kill()
        elif len(self._heard) >= HEAD.size + size and not self._answer.done():
            self._answer.set_result(bytes(self._heard[HEAD.size : HEAD.size + size]))
            del self._heard[: HEAD.size + size]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == _OUT:
            self._be_over()

    def _be_over(self) -> None:
        self.is_over = True
        if not self._answer.done():
            self._answer.set_exception(EOFError())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


async def _started(module: str) -> _Line:
    loop = asyncio.get_running_loop()
    program = (sys.executable, "-P", "-c", _PROGRAM, str(_ROOT), module)
    start = partial(loop.subprocess_exec, _Line, *program)
    _, line = await start(stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    return line
