"""A server stops listening: whoever was let in is handed over, and never forgotten."""

import asyncio
import socket

import pytest

from simulator.standins.listener import stop_listening


@pytest.mark.asyncio
@pytest.mark.parametrize("turns", range(8))
async def test_who_was_let_in_is_handed_over(turns: int) -> None:
    """Whatever the turn of the loop in which the server stops; others meet a port that refuses."""
    served: list[asyncio.StreamWriter] = []
    dropped: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: dropped.append(told))
    listener = await asyncio.start_server(lambda _, writer: served.append(writer), "127.0.0.1", 0)
    address = listener.sockets[0].getsockname()
    with socket.create_connection(address):
        for _ in range(turns):
            await asyncio.sleep(0)
        await stop_listening(listener)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        for writer in served:
            writer.close()
            await writer.wait_closed()
    assert not dropped
    assert served or turns < 2
