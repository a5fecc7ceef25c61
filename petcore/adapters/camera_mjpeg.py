"""Cameras that send MJPEG over HTTP, such as an ESP32-CAM.

Here: one request, what its failure means, and for how long it is waited for. Not here: which
address is connected to (``camera_mjpeg_route``), what is a picture (``camera_mjpeg_parts``), and
that whoever is slow sees the newest (``camera_newest``).

* Each stream has a client of its own, which knows no proxies, no cookies and no passwords.
* Nothing that a camera sends is repeated: it may be no camera.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import cast

import httpx

from petcore.adapters.camera_mjpeg_parts import Parts, Unreadable, boundary_of
from petcore.adapters.camera_mjpeg_route import Address, MayAsk, Resolve, Route, look_up, shown
from petcore.adapters.camera_newest import Newest, now_ms
from petcore.adapters.clock_system import pause
from petcore.adapters.patience import Deadline, GivenUp
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame
from petcore.ports.clock import Pause

_OK = 200
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_MAX = 3
_STREAM, _PICTURE = "multipart/x-mixed-replace", "image/jpeg"
_ASKED = {"Accept-Encoding": "identity", "User-Agent": "petcore"}

_NO_URL = "this is no URL of a camera"
_UNREACHABLE = "there is no connection with it"
_UNTRUSTED = "its certificate is not trusted, or it speaks no TLS"
_HUNG_UP = "it hung up, or speaks no HTTP"
_STATUSES: Mapping[int, str] = {
    401: "it wants a password",
    403: "it refuses",
    404: "there is nothing at this URL",
}


@dataclass(frozen=True, slots=True)
class StreamPatience:
    """How many seconds are waited: for the addresses of a name, for a connection to one of them,
    for the head of an answer, and for the next picture.
    """

    names_s: float = 5.0
    connect_s: float = 3.0
    head_s: float = 5.0
    silence_s: float = 5.0


_USUAL = StreamPatience()


class MjpegStreams:
    """Streams at the addresses that ``may_ask`` lets be asked; those that are too fast are
    waited for by ``wait``.
    """

    def __init__(
        self,
        may_ask: MayAsk,
        patience: StreamPatience = _USUAL,
        resolve: Resolve = look_up,
        wait: Pause = pause,
    ) -> None:
        self._may_ask = may_ask
        self._patience = patience
        self._resolve = resolve
        self._newest = Newest(wait)
        self._tls: ssl.SSLContext | None = None

    def watch(self, url: str) -> AsyncGenerator[Frame, None]:
        """The newest picture whenever one is asked for. Raises ``CameraFailed``."""
        return self._newest.of(self._frames(url))

    async def close(self) -> None:
        """End all streams."""
        await self._newest.close()

    async def _frames(self, url: str) -> AsyncGenerator[Frame, None]:
        """Every picture, as it comes. Raises ``CameraFailed``."""
        try:
            at_ms = -1
            async with (
                self._opened(url) as answer,
                aclosing(self._pictures(answer)) as pictures,
            ):
                async for picture in pictures:
                    at_ms = max(at_ms + 1, now_ms())
                    yield Frame(picture, at_ms)
        except CameraFailed as failed:
            raise CameraFailed(f"{shown(url)}: {failed.message}") from None

    async def _pictures(self, answer: httpx.Response) -> AsyncGenerator[bytes, None]:
        parts = _parts(answer)
        silence_s = self._patience.silence_s
        deadline = Deadline(silence_s)
        async with aclosing(cast("AsyncGenerator[bytes, None]", answer.aiter_raw())) as pieces:
            while True:
                with _failures(f"no whole picture within {silence_s:g} s"):
                    pictures = parts.take(await deadline.before(_next(pieces)))
                for picture in pictures[-1:]:  # what came with it is older
                    yield picture
                    deadline = Deadline(silence_s)

    @asynccontextmanager
    async def _opened(self, url: str) -> AsyncIterator[httpx.Response]:
        """The answer at the end of all redirects."""
        route = _route(url)
        for _ in range(_REDIRECTS_MAX + 1):
            async with self._asked(route) as answer:
                if answer.status_code not in _REDIRECTS:
                    yield answer
                    return
                route = _onward(route, answer)
        raise CameraFailed("it redirects again and again")

    @asynccontextmanager
    async def _asked(self, route: Route) -> AsyncIterator[httpx.Response]:
        """The answer of the first of its addresses with which there is a connection."""
        addresses = await self._addresses(route)
        timeout = httpx.Timeout(None, connect=self._patience.connect_s)
        async with httpx.AsyncClient(
            verify=self._tls_for(route), timeout=timeout, trust_env=False
        ) as client:
            answer = await self._first(client, route, addresses)
            try:
                yield answer
            finally:
                with suppress(httpx.TransportError):
                    await answer.aclose()

    async def _addresses(self, route: Route) -> Sequence[Address]:
        names_s = self._patience.names_s
        with _failures(f"its name is not looked up within {names_s:g} s"):
            found = route.addresses(self._resolve, self._may_ask)
            return await Deadline(names_s).before(found)

    async def _first(
        self, client: httpx.AsyncClient, route: Route, addresses: Sequence[Address]
    ) -> httpx.Response:
        failed = CameraFailed(_UNREACHABLE)
        for address in addresses:
            try:
                return await self._head(client, route, address)
            except _Unconnected as error:
                failed = error
        raise CameraFailed(failed.message)

    async def _head(
        self, client: httpx.AsyncClient, route: Route, address: Address
    ) -> httpx.Response:
        """The head of what is answered at ``address``."""
        head_s = self._patience.head_s
        # A connection is waited for less long, and says so itself.
        deadline = Deadline(self._patience.connect_s + head_s)
        with _failures(f"no answer within {head_s:g} s"):
            request = client.build_request(
                "GET",
                route.pinned(address),
                headers={**_ASKED, "Host": route.told_host},
                extensions={"sni_hostname": route.host},
            )
            return await deadline.before(client.send(request, stream=True))

    def _tls_for(self, route: Route) -> ssl.SSLContext:
        """Reading all certificates takes a while, and few cameras have one."""
        if route.scheme == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls = self._tls or httpx.create_ssl_context(trust_env=False)
        return self._tls


class _Unconnected(CameraFailed):
    """Another address may be luckier."""


@contextmanager
def _failures(late: str) -> Iterator[None]:
    """Put all that can go wrong into words; ``late`` are those for what did not come in time."""
    failure: CameraFailed
    try:
        yield
    except GivenUp:
        failure = CameraFailed(late)
    except Unreadable as error:
        failure = CameraFailed(error.why)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        failure = _Unconnected(_UNTRUSTED if _is_of_tls(error) else _UNREACHABLE)
    except httpx.InvalidURL:
        failure = CameraFailed(_NO_URL)
    except httpx.TransportError:
        failure = CameraFailed(_HUNG_UP)
    else:
        return
    raise failure from None


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None


def _route(url: str) -> Route:
    try:
        return Route.to(url)
    except ValueError:
        raise CameraFailed(_NO_URL) from None


def _onward(route: Route, answer: httpx.Response) -> Route:
    try:
        return route.onward(answer.headers.get("Location", ""))
    except ValueError:
        raise CameraFailed("it redirects to what is no URL of a camera") from None


def _parts(answer: httpx.Response) -> Parts:
    """Raises ``CameraFailed`` if it is no stream of pictures."""
    status = answer.status_code
    if status != _OK:
        raise CameraFailed(
            f"{_STATUSES.get(status, 'it does not answer as asked')} (status {status})"
        )
    told = answer.headers.get("Content-Type", "")
    kind = told.partition(";")[0].strip().lower()
    if kind == _PICTURE:
        raise CameraFailed("there is one picture only, and no stream; it may have another URL")
    if kind != _STREAM:
        raise CameraFailed("what it sends is no stream of pictures")
    with _failures(""):
        return Parts(boundary_of(told))


async def _next(pieces: AsyncGenerator[bytes, None]) -> bytes:
    """Raises ``CameraFailed`` if there are no more."""
    async for piece in pieces:
        return piece
    raise CameraFailed(_HUNG_UP)
