"""ElevenLabs through its SDK: the only file that imports it. Its voice and its hearing share it.

Here: one request, and what its failure means. Not here: how often it is made (``patience``), and
what has to come back (``voice_elevenlabs``, ``hearing_elevenlabs``).

* The SDK retries nothing: its own retry forgets the fields of a form.
* The key is always given: otherwise the SDK takes one from an environment variable of its own.
* No redirect is followed: it would take the key along to wherever it leads.
* What comes back is counted as it comes: the SDK would read for ever.
* Of what the service says only codes are looked up; nothing of it is repeated.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

import httpx
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.core.request_options import RequestOptions

from petcore.adapters.network_service import (
    ENDLESS,
    UNREACHABLE,
    UNREADABLE,
    Refused,
    TooMuch,
    busy,
    encodable,
    may_pass,
)
from petcore.adapters.patience import TryAgain

_log = logging.getLogger(__name__)

_ONCE = RequestOptions(max_retries=0, chunk_size=65_536)
_MAY_PASS = (409, 425)
_NOT_FOUND = 404
_BYTES = "application/octet-stream"
_SECONDS_DIGITS_MAX = 6

NO_SOUND = "what it sent is no sound"

_REFUSALS: Mapping[int | str, str] = {
    "invalid_api_key": "it refuses the key; check PETCORE_ELEVENLABS_API_KEY",
    "missing_permissions": "the key may not do this; give it the permission",
    "quota_exceeded": "the quota of the key is used up",
    "detected_unusual_activity": "it takes the use of the key for misuse",
    "max_character_limit_exceeded": "the text is longer than the key allows",
    401: "it refuses the key; check PETCORE_ELEVENLABS_API_KEY",
    402: "it wants to be paid for this",
    403: "it refuses the key, or the key may not do this; check PETCORE_ELEVENLABS_API_KEY",
    404: "it knows nothing of the kind; check PETCORE_ELEVENLABS_URL and its models",
}
"""What only who runs the server can change, by the service's code or else by the status."""

_UNKNOWN_VOICE = ("invalid_uid", "voice_does_not_exist", "voice_not_found")
"""The codes that say so."""


class UnknownVoice(Refused):
    """There is no such voice, for this key."""


class ElevenLabsClient:
    """Connections to the service, opened when they are first needed. ``url`` "" is its own. Nothing
    is waited for longer than ``timeout_s`` seconds, and no answer may be larger than
    ``bytes_max``.

    Every request raises ``TryAgain`` or ``Refused``.
    """

    def __init__(self, key: str, url: str, timeout_s: float, bytes_max: int) -> None:
        self._key = key
        self._url = url or None
        self._timeout_s = timeout_s
        self._bytes_max = bytes_max
        # Both take a while, so they are made at start, not at the first answer.
        self._tls = httpx.create_ssl_context()
        self._http: httpx.AsyncClient | None = self._connections()

    async def speak(self, text: str, voice_id: str, model: str, output_format: str) -> bytes:
        """What comes back for ``text``, if it is called sound. Raises ``UnknownVoice`` too."""
        with _failures():
            asked = self._service().text_to_speech.with_raw_response.convert(
                voice_id,
                text=encodable(text),
                model_id=model,
                output_format=output_format,
                request_options=_ONCE,
            )
            async with asked as answer:
                sound = b"".join([piece async for piece in answer.data])
                kind = answer.headers.get("content-type", _BYTES).lower()
        if not kind.startswith(("audio/", _BYTES)):
            raise TryAgain(NO_SOUND)
        return sound

    async def hear(self, name: str, data: bytes, kind: str, model: str) -> str | None:
        """The words in the file ``name`` with the content type ``kind``; None if what came back
        has none.
        """
        with _failures():
            heard = await self._service().speech_to_text.convert(
                model_id=model,
                file=(name, data, kind),
                tag_audio_events=False,
                timestamps_granularity="none",
                request_options=_ONCE,
            )
            text = getattr(heard, "text", None)
            return encodable(text) if isinstance(text, str) else None

    async def close(self) -> None:
        """Let go of the connections."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    def _service(self) -> AsyncElevenLabs:
        self._http = self._http or self._connections()
        return AsyncElevenLabs(
            api_key=self._key,
            base_url=self._url,
            timeout=self._timeout_s,
            httpx_client=self._http,
        )

    def _connections(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._tls,
            timeout=self._timeout_s,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [self._count]},
        )

    async def _count(self, response: httpx.Response) -> None:
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Counted(response.stream, self._bytes_max)


class _Counted(httpx.AsyncByteStream):
    """What comes from ``stream``, as long as it is at most ``bytes_max``."""

    def __init__(self, stream: httpx.AsyncByteStream, bytes_max: int) -> None:
        self._stream = stream
        self._bytes_left = bytes_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._bytes_left -= len(piece)
            if self._bytes_left < 0:
                raise TooMuch
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def _failures() -> Iterator[None]:
    """Put all that can go wrong into the words of this module."""
    try:
        yield
    except ApiError as error:
        failure = _answered(error)
    except TooMuch:
        failure = TryAgain(ENDLESS)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        failure = Refused("PETCORE_ELEVENLABS_URL is no address")
    except httpx.TransportError:
        failure = TryAgain(UNREACHABLE)
    except Exception:  # noqa: BLE001  JSON, Unicode, recursion: the SDK lets them all through
        failure = TryAgain(UNREADABLE)
    else:
        return
    # Not from the error, which holds what was sent and the key.
    raise failure from None


def _answered(error: ApiError) -> TryAgain | Refused:
    status, code = error.status_code or 0, _code(error.body)
    if 200 <= status < 300:  # noqa: PLR2004  a success that could not be read
        return TryAgain(UNREADABLE)
    if may_pass(status, *_MAY_PASS):
        return busy(status, _wait_s(error))
    if code in _UNKNOWN_VOICE or (status == _NOT_FOUND and not code):
        return UnknownVoice(_REFUSALS[_NOT_FOUND])
    why = _REFUSALS.get(code) or _REFUSALS.get(status)
    if why is not None:
        _log.warning("ElevenLabs: %s (status %d)", why, status)
    return Refused(why or f"it refused (status {status})")


def _wait_s(error: ApiError) -> float:
    """How long the service asks to wait, in seconds; 0 if it does not say, or as a date."""
    asked = (error.headers or {}).get("retry-after", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= _SECONDS_DIGITS_MAX
    return float(asked) if is_number else 0.0


def _code(body: object) -> str:
    """The service's word for what is wrong; "" if there is none."""
    detail = body.get("detail") if isinstance(body, dict) else None
    if isinstance(detail, list):
        about = [str(each.get("loc")) for each in detail if isinstance(each, dict)]
        is_voice = any("'voice_id'" in loc for loc in about)
        return "voice_not_found" if is_voice else "unprocessable"
    if not isinstance(detail, dict):
        return ""
    code = detail.get("code") or detail.get("status")
    return code if isinstance(code, str) else ""
