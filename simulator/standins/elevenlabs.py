"""What ElevenLabs answers, for ``StandIn``: speech that can be heard again, and every way to fail.

Here: its two operations, and a table of faults. Not here: connections and HTTP (``server``).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message
from types import MappingProxyType
from urllib.parse import parse_qs

from petcore.adapters.voice_scripted import samples_of, spoken_in
from simulator.standins.server import HUNG_UP, Received, Reply

KEY = "xi-stand-in-key"
VOICE = "21m00Tcm4TlvDq8ikWAM"

SPEAKS = "/v1/text-to-speech/"
HEARS = "/v1/speech-to-text"

_FRAME_HEAD = bytes((0xFF, 0xF3, 0x40, 0xC4)) + bytes(9)
_FRAME_BYTES = 104
_TAG = b"ID3\4\0\0\0\0\0\x23TSSE\0\0\0\x0f\0\0\3Lavf60.16.100" + bytes(11)
_IS_COUNTED = b"Info\0\0\0\1"
_WAV_HEAD_BYTES = 44
_PIECE_BYTES = 1_000
_BLOCK = _FRAME_HEAD.ljust(_FRAME_BYTES, b"\0") * 630
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)
_LATE_S = 60.0


def refusal(status: int, code: str, message: str) -> Reply:
    """An error in the service's own shape."""
    return told(status, {"detail": {"status": code, "code": code, "message": message}})


def told(status: int, body: object) -> Reply:
    """An answer of JSON."""
    return _sent(status, "application/json", json.dumps(body).encode())


def _sent(status: int, kind: str, body: bytes) -> Reply:
    pieces = tuple(body[at : at + _PIECE_BYTES] for at in range(0, len(body), _PIECE_BYTES))
    return Reply(status, {"Content-Type": kind}, pieces)


_HTML = b"<!DOCTYPE html>\n<html><body>Bad Gateway: try again later.</body></html>"
_TOO_BUSY = refusal(429, "too_many_concurrent_requests", "Too many concurrent requests.")
_GONE = refusal(404, "voice_not_found", "A voice with this voice_id was not found.")
_INVALID = {"loc": ["path", "voice_id"], "msg": "Value error", "type": "value_error"}

UNKNOWN_VOICE: Mapping[str, Reply] = MappingProxyType(
    {
        "404": _GONE,
        "404_bare": told(404, {"detail": "Not Found"}),
        "400": told(400, {"detail": {"status": "voice_not_found", "message": "Not found."}}),
        "400_uid": refusal(400, "invalid_uid", "An invalid ID has been received."),
        "422": told(422, {"detail": [_INVALID]}),
    }
)
"""The ways in which it says that there is no such voice."""

Fault = Callable[[Reply], Reply]
"""Makes a bad answer of a good one."""


