"""Connections to Gemini through its SDK, and what the SDK's failures mean.

Here, in ``language_gemini_turn`` and in ``language_gemini``: ``google.genai`` and ``httpx2``, and
nowhere else. Not here: what is said (``language_gemini_turn``), and how often and which model is
asked (``language_gemini``).

* The HTTP client is our own: the SDK would take another one if that happened to be installed,
  follow redirects and take the key along, and read without an end.
* Neither the SDK nor its HTTP client may log: they would repeat what clients and services say.
* Every response is closed by us. The SDK leaves that to chance when it stumbles over one.
* Of what the service says only codes are looked up; nothing of it is repeated.
"""

import logging
import re
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from ssl import SSLContext
from urllib.parse import urlsplit

import httpx2
from google import genai
from google.genai import errors, types

from petcore.adapters.network_service import (
    ENDLESS,
    FAILED,
    UNREACHABLE,
    UNREADABLE,
    Refused,
    TooMuch,
    busy,
    may_pass,
)
from petcore.adapters.patience import TryAgain
from petcore.errors import StartRefused

ANSWER_BYTES_MAX = 4 << 20
"""What a turn may have on the wire: a hundred times what anybody wants to hear."""

_API_VERSION = "v1beta"
"""The only one that has previews and the names that end in ``-latest``."""

_REFUSED_KEY = "it refuses the key; check PETCORE_GEMINI_API_KEY"
_REFUSALS = {
    400: "it does not take the request",
    401: _REFUSED_KEY,
    403: f"{_REFUSED_KEY}, and what the key may do",
    404: "it does not know what it was asked for; check PETCORE_GEMINI_URL",
}
_INVALID_KEY = "API_KEY_INVALID"
_GONE = (404, "NOT_FOUND")
_KEY = re.compile(r"[!-~]+")
_DELAY = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s?")


_RESPONSES: ContextVar[list[httpx2.Response]] = ContextVar("responses")
"""Those that came for whoever asks."""


class ModelGone(Exception):
    """The service has no such model, or no longer."""


Failure = TryAgain | Refused | ModelGone
FAILURES = (TryAgain, Refused, ModelGone)
"""How asking can fail."""


class GeminiClient:
    """Connections to the service, opened when they are first needed. ``url`` "" is its own.

    Nothing is waited for longer than ``timeout_s``; the service is told so. Raises ``StartRefused``
    if the key or the address cannot be one.
    """

    def __init__(self, key: str, url: str, timeout_s: float) -> None:
        _require_key(key)
        _require_address(url)
        self._key = key
        self._url = url or None
        self._timeout_ms = max(1, round(timeout_s * 1000))
        self._open: tuple[genai.Client, httpx2.AsyncClient] | None = None
        _hush()
        self._tls = _prepared()

    @asynccontextmanager
    async def streamed(
        self, model: str, contents: list[types.Content], config: types.GenerateContentConfig
    ) -> AsyncIterator[AsyncIterator[types.GenerateContentResponse]]:
        """What the model answers, as it writes. Raises ``TryAgain``, ``Refused``, ``ModelGone``,
        then or while it is read. To be entered by a task of its own.
        """
        responses: list[httpx2.Response] = []
        _RESPONSES.set(responses)
        # The SDK wants a wider list than it reads.
        wanted: list[types.ContentUnion] = [*contents]
        models = self._client().aio.models
        try:
            yield await models.generate_content_stream(model=model, contents=wanted, config=config)
        except Exception as error:  # noqa: BLE001  JSON, Unicode, recursion, shapes: all get out
            failure = _judged(error)
        else:
            return
        finally:
            for response in responses:
                await response.aclose()
        # Not from the error, which holds what the service said.
        raise failure

    async def close(self) -> None:
        """Let go of the connections."""
        held, self._open = self._open, None
        if held is not None:
            await held[1].aclose()

    def _client(self) -> genai.Client:
        if self._open is None:
            http = httpx2.AsyncClient(
                verify=self._tls,
                follow_redirects=False,
                event_hooks={"response": [_hold]},
            )
            options = _options(self._tls, httpx2.Client(verify=self._tls), http)
            options.base_url, options.timeout = self._url, self._timeout_ms
            client = genai.Client(vertexai=False, api_key=self._key, http_options=options)
            self._open = client, http
        return self._open[0]


