"""How a server of ours stops listening without losing whom it has let in.

Up to Python 3.11 the transport of a connection that was accepted, and whose turn comes after
``Server.close()``, is dropped half-made: nobody serves it, and nobody closes its socket.
"""

import asyncio
import contextlib

from petcore.adapters.clock_system import pause

# So many turns of the loop after it was accepted, a connection is served.
_TURNS = 4


async def stop_listening(listener: asyncio.Server) -> None:
    """Accept nobody any more; who was accepted before has been handed over when this returns."""
    loop = asyncio.get_running_loop()
    for place in listener.sockets:
        # The loop of Windows accepts otherwise.
        with contextlib.suppress(NotImplementedError):
            loop.remove_reader(place)
    for _ in range(_TURNS):
        await pause(0)
    listener.close()