def _half(reply: Reply) -> Reply:
    """The second half is missing, and so is the end."""
    body = b"".join(reply.pieces)
    return replace(reply, pieces=(body[: len(body) // 2],), is_cut=True)


def _without_last_byte(reply: Reply) -> Reply:
    return replace(reply, pieces=(b"".join(reply.pieces)[:-1],))


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "slow": lambda reply: replace(reply, delay_s=_LATE_S),
        "slow_body": lambda reply: replace(reply, pause_s=_LATE_S),
        "unauthorized": lambda _: refusal(401, "invalid_api_key", "Invalid API key"),
        "out_of_quota": lambda _: refusal(401, "quota_exceeded", "This exceeds your quota."),
        "unpaid": lambda _: refusal(402, "paid_plan_required", "Upgrade your plan."),
        "forbidden": lambda _: refusal(403, "missing_permissions", "The key lacks permissions."),
        "voice_gone": lambda _: _GONE,
        "quota": lambda _: replace(_TOO_BUSY, headers={**_TOO_BUSY.headers, "Retry-After": "3"}),
        "quota_for_long": lambda _: replace(
            _TOO_BUSY, headers={**_TOO_BUSY.headers, "Retry-After": "3600"}
        ),
        "server_error": lambda _: told(500, {"detail": "Internal Server Error"}),
        "unavailable": lambda _: _sent(503, "text/plain", b"no healthy upstream"),
        "unprocessable": lambda _: told(422, {"detail": [{"loc": ["body"], "msg": "invalid"}]}),
        "moved": lambda _: Reply(307, {"Location": "http://127.0.0.1:9/elsewhere"}),
        "html_200": lambda _: _sent(200, "text/html", _HTML),
        "html_as_audio": lambda reply: replace(reply, pieces=(_HTML,)),
        "json_200": lambda _: told(200, {"status": "queued", "message": "please wait"}),
        "empty_200": lambda reply: replace(reply, pieces=()),
        "odd_pcm": _without_last_byte,
        "other_format": lambda reply: (
            _sent(200, "audio/mpeg", _mp3(b"another format"))
            if reply.headers["Content-Type"] == "audio/pcm"
            else _sent(200, "audio/wav", b"RIFF$\0\0\0WAVEfmt ")
        ),
        "wrong_audio": lambda _: _sent(200, "audio/mpeg", _PNG),
        "cut_before": lambda _: HUNG_UP,
        "cut_body": _half,
        "cut_length": lambda reply: replace(_half(reply), is_chunked=False),
        "truncated_json": lambda _: _sent(200, "application/json", b'{"language_code": "en", "te'),
        "not_utf8": lambda _: _sent(200, "application/json", b'{"text": "caf\xe9"}'),
        "wrong_shape": lambda _: told(200, {"text": 7, "words": "none"}),
        "deep_json": lambda _: _sent(200, "application/json", b"[" * 100_000),
        "html_502": lambda _: _sent(502, "text/html", _HTML),
        "endless_body": lambda reply: replace(reply, pieces=(_BLOCK,) * 1_000),
    }
)
"""Whatever it was asked."""


@dataclass
class ElevenLabs:
    """Answers as the service does, except for ``fault``, which the first ``lasting`` requests meet,
    or all of them. Speaks as the ``voices``, and says in the words of ``unknown`` that it has
    no other.
    """

    fault: str | None = None
    lasting: int | None = None
    key: str = KEY
    voices: frozenset[str] = frozenset({VOICE})
    unknown: str = "404"

    def __call__(self, received: Received) -> Reply:
        """The answer to one request."""
        reply = self._answer(received)
        if self.fault is None or self.lasting == 0:
            return reply
        if self.lasting is not None:
            self.lasting -= 1
        return FAULTS[self.fault](reply)

    def _answer(self, received: Received) -> Reply:
        if received.headers.get("xi-api-key") != self.key:
            return refusal(401, "invalid_api_key", "Invalid API key")
        if received.method != "POST":
            return told(405, {"detail": "Method Not Allowed"})
        if received.path == HEARS:
            return _hear(received)
        voice = received.path.removeprefix(SPEAKS)
        if voice == received.path:
            return told(404, {"detail": "Not Found"})
        return _speak(received) if voice in self.voices else UNKNOWN_VOICE[self.unknown]


def _speak(received: Received) -> Reply:
    body = json.loads(received.body)
    missing = [name for name in ("text", "model_id") if not isinstance(body.get(name), str)]
    if missing:
        return _missing(*missing)
    spoken = body["text"].encode()
    match parse_qs(received.query).get("output_format"):
        case ["mp3_22050_32"]:
            return _sent(200, "audio/mpeg", _mp3(spoken))
        case ["pcm_22050"]:
            return _sent(200, "audio/pcm", samples_of(spoken))
    return refusal(422, "invalid_output_format", "This output_format is none.")


def _mp3(spoken: bytes) -> bytes:
    """A file as the service writes one: a tag, a head that counts, and for every byte of the text
    a silent frame, where no decoder looks.
    """
    frames = [_frame(bytes((byte,))) for byte in spoken]
    return _TAG + _frame(_IS_COUNTED + len(frames).to_bytes(4)) + b"".join(frames)


def _frame(content: bytes) -> bytes:
    return (_FRAME_HEAD + content).ljust(_FRAME_BYTES, b"\0")


def _hear(received: Received) -> Reply:
    form = form_of(received)
    missing = [name for name in ("model_id", "file") if name not in form]
    return _missing(*missing) if missing else told(200, _heard(form["file"]))


def _heard(recording: bytes) -> Mapping[str, object]:
    """The words of what was spoken here, and of nothing else."""
    if recording.startswith(b"RIFF"):
        spoken = spoken_in(recording[_WAV_HEAD_BYTES:]) or b""
    else:
        begins = len(_TAG) + _FRAME_BYTES if recording.startswith(_TAG) else 0
        spoken = recording[begins + len(_FRAME_HEAD) :: _FRAME_BYTES]
    text = spoken.decode(errors="replace")
    return {"language_code": "en", "language_probability": 0.98, "text": text, "words": []}


def _missing(*names: str) -> Reply:
    complaints = [
        {"type": "missing", "loc": ["body", name], "msg": "Field required"} for name in names
    ]
    return told(422, {"detail": complaints})


def form_of(received: Received) -> Mapping[str, bytes]:
    """The fields of a form with files, by name."""
    head = f"Content-Type: {received.headers.get('content-type', '')}\r\n\r\n"
    parts = message_from_bytes(head.encode() + received.body).get_payload()
    return {_name(part): _content(part) for part in parts if isinstance(part, Message)}


def _name(part: Message) -> str:
    return str(part.get_param("name", "", "content-disposition"))


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
