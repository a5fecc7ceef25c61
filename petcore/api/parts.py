"""Answers without an end: pictures one after the other, as any browser shows them without help.

Here: how a picture is written, when the next one is asked for, and how it all ends. Not here: which
pictures there are (the sections of a document), how long the first may take, and who may go on
looking (``petcore.api.answering``).
"""

from asyncio import CancelledError, Event, Future, current_task, ensure_future
from collections.abc import AsyncGenerator, Callable
from typing import Self

from petcore.api.connection import JPEG, QUIET, Header
from petcore.errors import CameraFailed

SHOWING: tuple[Header, ...] = (
    (b"content-type", b"multipart/x-mixed-replace; boundary=frame"),
    *QUIET,
)
"""The headers of such an answer."""

# Each picture comes with the boundary that follows it: who reads by boundaries need not wait for
# the next picture to have this one whole.
_BEGIN = b"--frame"
_PART = b"\r\n%b: %b\r\ncontent-length: %d\r\n\r\n%b\r\n--frame"
_END = b"--\r\n"


def written(jpeg: bytes) -> bytes:
    """A picture as it stands between two boundaries, with the second of them."""
    return _PART % (*JPEG, len(jpeg), jpeg)


class Showing:
    """``pictures`` as they are sent. The next one is asked for when the last one was taken, so
    whoever is slow misses some and holds nobody up. It ends when there are no more; if that was for
    an error, ``note`` is told, since a client has no use for one.

    Close it, however far it was watched.
    """

    def __init__(
        self, pictures: AsyncGenerator[bytes, None], note: Callable[[Exception], object]
    ) -> None:
        self._pictures = pictures
        self._note = note
        self._coming: Future[bytes | None] | None = None
        self._first: bytes | None = None
        self._over = Event()
        self._has_ended = False

    async def begin(self) -> None:
        """Wait for the first picture. Raises what comes instead of it."""
        first = await self._next()
        if first is None:
            is_over = self._over.is_set()
            raise CameraFailed("the server stops") if is_over else RuntimeError("no picture")
        self._first = _BEGIN + written(first)

    def end(self) -> None:
        """Let the picture that is being sent be the last one."""
        self._over.set()
        if self._coming is not None:
            self._coming.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._has_ended:
            raise StopAsyncIteration
        first, self._first = self._first, None
        if first is not None:
            return first
        picture = await self._next_if_any()
        self._has_ended = picture is None
        return _END if picture is None else written(picture)

    async def _next_if_any(self) -> bytes | None:
        try:
            return await self._next()
        except Exception as error:  # noqa: BLE001 -- it is over, whatever it was
            self._note(error)
            return None

    async def _next(self) -> bytes | None:
        """The next picture, None if there is none or it is over."""
        if self._over.is_set():
            return None
        self._coming = ensure_future(anext(self._pictures, None))
        try:
            return await self._coming
        except CancelledError:
            task = current_task()
            if task is not None and task.cancelling():
                raise  # it is the client who has gone
            if self._over.is_set():
                return None
            raise RuntimeError("it was broken off") from None
        finally:
            self._coming = None

    async def aclose(self) -> None:
        """Have no more pictures. Closing twice is allowed."""
        self._has_ended = True
        await self._pictures.aclose()
