"""The hearing that needs no network and no key: pocketsphinx, in a process of its own.

Here: the life of that process, and how long it is waited for. It is started when there is something
to hear for the first time, and anew when it failed; it listens to one recording at a time. Not
here: how it listens (``hearing_pocketsphinx_child``).
"""

import asyncio
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from functools import partial
from pathlib import Path

from petcore.adapters.clock_system import pause
from petcore.adapters.patience import GivenUp, Patience, insist
from petcore.errors import HearingFailed
from petcore.ports.audio import Recording

WAITING_MAX = 8
"""So many recordings may be listened to or wait for it; more are refused."""

_CHILD = Path(__file__).with_name("hearing_pocketsphinx_child.py")
_DEADLINE_S = 40.0
_SIZE = struct.Struct(">I")
_ANSWER_MAX = 1 << 16
_Pipes = tuple[asyncio.StreamWriter, asyncio.StreamReader]


class PocketsphinxHearing:
    """The ``Hearing`` of pocketsphinx: what ``grammar`` (JSGF) expects it hears well, other English
    badly. For one recording it takes at most ``deadline_s`` seconds.
    """

    name = "pocketsphinx"

    def __init__(self, grammar: str, deadline_s: float = _DEADLINE_S) -> None:
        self._grammar = grammar
        self._patience = Patience(attempts=1, deadline_s=deadline_s)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._child: Process | None = None
        self._is_closed = False

    async def hear(self, recording: Recording) -> str:
        """The words that were said; "" if there were none. Raises ``HearingFailed``."""
        if not recording.samples.strip(b"\0"):
            return ""
        if self._waiting >= WAITING_MAX:
            raise HearingFailed("too many recordings are waiting to be heard")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._listen(recording.samples)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the process; whoever waits for it hears that it failed."""
        self._is_closed = True
        self._kill()
        async with self._turn:
            await self._end()

    async def _listen(self, samples: bytes) -> str:
        is_heard = False
        try:
            words = await insist(partial(self._ask, samples), self._patience, pause)
            is_heard = True
        except GivenUp as error:
            raise HearingFailed("listening took too long") from error
        except (OSError, EOFError, ValueError) as error:
            raise HearingFailed("the process that listens has ended") from error
        finally:
            if not is_heard:  # what it still says would be taken for the next answer
                await self._end()
        return words

    async def _ask(self, samples: bytes) -> str:
        asked, answers = await self._pipes()
        asked.write(_frame(samples))
        await asked.drain()
        (size,) = _SIZE.unpack(await answers.readexactly(_SIZE.size))
        if size > _ANSWER_MAX:
            raise EOFError
        return (await answers.readexactly(size)).decode()

    async def _pipes(self) -> _Pipes:
        """Those of the process that listens, which is started if there is none."""
        if self._child is not None and self._child.returncode is not None:
            await self._end()
        is_new = self._child is None
        if self._child is None and not self._is_closed:
            self._child = await _started()
        if self._child is None or self._is_closed:
            raise HearingFailed("nobody listens any more")
        asked, answers = _pipes_of(self._child)
        if is_new:
            asked.write(_frame(self._grammar.encode()))
        return asked, answers

    async def _end(self) -> None:
        """End the process and see it off, so that nothing of it is left."""
        self._kill()
        child, self._child = self._child, None
        if child is not None:
            await asyncio.shield(child.communicate())

    def _kill(self) -> None:
        if self._child is not None and self._child.returncode is None:
            with suppress(ProcessLookupError):
                self._child.kill()


async def _started() -> Process:
    # ``-P``: a folder that happens to be the present one is not searched for modules.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(_CHILD), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )


def _pipes_of(child: Process) -> _Pipes:
    if child.stdin is None or child.stdout is None:
        raise AssertionError("both were asked for")
    return child.stdin, child.stdout


def _frame(body: bytes) -> bytes:
    return _SIZE.pack(len(body)) + body
