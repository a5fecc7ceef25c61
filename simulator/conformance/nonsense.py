"""Answers that no server should give, and that every device meets one day: one row a kind.

Belongs here: the bytes. After them the connection is closed. Does not: what must become of a device
that reads them (``promises``): it goes on asking.
"""

import json
from collections.abc import Callable, Mapping

from simulator.conformance.speech import framed
from simulator.kernel.trace import Json

_LARGE = 100_000
_DEPTH = 1_500
_SHORT = 500
_CLOSE = {"Connection": "close"}

_OTHER_TYPES: Mapping[type, object] = {
    bool: "yes",
    int: "soon",
    str: 7,
    dict: [5],
    type(None): {},
}


def _other_types(answer: Json) -> bytes:
    return _json({name: _OTHER_TYPES[type(value)] for name, value in answer.items()})


def _parts_of_other_types(answer: Json) -> bytes:
    """As if there were something to show, and it were no words."""
    shown = {"remind_now": True, "show_prompt": True, "active": True}
    payload: Json = {"title": 7, "message": None, "animation": [], "screen": {}}
    known = {name: shown.get(name, value) for name, value in answer.items()}
    return _json({**known, "prompt_id": 7, "session_id": 7, "phase": [], "payload": payload})


def _nothing_needed(answer: Json) -> bytes:
    return _json({"ok": True})


def _negative_pause(answer: Json) -> bytes:
    return _json({**answer, "next_poll_s": -5})


def _list(answer: Json) -> bytes:
    return _json([answer])


def _null(answer: Json) -> bytes:
    return _json(None)


def _page(answer: Json) -> bytes:
    page = b"<!DOCTYPE html><title>Hotel</title><p>Please accept our terms of use."
    return framed(200, page, _CLOSE, kind="text/html")


def _cut_json(answer: Json) -> bytes:
    text = json.dumps(answer).encode()
    return framed(200, text[: len(text) // 2], _CLOSE)


def _cut_body(answer: Json) -> bytes:
    text = json.dumps(answer).encode()
    return framed(200, text, {"Content-Length": str(len(text) + _SHORT), **_CLOSE})


def _no_body(answer: Json) -> bytes:
    return framed(200, b"", _CLOSE)


def _large_header(answer: Json) -> bytes:
    return framed(200, json.dumps(answer).encode(), {"X-Padding": "x" * _LARGE, **_CLOSE})


def _large_body(answer: Json) -> bytes:
    return _json({**answer, "padding": "x" * _LARGE})


def _deep(answer: Json) -> bytes:
    return framed(200, b"[" * _DEPTH + b"]" * _DEPTH, _CLOSE)


def _no_length(answer: Json) -> bytes:
    return framed(200, json.dumps(answer).encode(), {"Content-Length": "many", **_CLOSE})


def _no_http(answer: Json) -> bytes:
    return bytes(range(256)) * 4


def _no_text(answer: Json) -> bytes:
    return framed(200, b'{"reason": "\xff\xfe\x00"}', _CLOSE)


def _json(value: object) -> bytes:
    return framed(200, json.dumps(value).encode(), _CLOSE)


KINDS: Mapping[str, Callable[[Json], bytes]] = {
    "fields of other types": _other_types,
    "parts of other types": _parts_of_other_types,
    "no field that is needed": _nothing_needed,
    "a list": _list,
    "null": _null,
    "a page of a hotel": _page,
    "JSON cut in the middle": _cut_json,
    "a body cut in the middle": _cut_body,
    "no body": _no_body,
    "a header of 100 KB": _large_header,
    "a body of 100 KB": _large_body,
    "JSON of 1500 levels": _deep,
    "a length that is no number": _no_length,
    "no HTTP at all": _no_http,
    "text that is no text": _no_text,
    "a pause of -5 seconds": _negative_pause,
}
"""What is made of the answer that would have been right."""

_IN_A_ROW = 2
TURNS: tuple[str, ...] = tuple(
    turn
    for place, kind in enumerate(KINDS, 1)
    for turn in ((kind, "") if place % _IN_A_ROW == 0 else (kind,))
)
"""What each poll is answered, one after the other: "" is the right answer. Two in a row at most, so
that a device that waits longer after each failure is not driven to its longest wait.
"""