def _require_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise StartRefused("PETCORE_GEMINI_API_KEY: must be a key as it was given, in one word")


def _require_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if url and not is_address:
        raise StartRefused("PETCORE_GEMINI_URL: must be an address like https://gemini.example")


def _hush() -> None:
    for name in ("google_genai", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Of words that the service has and the SDK does not know yet.
    warnings.filterwarnings("ignore", module=r"google\.genai\.")


@cache
def _prepared() -> SSLContext:
    """What takes long, done at start and not while all others wait for the first answer."""
    tls = httpx2.create_ssl_context()
    _rehearse(tls)
    return tls


def _rehearse(tls: SSLContext) -> None:
    """Let the SDK build what it otherwise builds at its first answer."""
    heard = httpx2.Response(200, content=b'data: {"candidates":[{"content":{"parts":[]}}]}\n\n')
    stage = httpx2.MockTransport(lambda _: heard)
    with httpx2.Client(transport=stage) as http:
        options = _options(tls, http, httpx2.AsyncClient(transport=stage))
        client = genai.Client(vertexai=False, api_key="none", http_options=options)
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=[types.FunctionDeclaration(name="none")])],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        models = client.models
        for _ in models.generate_content_stream(model="none", contents="none", config=config):
            pass
    with suppress(ModuleNotFoundError):
        import_module("anyio._backends._asyncio")  # the HTTP client's


def _options(
    tls: SSLContext, http: httpx2.Client, async_http: httpx2.AsyncClient
) -> types.HttpOptions:
    return types.HttpOptions(
        api_version=_API_VERSION,
        httpx_client=http,
        httpx_async_client=async_http,
        # For a protocol that nobody speaks here; it would be read anew.
        async_client_args={"ssl": tls},
    )


async def _hold(response: httpx2.Response) -> None:
    """Let it be closed by who asked for it, and count what comes."""
    _RESPONSES.get().append(response)
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Counted(response.stream)


class _Counted(httpx2.AsyncByteStream):
    """What comes from ``stream``, as long as it is at most ``ANSWER_BYTES_MAX``."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream
        self._left = ANSWER_BYTES_MAX

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._left -= len(piece)
            if self._left < 0:
                raise TooMuch
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


def _judged(error: Exception) -> Failure:
    """What an error of the SDK means."""
    match error:
        case errors.APIError():
            return _judged_status(error)
        case httpx2.TimeoutException():
            return TryAgain("it said nothing for too long")
        case httpx2.TransportError():
            return TryAgain(UNREACHABLE)
        case TooMuch():
            return TryAgain(ENDLESS)
    return TryAgain(UNREADABLE)


def _judged_status(error: errors.APIError) -> Failure:
    status = error.code if isinstance(error.code, int) else FAILED
    if may_pass(status):
        return busy(status, _wait_s(error))
    if (status, error.status) == _GONE:
        return ModelGone()
    if any(detail.get("reason") == _INVALID_KEY for detail in _details(error.details)):
        return Refused(f"{_REFUSED_KEY} (status {status})")
    why = _REFUSALS.get(status, "it refused")
    return Refused(f"{why} (status {status})")


def _wait_s(error: errors.APIError) -> float:
    """For how many seconds it asks to be left alone."""
    asked = [detail.get("retryDelay") for detail in _details(error.details)]
    if isinstance(error.response, httpx2.Response):
        asked.append(error.response.headers.get("retry-after"))
    found = [_DELAY.fullmatch(delay) for delay in asked if isinstance(delay, str)]
    return max((float(delay[1]) for delay in found if delay), default=0.0)


def _details(said: object) -> Iterator[dict[object, object]]:
    """What stands beside an error's message."""
    error = said.get("error") if isinstance(said, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    if isinstance(details, list):
        yield from (detail for detail in details if isinstance(detail, dict))
