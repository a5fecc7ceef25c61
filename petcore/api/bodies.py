"""Bodies that come in: how large, how slow, and how many large ones at a time.

What is said aloud takes megabytes, which lie in memory until all of them are there. Not here: what
a body says (``strict``).
"""

from asyncio import timeout
from collections.abc import Iterator
from contextlib import contextmanager

from quart import request
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout

from petcore.errors import RateLimited

LARGE = 512 * 1024
"""Bytes above which a body is large; one whose length is not told before may be."""
LARGE_AT_ONCE = 32
"""How many large bodies may come in at the same time, over all clients of a process."""
_RETRY_AFTER_S = 5
_TOO_LARGE = "the body must have at most {} bytes"


class Bodies:
    """The bodies of an app's requests."""

    def __init__(self) -> None:
        self._large = 0

    async def read(self, most: int, seconds: float) -> bytes:
        """The body of the present request, of at most ``most`` bytes, in at most ``seconds``.

        Raises 413, 408, and ``RateLimited`` if it is large and too many are coming in already.
        """
        told = request.content_length
        if (told or 0) > most:
            raise RequestEntityTooLarge(_TOO_LARGE.format(most))
        if min(most, most if told is None else told) <= LARGE:
            return await _read(most, seconds)
        with self._room():
            return await _read(most, seconds)

    @contextmanager
    def _room(self) -> Iterator[None]:
        if self._large >= LARGE_AT_ONCE:
            message = "too many recordings are coming in at the same time"
            raise RateLimited(message, LARGE_AT_ONCE, _RETRY_AFTER_S)
        self._large += 1
        try:
            yield
        finally:
            self._large -= 1


async def _read(most: int, seconds: float) -> bytes:
    raw = bytearray()
    try:
        async with timeout(seconds):
            async for part in request.body:
                raw += part
                if len(raw) > most:
                    raise RequestEntityTooLarge(_TOO_LARGE.format(most))
    except TimeoutError:
        raise RequestTimeout(f"the body did not arrive within {seconds:g} s") from None
    return bytes(raw)
