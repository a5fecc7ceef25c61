"""A network between a driver and its database that can lose an answer."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from typing import Literal

from simulator.standins.listener import stop_listening

Loss = Literal["cut", "swallow"]
"""The connection breaks, or stays and is silent. The request has arrived either way."""

_HEADER = struct.Struct("<i")
# A message begins with a header of 16 bytes, flags (4), the kind of the section (1), the size of
# the document (4) and the kind of its first element (1), whose name is that of the command.
_NAME_AT = 26


class Proxy:
    """Passes messages on, one answer for one request."""

    def __init__(self, port: int) -> None:
        self._database = port
        self._losses: dict[str, Loss] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def uri(self, database: str, options: str = "") -> str:
        """The address of a database behind it."""
        return f"mongodb://127.0.0.1:{self.port}/{database}{options}"

    def lose(self, command: str, how: Loss) -> None:
        """Lose the answer to the next ``command`` of this name."""
        self._losses[command] = how

    @property
    def is_done(self) -> bool:
        """Whether all was lost that was to be lost."""
        return not self._losses

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError)
        with suppress(*ends), closing(writer):
            there, back = await asyncio.open_connection("127.0.0.1", self._database)
            with closing(back):
                await self._pass_on(reader, writer, there, back)
        self._tasks.discard(task)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> None:
        while True:
            request = await _message(reader)
            back.write(request)
            answer = await _message(there)
            command = request[_NAME_AT:].partition(b"\0")[0].decode(errors="replace")
            loss = self._losses.pop(command, None)
            if loss == "cut":
                return
            if loss is None:
                writer.write(answer)

    async def end(self) -> None:
        """Cut all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _message(reader: asyncio.StreamReader) -> bytes:
    size = await reader.readexactly(4)
    return size + await reader.readexactly(_HEADER.unpack(size)[0] - 4)


@asynccontextmanager
async def proxy_before(port: int) -> AsyncIterator[Proxy]:
    """A network before the database at ``port``."""
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        await stop_listening(server)
        await proxy.end()
        await server.wait_closed()
