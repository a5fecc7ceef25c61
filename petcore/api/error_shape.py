"""What a client hears when something goes wrong: one shape for each API document.

Here: from an error to a reply. Not here: which errors there are (``petcore.errors``), and the
codes and bodies of a document (``errors.py`` in its folder).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestTimeout

from petcore.api.connection import JSON, Header, Reply, complete
from petcore.errors import Detail, PetcoreError, RateLimited, Unauthorized

_log = logging.getLogger("petcore.api")

RETRY_AFTER_S = 5
_OUR_FAULT = range(500, 600)
_UNAVAILABLE = 503
# What is wrong on our side is told to whoever reads our log, not to whoever asks.
_QUIET = {
    "store_unavailable": "the server cannot reach its store, or not in time; try again later",
    "language_failed": "the pet found no words for an answer; say it again later",
    "voice_failed": "the pet cannot speak now; ask for an answer without include_audio",
    "hearing_failed": "the pet cannot listen now; say it again later, or send a transcript",
    "sight_failed": "the server cannot look at pictures now; try again later",
    "sight_absent": "this server cannot see; send samples or metrics of your own",
    "hearing_absent": "this server cannot hear; send a transcript instead of audio_base64",
}
# Their camera is theirs: they hear what was tried.
_TOLD = frozenset({"camera_unavailable"})
_OURS = "something went wrong on our side"

_HTTP_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "payload_too_large",
    415: "unsupported_media_type",
}


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """How a document words an error: its statuses by code, and its body."""

    statuses: Mapping[str, int]
    body: Callable[[str, str, tuple[Detail, ...]], str]

    def reply(self, error: Exception) -> Reply:
        """What the client hears of ``error``. What is our fault is logged."""
        if isinstance(error, PetcoreError):
            return self._petcore_error(error)
        if isinstance(error, HTTPException):
            return self._http_error(error)
        _log.exception("unexpected error", exc_info=error)
        return self._worded(500, "internal_error", _OURS)

    def _petcore_error(self, error: PetcoreError) -> Reply:
        status = self.statuses[error.code]
        if status in _OUR_FAULT:
            return self._our_fault(status, error)
        return self._worded(status, error.code, error.message, error.details, *_headers(error))

    def _our_fault(self, status: int, error: PetcoreError) -> Reply:
        if error.code in _TOLD:
            # What was tried is what somebody sent: it is for him, and not for the log.
            _log.info("%s", error.code)
            return self._worded(status, error.code, error.message)
        _log.error("%s: %s", error.code, error.message)
        return self._worded(status, error.code, _QUIET.get(error.code, _OURS))

    def _http_error(self, error: HTTPException) -> Reply:
        status = error.code or 500
        code = _HTTP_CODES.get(
            status, "internal_error" if status in _OUR_FAULT else "validation_failed"
        )
        return self._worded(
            status, code, error.description or error.name, (), *_http_headers(error)
        )

    def _worded(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[Detail, ...] = (),
        *headers: Header,
    ) -> Reply:
        if status == _UNAVAILABLE:
            headers = (*headers, _retry_after(RETRY_AFTER_S))
        return complete(status, JSON, self.body(code, message, details).encode(), *headers)


def _headers(error: PetcoreError) -> tuple[Header, ...]:
    if isinstance(error, Unauthorized):
        return ((b"www-authenticate", b'Bearer realm="petcore"'),)
    if isinstance(error, RateLimited):
        wait = b"%d" % error.retry_after_s
        return (
            _retry_after(error.retry_after_s),
            (b"ratelimit-limit", b"%d" % error.limit),
            (b"ratelimit-remaining", b"0"),
            (b"ratelimit-reset", wait),
        )
    return ()


def _retry_after(seconds: int) -> Header:
    return b"retry-after", b"%d" % seconds


def _http_headers(error: HTTPException) -> tuple[Header, ...]:
    if isinstance(error, RequestTimeout):
        return ((b"connection", b"close"),)  # RFC 9110, 15.5.9
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", ", ".join(error.valid_methods or ()).encode()),)
    return ()
