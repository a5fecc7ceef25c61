"""What no generator sends: requests that are wrong in their bytes, one by one.

Each is refused with its status, in the shape of all errors, with the field named, and changes
nothing that is stored. Not here: requests that are well-formed and come at the wrong time.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from petcore.api.operation import BODY_MAX
from tests.contracts.contract import JSON_TYPE, NAMES, Promise, contract
from tests.contracts.served import Served
from tests.contracts.talk import spoken
from tests.wav import wav

SCHEDULE, ACK = "/api/water/schedule", "/api/water/ack"
START, SAMPLE, END = "/api/stress/session/start", "/api/stress/sample", "/api/stress/session/end"
POMODORO, STOP = "/api/breaks/pomodoro/start", "/api/breaks/pomodoro/stop"
SWITCH, PROMPT = "/api/breaks/preferences/stress-prompts", "/api/breaks/prompt/ack"
MESSAGE, REPORT = "/api/encouragement/message", "/api/stress/report/"
POLL, STATUS = "/api/water/poll", "/api/breaks/pomodoro/status"
PERSONA, CHAT, TOLD = "/api/chat/persona", "/api/chat/message", "/api/chat/stream"
MEMORY = "/api/chat/memory"
PAIRING, COLLECT = "/api/devices/pairing", "/api/devices/pairing/collect"
SOURCE, TEST = "/api/video/source", "/api/video/presage-test"
SHOW, LATEST = "/api/video/stream", "/api/video/latest"
ABSENT = "11111111-2222-4333-8444-555555555555"

JSON = [("content-type", JSON_TYPE)]
USER = b'"user_id":"audrey"'
WRONG_CODES = {400: "validation_failed", 413: "payload_too_large", 415: "unsupported_media_type"}


@dataclass(frozen=True)
class Hostile:
    """A request, the status it must get, and the field that the details must name, if any."""

    id: str
    target: str
    body: bytes | None = None
    names: tuple[str | int, ...] = ()
    status: int = 400
    media_type: str | None = JSON_TYPE
    method: str = "POST"
    key: str | None = None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Content type and key, as far as there are any."""
        given = [("content-type", self.media_type), ("idempotency-key", self.key)]
        return [(name, value) for name, value in given if value is not None]


def _in(members: str, target: str = SCHEDULE) -> tuple[str, bytes]:
    """A body with a user and ``members``."""
    return target, b"{" + USER + b"," + members.encode() + b"}"


def _sample(members: str) -> tuple[str, bytes]:
    """A sample of the session that runs; ``_send`` puts its id in."""
    required = '"session_id":"$SESSION","focus_score":0.5,"stress_score":0.5'
    return SAMPLE, f"{{{required},{members}}}".encode()


def _wav(samples: bytes) -> str:
    return f'"audio_base64":"{b64encode(wav(samples)).decode()}"'


def _said(*members: str) -> list[tuple[str, bytes]]:
    """The same request to both operations that can be talked to."""
    return [_in(",".join(members), target) for target in (CHAT, TOLD)]


def _unheard(id: str, *members: str, names: str = "audio_base64") -> list[Hostile]:
    """Something said that cannot be, to both."""
    return [
        Hostile(f"{id} to {request[0].rpartition('/')[2]}", *request, (names,) if names else ())
        for request in _said(*members)
    ]


def _camera(id: str, url: str, source_type: str = "esp32") -> Hostile:
    """A source whose address is no camera's; ``url`` stands in the body as it is."""
    members = f'"source_type":"{source_type}","esp32_stream_url":"{url}"'
    return Hostile(id, *_in(members, SOURCE), ("esp32_stream_url",))


def _source(id: str, members: str, names: str, target: str = SOURCE) -> Hostile:
    return Hostile(id, *_in(members, target), (names,))


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def _metrics(count: int) -> str:
    return ",".join(f'"m{number}":null' for number in range(count))


def _get(id: str, target: str, *names: str | int) -> Hostile:
    return Hostile(id, target, names=names, media_type=None, method="GET")


def _kind(id: str, media_type: str | None) -> Hostile:
    return Hostile(id, ACK, b"{" + USER + b"}", status=415, media_type=media_type)


NOT_JSON = [
    Hostile("no body", ACK, b""),
    Hostile("blank body", ACK, b" \n"),
    Hostile("array", ACK, b"[" + b"{" + USER + b"}]"),
    Hostile("null", ACK, b"null"),
    Hostile("number", ACK, b"12"),
    Hostile("string", ACK, b'"audrey"'),
    Hostile("true", ACK, b"true"),
    Hostile("half an object", ACK, b'{"user_id":"audrey"'),
    Hostile("two objects", ACK, b'{"user_id":"audrey"}{}'),
    Hostile("single quotes", ACK, b"{'user_id':'audrey'}"),
    Hostile("trailing comma", ACK, b'{"user_id":"audrey",}'),
    Hostile("comment", ACK, b'{"user_id":"audrey"/* me */}'),
    Hostile("leading zero", *_in('"interval_min":060')),
    Hostile("hexadecimal", *_in('"interval_min":0x3c')),
    Hostile("plus sign", *_in('"interval_min":+60')),
    Hostile("raw line break in a string", ACK, b'{"user_id":"au\ndrey"}'),
    Hostile("unknown escape", ACK, b'{"user_id":"\\x41"}'),
    Hostile("NaN", *_in('"focus_score":NaN', MESSAGE)),
    Hostile("Infinity", *_in('"focus_score":Infinity', MESSAGE)),
    Hostile("-Infinity", *_in('"focus_score":-Infinity', MESSAGE)),
    Hostile("NaN in an unknown field", *_in('"unknown":NaN', ACK)),
    Hostile("NaN deep in raw_metrics", *_sample('"raw_metrics":{"a":[NaN]}')),
    Hostile("the same name twice", ACK, b'{"user_id":"audrey","user_id":"mallory"}'),
    Hostile("the same name twice below", *_sample('"raw_metrics":{"a":1,"a":2}')),
    Hostile("byte order mark", ACK, b'\xef\xbb\xbf{"user_id":"audrey"}'),
    Hostile("UTF-16", ACK, '{"user_id":"audrey"}'.encode("utf-16")),
    Hostile("UTF-16 without a mark", ACK, '{"user_id":"audrey"}'.encode("utf-16-le")),
    Hostile("UTF-32", ACK, '{"user_id":"audrey"}'.encode("utf-32")),
    Hostile("Latin-1", ACK, '{"user_id":"Zoë"}'.encode("latin-1")),
    Hostile("overlong UTF-8", ACK, b'{"user_id":"\xc0\xaf"}'),
    Hostile("surrogate in UTF-8", ACK, b'{"user_id":"\xed\xa0\x80"}'),
    Hostile("half a character", ACK, b'{"user_id":"\xe2\x82"}'),
    Hostile("lone surrogate", ACK, b'{"user_id":"\\ud800"}'),
    Hostile("lone surrogate beside a null", *_in('"a":null,"user":"\\udc00"', ACK)),
    Hostile("lone surrogate in raw_metrics", *_sample('"raw_metrics":{"a":"\\ud800"}')),
    Hostile("100,000 brackets", SAMPLE, _nested(100_000).encode()),
    Hostile("100,000 open brackets", SAMPLE, b"[" * 100_000),
    Hostile("100,000 levels in an unknown field", *_sample(f'"unknown":{_nested(100_000)}')),
    Hostile("8,000 levels in a small body", *_in(f'"unknown":{_nested(8_000)}', ACK)),
    Hostile("integer of 5,000 digits", *_in(f'"interval_min":{"9" * 5_000}')),
    Hostile("5,000 digits in an unknown field", *_in(f'"unknown":{"9" * 5_000}', ACK)),
]

WRONG_KIND = [
    _kind("no content type", None),
    _kind("empty content type", ""),
    _kind("text", "text/plain"),
    _kind("form", "application/x-www-form-urlencoded"),
    _kind("multipart", "multipart/form-data; boundary=x"),
    _kind("nearly JSON", "application/jsonp"),
    _kind("another JSON", "application/merge-patch+json"),
    _kind("JSON in Latin-1", "application/json; charset=latin-1"),
    _kind("JSON in UTF-16", "application/json; charset=utf-16"),
    _kind("two content types", "application/json, text/plain"),
    Hostile(
        "too large",
        ACK,
        b"{" + USER + b',"a":"' + b"x" * BODY_MAX + b'"}',
        status=413,
    ),
]

WRONG_FIELDS = [
    Hostile("nothing", ACK, b"{}", ("user_id",)),
    Hostile("null where required", ACK, b'{"user_id":null}', ("user_id",)),
    Hostile("empty user_id", ACK, b'{"user_id":""}', ("user_id",)),
    Hostile("number as user_id", ACK, b'{"user_id":7}', ("user_id",)),
    Hostile("object as user_id", ACK, b'{"user_id":{"$ne":1}}', ("user_id",)),
    Hostile("129 characters", ACK, b'{"user_id":"' + b"a" * 129 + b'"}', ("user_id",)),
    Hostile("NUL in user_id", ACK, b'{"user_id":"a\\u0000"}', ("user_id",)),
    Hostile("line break in user_id", ACK, b'{"user_id":"a\\n"}', ("user_id",)),
    Hostile("DEL in user_id", ACK, b'{"user_id":"a\\u007f"}', ("user_id",)),
    Hostile("true as integer", *_in('"interval_min":true'), ("interval_min",)),
    Hostile("text as integer", *_in('"interval_min":"25"'), ("interval_min",)),
    Hostile("25.5 as integer", *_in('"interval_min":25.5'), ("interval_min",)),
    Hostile("1e400 as integer", *_in('"interval_min":1e400'), ("interval_min",)),
    Hostile("400 digits as integer", *_in(f'"interval_min":{"9" * 400}'), ("interval_min",)),
    Hostile("0 minutes", *_in('"interval_min":0'), ("interval_min",)),
    Hostile("1441 minutes", *_in('"interval_min":1441'), ("interval_min",)),
    Hostile("one as boolean", *_in('"enabled":1'), ("enabled",)),
    Hostile("text as boolean", *_in('"enabled":"true"'), ("enabled",)),
    Hostile("25 o'clock", *_in('"start_time":"25:00"'), ("start_time",)),
    Hostile("24 o'clock", *_in('"end_time":"24:00"'), ("end_time",)),
    Hostile("60 minutes past", *_in('"start_time":"09:60"'), ("start_time",)),
    Hostile("9 o'clock in short", *_in('"start_time":"9:00"'), ("start_time",)),
    Hostile("seconds", *_in('"start_time":"09:00:00"'), ("start_time",)),
    Hostile("a line break after the time", *_in('"start_time":"09:00\\n"'), ("start_time",)),
    Hostile("Arabic digits", *_in('"start_time":"\u0660\u0669:\u0660\u0660"'), ("start_time",)),
    Hostile("unknown zone", *_in('"timezone":"Mars/Base"'), ("timezone",)),
    Hostile("a path as zone", *_in('"timezone":"../../etc/passwd"'), ("timezone",)),
    Hostile("an absolute path as zone", *_in('"timezone":"/etc/passwd"'), ("timezone",)),
    Hostile("a table as zone", *_in('"timezone":"zone.tab"'), ("timezone",)),
    Hostile("a folder as zone", *_in('"timezone":"America"'), ("timezone",)),
    Hostile("a zone in another case", *_in('"timezone":"america/vancouver"'), ("timezone",)),
    Hostile("no zone", *_in('"timezone":""'), ("timezone",)),
    Hostile("NUL in a zone", *_in('"timezone":"UTC\\u0000"'), ("timezone",)),
    Hostile("long label", *_in(f'"study_label":"{"a" * 201}"', START), ("study_label",)),
    Hostile("tab in a label", *_in('"study_label":"a\\tb"', START), ("study_label",)),
    Hostile("NUL in a source", *_in('"signal_source":"a\\u0000"', START), ("signal_source",)),
    Hostile("no source", *_in('"signal_source":""', START), ("signal_source",)),
    Hostile("no focus", *_in('"focus_minutes":0', POMODORO), ("focus_minutes",)),
    Hostile("241 minutes of focus", *_in('"focus_minutes":241', POMODORO), ("focus_minutes",)),
    Hostile("121 minutes of break", *_in('"break_minutes":121', POMODORO), ("break_minutes",)),
    Hostile("25 cycles", *_in('"cycles":25', POMODORO), ("cycles",)),
    Hostile("-1 cycles", *_in('"cycles":-1', POMODORO), ("cycles",)),
    Hostile("score below", *_in('"focus_score":-0.1', MESSAGE), ("focus_score",)),
    Hostile("score above", *_in('"stress_score":1.1', MESSAGE), ("stress_score",)),
    Hostile("score too large to be", *_in('"stress_score":1e400', MESSAGE), ("stress_score",)),
    Hostile("true as score", *_in('"stress_score":true', MESSAGE), ("stress_score",)),
    Hostile("text as score", *_in('"stress_score":"0.5"', MESSAGE), ("stress_score",)),
    Hostile("switch without a word", SWITCH, b"{" + USER + b"}", ("enabled",)),
    Hostile("switch by null", *_in('"enabled":null', SWITCH), ("enabled",)),
]

WRONG_IDS = [
    Hostile("no id", END, b"{}", ("session_id",)),
    Hostile("empty id", END, b'{"session_id":""}', ("session_id",)),
    Hostile("id of a number", END, b'{"session_id":7}', ("session_id",)),
    Hostile(
        "id without hyphens",
        END,
        b'{"session_id":"%s"}' % ABSENT.replace("-", "").encode(),
        ("session_id",),
    ),
    Hostile("id in braces", END, b'{"session_id":"{%s}"}' % ABSENT.encode(), ("session_id",)),
    Hostile("id as URN", STOP, b'{"session_id":"urn:uuid:%s"}' % ABSENT.encode(), ("session_id",)),
    Hostile(
        "id and a line break", STOP, b'{"session_id":"%s\\n"}' % ABSENT.encode(), ("session_id",)
    ),
    Hostile(
        "id with a g",
        PROMPT,
        b'{"prompt_id":"g%s","acknowledged":true}' % ABSENT[1:].encode(),
        ("prompt_id",),
    ),
    Hostile(
        "malformed before absent",
        SAMPLE,
        b'{"session_id":"%s","focus_score":2,"stress_score":0}' % ABSENT.encode(),
        ("focus_score",),
    ),
    _get("id of letters in the path", f"{REPORT}not-an-id", "session_id"),
    _get("%00 in the path", f"{REPORT}%00", "session_id"),
    _get("%FF in the path", f"{REPORT}%FF", "session_id"),
    _get("%ZZ in the path", f"{REPORT}%ZZ", "session_id"),
    _get("a blank after the id in the path", f"{REPORT}{ABSENT}%20", "session_id"),
    _get("id of letters in the query", f"{STATUS}?session_id=42", "session_id"),
    _get("an id in path and query", f"{REPORT}{ABSENT}?session_id={ABSENT}", "session_id"),
]

WRONG_SAMPLES = [
    Hostile("naive instant", *_sample('"captured_at":"2026-02-28T18:05:00"'), ("captured_at",)),
    Hostile("a date only", *_sample('"captured_at":"2026-02-28"'), ("captured_at",)),
    Hostile("seconds since 1970", *_sample('"captured_at":1772301600'), ("captured_at",)),
    Hostile("30 February", *_sample('"captured_at":"2026-02-30T18:05:00Z"'), ("captured_at",)),
    Hostile("hour 25", *_sample('"captured_at":"2026-02-28T25:05:00Z"'), ("captured_at",)),
    Hostile(
        "offset of a day", *_sample('"captured_at":"2026-02-28T18:05:00+24:00"'), ("captured_at",)
    ),
    Hostile("year 1999", *_sample('"captured_at":"1999-12-31T23:59:59Z"'), ("captured_at",)),
    Hostile(
        "year 1999 in UTC", *_sample('"captured_at":"2000-01-01T00:00:00+00:01"'), ("captured_at",)
    ),
    Hostile("year 2101", *_sample('"captured_at":"2101-01-01T00:00:00Z"'), ("captured_at",)),
    Hostile(
        "year 2101 in UTC", *_sample('"captured_at":"2100-12-31T23:59:59-00:01"'), ("captured_at",)
    ),
    Hostile("year 10000", *_sample('"captured_at":"10000-01-01T00:00:00Z"'), ("captured_at",)),
    Hostile(
        "a line break after the instant",
        *_sample('"captured_at":"2026-02-28T18:05:00Z\\n"'),
        ("captured_at",),
    ),
    Hostile("confidence above", *_sample('"confidence":1.01'), ("confidence",)),
    Hostile("confidence below", *_sample('"confidence":-1e-9'), ("confidence",)),
    Hostile("array of metrics", *_sample('"raw_metrics":[1]'), ("raw_metrics",)),
    Hostile("text of metrics", *_sample('"raw_metrics":"{}"'), ("raw_metrics",)),
    Hostile(
        "65 metrics",
        *_sample(f'"raw_metrics":{{{_metrics(65)}}}'),
        ("raw_metrics",),
    ),
    Hostile("metric without a name", *_sample('"raw_metrics":{"":1}'), ("raw_metrics",)),
    Hostile("metric named with a dot", *_sample('"raw_metrics":{"a.b":1}'), ("raw_metrics",)),
    Hostile("metric named with a dollar", *_sample('"raw_metrics":{"$where":1}'), ("raw_metrics",)),
    Hostile(
        "metric named at length", *_sample('"raw_metrics":{"%s":1}' % ("a" * 65)), ("raw_metrics",)
    ),
    Hostile(
        "NUL in the name of a metric", *_sample('"raw_metrics":{"a\\u0000":1}'), ("raw_metrics",)
    ),
    Hostile(
        "NUL in a name below", *_sample('"raw_metrics":{"a":{"b\\u0000":1}}'), ("raw_metrics",)
    ),
    Hostile("NUL in a metric", *_sample('"raw_metrics":{"a":"\\u0000"}'), ("raw_metrics",)),
    Hostile("five levels", *_sample(f'"raw_metrics":{{"a":{_nested(4)}}}'), ("raw_metrics",)),
    Hostile("2**63", *_sample(f'"raw_metrics":{{"a":{2**63}}}'), ("raw_metrics",)),
    Hostile("below -2**63", *_sample(f'"raw_metrics":{{"a":{-(2**63) - 1}}}'), ("raw_metrics",)),
    Hostile(
        "65,537 bytes of metrics",
        *_sample(f'"raw_metrics":{{"a":"{"x" * (65_537 - 8)}"}}'),
        ("raw_metrics",),
    ),
    Hostile("1e400 in a metric", *_sample('"raw_metrics":{"a":1e400}'), ("raw_metrics",)),
]

WRONG_QUERIES = [
    _get("no query", POLL, "user_id"),
    _get("another field only", f"{POLL}?user=audrey", "user_id"),
    _get("nothing after the name", f"{POLL}?user_id=", "user_id"),
    _get("a name without equals", f"{POLL}?user_id", "user_id"),
    _get("twice", f"{POLL}?user_id=audrey&user_id=mallory", "user_id"),
    _get("twice the same", f"{SCHEDULE}?user_id=audrey&user_id=audrey", "user_id"),
    _get("%00 in the query", f"{POLL}?user_id=a%00", "user_id"),
    _get("%0A in the query", f"{POLL}?user_id=a%0A", "user_id"),
    _get("129 characters in the query", f"{POLL}?user_id={'a' * 129}", "user_id"),
    _get("%FF in the query", f"{POLL}?user_id=%FF", "query"),
    _get("%ZZ in the query", f"{POLL}?user_id=%ZZ", "query"),
    _get("half an escape", f"{POLL}?user_id=a%2", "query"),
    _get("surrogate in the query", f"{POLL}?user_id=%ED%A0%80", "query"),
    _get("101 fields", f"{POLL}?user_id=audrey{'&a=1' * 101}", "query"),
    _get("%ZZ where nothing is asked for", "/healthz?a=%ZZ", "query"),
]

WRONG_KEYS = [
    Hostile("empty key", ACK, b"{" + USER + b"}", ("Idempotency-Key",), key=""),
    Hostile("blank in a key", ACK, b"{" + USER + b"}", ("Idempotency-Key",), key="a b"),
    Hostile("tab in a key", ACK, b"{" + USER + b"}", ("Idempotency-Key",), key="a\tb"),
    Hostile("129 characters of key", ACK, b"{" + USER + b"}", ("Idempotency-Key",), key="k" * 129),
    Hostile("key of another alphabet", ACK, b"{" + USER + b"}", ("Idempotency-Key",), key="ö"),
    Hostile(
        "bad key of a poll",
        f"{POLL}?user_id=audrey",
        None,
        ("Idempotency-Key",),
        key=" ",
        method="GET",
    ),
    Hostile("bad body before a bad key", ACK, b"{}", ("user_id",), key="a b"),
]

WRONG_PAIRINGS = [
    Hostile("no body to pair", PAIRING, b""),
    Hostile("array to pair", PAIRING, b"[]"),
    Hostile("text to pair", PAIRING, b"{}", status=415, media_type="text/plain"),
    Hostile("nameless device", PAIRING, b'{"device_name":""}', ("device_name",)),
    Hostile("number as device", PAIRING, b'{"device_name":7}', ("device_name",)),
    Hostile("long name", PAIRING, b'{"device_name":"%s"}' % (b"a" * 65), ("device_name",)),
    Hostile("escape in a name", PAIRING, b'{"device_name":"\\u001b[2J"}', ("device_name",)),
    Hostile("another in a name", PAIRING, b'{"device_name":"\\u009b2J"}', ("device_name",)),
    Hostile("no version", PAIRING, b'{"firmware_version":""}', ("firmware_version",)),
    Hostile("blank version", PAIRING, b'{"firmware_version":"1 0"}', ("firmware_version",)),
    Hostile(
        "long version",
        PAIRING,
        b'{"firmware_version":"%s"}' % (b"1" * 33),
        ("firmware_version",),
    ),
    Hostile("NUL in a wish", PAIRING, b'{"user_id":"a\\u0000"}', ("user_id",)),
    Hostile("no body to collect", COLLECT, b""),
    Hostile("no code", COLLECT, b"{}", ("device_code",)),
    Hostile("null code", COLLECT, b'{"device_code":null}', ("device_code",)),
    Hostile("empty code", COLLECT, b'{"device_code":""}', ("device_code",)),
    Hostile("code of a number", COLLECT, b'{"device_code":7}', ("device_code",)),
    Hostile("long code", COLLECT, b'{"device_code":"%s"}' % (b"p" * 129), ("device_code",)),
    Hostile("form to collect", COLLECT, b"{}", status=415, media_type="multipart/form-data"),
]

HEARD = spoken("hello")
HELLO, SPOKEN = '"transcript":"hello"', f'"audio_base64":"{HEARD}"'
LOUD = b"\x01\x40\x01\xc0"
SECOND = LOUD * 8_000

WRONG_TALK = [
    *_unheard("nothing said", '"include_audio":true', names="transcript"),
    *_unheard("null said", '"transcript":null,"audio_base64":null', names="transcript"),
    *_unheard("text and sound", HELLO, SPOKEN, names="transcript"),
    *_unheard("no words", '"transcript":""', names="transcript"),
    *_unheard("nothing but spaces", '"transcript":" \\n\\t "', names="transcript"),
    *_unheard("8,001 characters", f'"transcript":"{"a" * 8_001}"', names="transcript"),
    *_unheard("NUL in a transcript", '"transcript":"a\\u0000"', names="transcript"),
    *_unheard("number as a transcript", '"transcript":7', names="transcript"),
    *_unheard("list as a transcript", '"transcript":["hello"]', names="transcript"),
    *_unheard("surrogate said", '"transcript":"\\ud800"', names=""),
    *_unheard("id of letters", HELLO, '"conversation_id":"42"', names="conversation_id"),
    *_unheard("no name called", HELLO, '"wake_name":""', names="wake_name"),
    *_unheard("65 letters called", HELLO, f'"wake_name":"{"a" * 65}"', names="wake_name"),
    *_unheard("line break called", HELLO, '"wake_name":"a\\n"', names="wake_name"),
    *_unheard("one for sound", HELLO, '"include_audio":1', names="include_audio"),
    *_unheard("no file name", SPOKEN, '"audio_filename":""', names="audio_filename"),
    *_unheard("NUL in a file name", SPOKEN, '"audio_filename":"a\\u0000"', names="audio_filename"),
    *_unheard("256 of a name", SPOKEN, f'"audio_filename":"{"a" * 256}"', names="audio_filename"),
    *_unheard("another format", HELLO, '"audio_format":"ogg"', names="audio_format"),
    *_unheard("format in capitals", HELLO, '"audio_format":"WAV"', names="audio_format"),
    *_unheard("no sound", '"audio_base64":""'),
    *_unheard("number as sound", '"audio_base64":7'),
    *_unheard("words as sound", '"audio_base64":"not base64!"'),
    *_unheard("the placeholder of an example", '"audio_base64":"<base64-encoded-wav-or-mp3>"'),
    *_unheard("padding missing", '"audio_base64":"UklGRg"'),
    *_unheard("padding only", '"audio_base64":"===="'),
    *_unheard("padding within", '"audio_base64":"UklG=Rg="'),
    *_unheard("more after the padding", '"audio_base64":"UklGRg==UklG"'),
    *_unheard("line break in base64", '"audio_base64":"UklG\\nRg=="'),
    *_unheard("URL's alphabet", '"audio_base64":"__--"'),
    *_unheard("another alphabet in base64", '"audio_base64":"\u0420\u0421"'),
    *_unheard("line break in a recording", f'"audio_base64":"{HEARD[:40]}\\n{HEARD[40:]}"'),
    *_unheard("one sign too many in it", f'"audio_base64":"{HEARD[:40]}*{HEARD[40:]}"'),
    *_unheard("a data URL", '"audio_base64":"data:audio/wav;base64,UklGRg=="'),
    *_unheard("neither WAV nor MP3", f'"audio_base64":"{b64encode(b"GIF89a" * 40).decode()}"'),
    *_unheard("half a head", f'"audio_base64":"{b64encode(wav(SECOND)[:20]).decode()}"'),
    *_unheard("a head only", _wav(b"")),
    *_unheard("a minute and a moment", _wav(SECOND * 60 + LOUD)),
    *_unheard("silence", _wav(bytes(32_000))),
    *_unheard("a tone without words", _wav(SECOND)),
    Hostile("nameless pet", *_in('"pet_name":""', PERSONA), ("pet_name",)),
    Hostile("blank pet", *_in('"pet_name":"  "', PERSONA), ("pet_name",)),
    Hostile("no name for a pet", PERSONA, b"{" + USER + b"}", ("pet_name",)),
    Hostile("null as a name", *_in('"pet_name":null', PERSONA), ("pet_name",)),
    Hostile("65 letters of a name", *_in(f'"pet_name":"{"a" * 65}"', PERSONA), ("pet_name",)),
    Hostile("escape in a pet's name", *_in('"pet_name":"\\u001b[2J"', PERSONA), ("pet_name",)),
    Hostile(
        "8,001 characters of character",
        *_in(f'"pet_name":"Nova","system_prompt":"{"a" * 8_001}"', PERSONA),
        ("system_prompt",),
    ),
    Hostile(
        "NUL in a character",
        *_in('"pet_name":"Nova","system_prompt":"\\u0000"', PERSONA),
        ("system_prompt",),
    ),
    Hostile("no model", *_in('"pet_name":"Nova","gemini_model":""', PERSONA), ("gemini_model",)),
    Hostile(
        "line break in a voice",
        *_in('"pet_name":"Nova","voice_id":"a\\r"', PERSONA),
        ("voice_id",),
    ),
    _get("memory of nobody", MEMORY, "user_id"),
    _get("persona of nobody", f"{PERSONA}?user_id=", "user_id"),
    Hostile("nobody to forget", MEMORY, None, ("user_id",), media_type=None, method="DELETE"),
    Hostile(
        "two to forget",
        f"{MEMORY}?user_id=audrey&user_id=audrey",
        None,
        ("user_id",),
        media_type=None,
        method="DELETE",
    ),
]

PRIVATE = "http://192.168.1.20"
WRONG_CAMERAS = [
    _camera("no URL", ""),
    _camera("a host only", "192.168.1.20"),
    _camera("no scheme", "//192.168.1.20/stream"),
    _camera("file", "file:///etc/passwd"),
    _camera("gopher", "gopher://192.168.1.20:70/_GET"),
    _camera("rtsp", "rtsp://192.168.1.20/stream"),
    _camera("ftp", "ftp://192.168.1.20/stream"),
    _camera("data", "data:image/jpeg;base64,/9j/"),
    _camera("scheme in capitals", "HTTP://192.168.1.20/"),
    _camera("one slash", "http:/192.168.1.20/"),
    _camera("three slashes", "http:///192.168.1.20/"),
    _camera("nothing behind the scheme", "http://"),
    _camera("a blank in front", " http://192.168.1.20/"),
    _camera("a blank within", "http://192.168.1.20/a b"),
    _camera("a blank at the end", "http://192.168.1.20/ "),
    _camera("an ideographic blank", f"{PRIVATE}/\\u3000"),
    _camera("line break", f"{PRIVATE}/\\n"),
    _camera("a header within", f"{PRIVATE}/\\r\\nhost: 127.0.0.1"),
    _camera("tab", "http://192.168\\t.1.20/"),
    _camera("NUL in a host", "http://192.168.1.20\\u0000.example/"),
    _camera("NUL in a path", f"{PRIVATE}/\\u0000"),
    _camera("DEL in a URL", f"{PRIVATE}/\\u007f"),
    _camera("backslash", "http:\\\\192.168.1.20/"),
    _camera("backslash before an at", "http://192.168.1.20\\\\@10.0.0.1/"),
    _camera("user and password", "http://admin:swordfish@192.168.1.20/"),
    _camera("user", "http://admin@192.168.1.20/"),
    _camera("an empty user", "http://@192.168.1.20/"),
    _camera("2,049 characters", f"{PRIVATE}/".ljust(2_049, "a")),
    _camera("no port behind a colon", f"{PRIVATE}:/"),
    _camera("port 0", f"{PRIVATE}:0/"),
    _camera("port 65536", f"{PRIVATE}:65536/"),
    _camera("a word as port", f"{PRIVATE}:http/"),
    _camera("minus as port", f"{PRIVATE}:-1/"),
    _camera("Arabic digits as port", f"{PRIVATE}:\N{ARABIC-INDIC DIGIT EIGHT}1/"),
    _camera("loopback", "http://127.0.0.1/"),
    _camera("another loopback", "http://127.8.9.10:81/stream"),
    _camera("localhost", "http://localhost:81/stream"),
    _camera("localhost in capitals", "http://LOCALHOST/"),
    _camera("localhost with a dot", "http://localhost./"),
    _camera("below localhost", "http://camera.localhost/"),
    _camera("loopback in six", "http://[::1]/"),
    _camera("loopback in six at length", "http://[0:0:0:0:0:0:0:1]:81/"),
    _camera("loopback mapped", "http://[::ffff:127.0.0.1]/"),
    _camera("loopback mapped in hex", "http://[::ffff:7f00:1]/"),
    _camera("loopback translated", "http://[64:ff9b::7f00:1]/"),
    _camera("loopback tunnelled", "http://[2002:7f00:1::]/"),
    _camera("hexadecimal host", "http://0x7f.1/"),
    _camera("hexadecimal in one", "http://0x7f000001/"),
    _camera("decimal", "http://2130706433/"),
    _camera("decimal of a private one", "http://3232235796/"),
    _camera("octal", "http://0177.0.0.1/"),
    _camera("short", "http://127.1/"),
    _camera("a zero in front", "http://192.168.01.20/"),
    _camera("five numbers", "http://192.168.1.20.1/"),
    _camera("256", "http://192.168.1.256/"),
    _camera("nowhere", "http://0.0.0.0/"),
    _camera("nowhere in short", "http://0/"),
    _camera("nowhere in six", "http://[::]/"),
    _camera("metadata", "http://169.254.169.254/latest/meta-data/"),
    _camera("metadata mapped", "http://[::ffff:169.254.169.254]/"),
    _camera("metadata in six", "http://[fd00:ec2::254]/"),
    _camera("metadata of another cloud", "http://100.100.100.200/"),
    _camera("link-local", "http://169.254.1.1/"),
    _camera("link-local in six", "http://[fe80::1]/"),
    _camera("with an interface", "http://[fe80::1%25eth0]/"),
    _camera("a private one with an interface", "http://[fd00::1%25eth0]/"),
    _camera("multicast", "http://224.0.0.1/"),
    _camera("broadcast", "http://255.255.255.255/"),
    _camera("reserved", "http://240.0.0.1/"),
    _camera("public", "http://93.184.216.34/"),
    _camera("public in six", "http://[2606:2800:220:1::1]/"),
    _camera("shared by a provider", "http://100.64.0.1/"),
    _camera("half a bracket", "http://[::1/"),
    _camera("no brackets", "http://fd00::1/"),
    _camera("four in brackets", "http://[192.168.1.20]/"),
    _camera("a name in brackets", "http://[camera]/"),
    _camera("another alphabet", "http://c\N{CYRILLIC SMALL LETTER A}mera.lan/"),
    _camera("full-width digits", "http://\uff11\uff12\uff17.0.0.1/"),
    _camera("digits in circles", "http://\u2460\u2461\u2466.0.0.1/"),
    _camera("another dot", "http://192\u3002168.1.20/"),
    _camera("percent in a host", "http://%31%32%37.0.0.1/"),
    _camera("NUL by percent in a host", "http://192.168.1.20%00.example/"),
    _camera("slash by percent in a host", "http://camera%2f.lan/"),
    _camera("an empty part of a name", "http://camera..lan/"),
    _camera("a dot only", "http://./"),
    _camera("a dollar in a host", "http://$HOST/"),
    _camera("a query for a host", "http://?192.168.1.20/"),
    _camera("a fragment for a host", "http://#192.168.1.20/"),
    _camera("loopback where a webcam is meant", "http://127.0.0.1/", "webcam"),
    _source("no type of source", '"webcam_index":0', "source_type"),
    _source("null as a source", '"source_type":null', "source_type"),
    _source("another source", '"source_type":"screen"', "source_type"),
    _source("source in capitals", '"source_type":"WEBCAM"', "source_type"),
    _source("number as a source", '"source_type":1', "source_type"),
    _source("stream without a URL", '"source_type":"esp32"', "esp32_stream_url"),
    _source("stream by null", '"source_type":"esp32","esp32_stream_url":null', "esp32_stream_url"),
    _source("number as a URL", '"source_type":"esp32","esp32_stream_url":7', "esp32_stream_url"),
    _source("recording without a name", '"source_type":"recording"', "recording"),
    *(
        _source(f"{what} as a recording", f'"source_type":"recording","recording":"{name}"', at)
        for at in ("recording",)
        for what, name in {
            "nothing": "",
            "a path": "a/b.avi",
            "an absolute path": "/etc/passwd",
            "the folder above": "..",
            "a way up": "../secret.avi",
            "a hidden file": ".profile",
            "a backslash": "a\\\\b.avi",
            "a stream": "a.avi:b",
            "a wildcard": "*.avi",
            "an option": "-i",
            "a pattern of numbers": "f%03d.jpg",
            "NUL": "a\\u0000.avi",
            "a line break": "a.avi\\n",
            "another letter": "\N{LATIN SMALL LETTER E WITH ACUTE}.avi",
            "129 letters": "a" * 129,
        }.items()
    ),
    _source("camera -1", '"source_type":"webcam","webcam_index":-1', "webcam_index"),
    _source("camera 2**31", '"source_type":"webcam","webcam_index":2147483648', "webcam_index"),
    _source("camera 0.5", '"source_type":"webcam","webcam_index":0.5', "webcam_index"),
    _source("text as a camera", '"source_type":"webcam","webcam_index":"0"', "webcam_index"),
    _source("true as a camera", '"source_type":"webcam","webcam_index":true', "webcam_index"),
    _source(
        "a device as a camera",
        '"source_type":"webcam","webcam_index":"/dev/video0"',
        "webcam_index",
    ),
    _source("another source to test", '"source_type":"screen"', "source_type", TEST),
    _source("camera -1 to test", '"webcam_index":-1', "webcam_index", TEST),
    _source("stream to test where none is stored", '"source_type":"esp32"', "source_type", TEST),
    _source("recording where none is stored", '"source_type":"recording"', "source_type", TEST),
    Hostile("nobody to test", TEST, b"{}", ("user_id",)),
    _get("nobody to watch", SHOW, "user_id"),
    _get("two to watch", f"{SHOW}?user_id=audrey&user_id=mallory", "user_id"),
    _get("another source to watch", f"{SHOW}?user_id=audrey&source_type=screen", "source_type"),
    _get("no source to watch", f"{SHOW}?user_id=audrey&source_type=", "source_type"),
    _get("a URL to watch", f"{SHOW}?user_id=audrey&source_type={PRIVATE}", "source_type"),
    _get("two sources", f"{SHOW}?user_id=a&source_type=webcam&source_type=esp32", "source_type"),
    _get("stream where none is stored", f"{SHOW}?user_id=audrey&source_type=esp32", "source_type"),
    _get("nobody's picture", LATEST, "user_id"),
    _get("NUL's picture", f"{LATEST}?user_id=%00", "user_id"),
    _get("nobody's source", f"{SOURCE}?user_id=", "user_id"),
]

TABLE = [
    *NOT_JSON,
    *WRONG_KIND,
    *WRONG_FIELDS,
    *WRONG_IDS,
    *WRONG_SAMPLES,
    *WRONG_QUERIES,
    *WRONG_KEYS,
    *WRONG_PAIRINGS,
    *WRONG_TALK,
    *WRONG_CAMERAS,
]


class Scene:
    """A server that has something to lose."""

    def __init__(self, served: Served) -> None:
        self.served = served
        served.post(SCHEDULE, {"user_id": "audrey", "interval_min": 1}, "kept")
        started = served.post(START, {"user_id": "audrey", "allow_prompted_breaks": True})
        self.session = str(started.json["session"]["session_id"])
        served.post(POMODORO, {"user_id": "audrey"})
        for at in ("17:50", "17:55", "18:00"):
            captured = f"2026-02-28T{at}:00Z"
            sent = {"session_id": self.session, "captured_at": captured, "focus_score": 0.5}
            assert served.post(SAMPLE, {**sent, "stress_score": 0.9}).status == 201
        said = served.post(CHAT, {"user_id": "audrey", "transcript": "hello"})
        self.conversation = str(said.json["conversation_id"])
        served.post(PERSONA, {"user_id": "audrey", "pet_name": "Nova"})
        self.before = served.dump()
        assert sum(map(len, self.before.values())) == 12

    def send(self, hostile: Hostile) -> Any:
        """Send it; the answer's body, read, once its status is the expected one."""
        body = hostile.body and hostile.body.replace(b"$SESSION", self.session.encode())
        reply = self.served.ask(hostile.method, hostile.target, body, hostile.headers)
        assert reply.status == hostile.status, reply.body[:300]
        return reply.json

    def assert_untouched(self) -> None:
        """Nothing that is stored has changed."""
        assert self.served.dump() == self.before


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One scene for all; each test leaves it as it was."""
    with Served() as served:
        yield Scene(served)


def test_the_table_is_long_and_its_names_are_unique() -> None:
    """No row hides another."""
    assert len({hostile.id for hostile in TABLE}) == len(TABLE) >= 160


@pytest.mark.parametrize("hostile", TABLE, ids=lambda hostile: hostile.id)
def test_hostile_requests_are_refused(hostile: Hostile, scene: Scene) -> None:
    """The status, the code, the named field, nothing stored, and nothing sent repeated."""
    answer = scene.send(hostile)
    assert answer["ok"] is False
    assert answer["code"] == WRONG_CODES[hostile.status]
    assert len(answer["error"]) < 200
    places = [tuple(detail["loc"]) for detail in answer["details"]]
    if hostile.names:
        assert hostile.names in places
        assert str(hostile.names[0]) in answer["error"]
    elif hostile.status == 400:
        assert places == [()]
    scene.assert_untouched()


BODIES_MAX = {
    "savePersona": 131_072,
    "ingestSample": 524_288,
    "ingestMetrics": 524_288,
    "sendMessage": 8_388_608,
    "streamMessage": 8_388_608,
    "startPairing": 4_096,
    "collectToken": 4_096,
}


@pytest.mark.parametrize(
    "promise",
    [each for name in NAMES for each in contract(name).promises if each.request is not None],
    ids=lambda promise: promise.id,
)
def test_bodies_have_their_limit(promise: Promise, scene: Scene) -> None:
    """As many bytes as the contract says are read; with one more there is no looking at them."""
    most = BODIES_MAX.get(promise.id, 16_384)
    name = "platform" if promise.is_public else "desktop_pet"
    assert str(most) in contract(name).document["info"]["description"]
    for size, status in ((most, 400), (most + 1, 413)):
        answer = scene.send(Hostile("size", promise.path, b"[" * size, status=status))
        assert answer["code"] == WRONG_CODES[status]
    scene.assert_untouched()


def test_all_that_a_pet_may_be_fits() -> None:
    """Every letter of its character escaped, as some clients do."""
    sent = {"user_id": "audrey", "pet_name": "Nova", "system_prompt": "\U0001f916" * 8_000}
    with Served() as served:
        assert served.post(PERSONA, sent).json["persona"]["system_prompt"] == sent["system_prompt"]


def test_what_is_wrong_with_a_sound_is_said(scene: Scene) -> None:
    """Each fault has words of its own, so that whoever speaks knows what to do."""
    words = {
        hostile.id: scene.send(hostile)["details"][0]["msg"]
        for hostile in WRONG_TALK
        if hostile.id
        in {
            f"{fault} to {where}"
            for where in ("message", "stream")
            for fault in (
                "words as sound",
                "neither WAV nor MP3",
                "half a head",
                "a head only",
                "a minute and a moment",
                "silence",
                "a tone without words",
            )
        }
    }
    assert len(words) == 14
    assert len(set(words.values())) == 7
    assert words["words as sound to stream"] == "must be base64"


def test_all_that_a_device_may_say_fits() -> None:
    """Every letter of it escaped, as some clients do."""
    sent = {"device_name": "\U0001f916" * 64, "user_id": "\U0001f916" * 128}
    with Served() as served:
        assert served.post(PAIRING, {**sent, "firmware_version": "9" * 32}).status == 201


CAMERAS = (
    "http://192.168.1.20:81/stream",
    "https://10.255.255.255:65535/?action=stream#a",
    "http://172.16.0.1",
    "http://camera",
    "http://camera.lan.:1/a%00b",
    "http://xn--kamera-4za.example/",
    "http://_esp32-cam.local/stream",
    "http://[fd00::1]:81/stream",
    "http://[::ffff:192.168.1.20]/",
    "http://192.168.1.20/@",
    "http://192.168.1.20/".ljust(2_048, "a"),
)
"""Addresses that a camera may have, as far as anybody can tell before asking it."""


def _esp32(url: str) -> str:
    return f'"source_type":"esp32","esp32_stream_url":"{url}"'


def test_the_sound_twins_are_accepted() -> None:
    """The requests above are refused for what is wrong in them, not for what surrounds it."""
    sound: list[tuple[str, bytes, int]] = [
        (*_in('"interval_min":25.0,"unknown":[1e400]'), 200),
        (*_in('"timezone":null,"enabled":null,"big":1' + "0" * 400), 200),
        (*_in('"timezone":"America/Vancouver","start_time":"23:59"'), 200),
        (*_in('"user":{"deep":' + _nested(100) + "}", ACK), 200),
        (ACK, b' {"user_id":"\\ud83d\\ude00 \xf0\x9f\x98\x80"}\n', 200),
        (ACK, b'{"user_id":"' + b"a" * 128 + b'"}', 200),
        (*_in('"focus_score":-0.0,"stress_score":1', MESSAGE), 200),
        (*_sample('"captured_at":"2000-01-01T00:00:00Z"'), 201),
        (*_sample('"captured_at":"2100-12-31t23:59:59.999999999z"'), 201),
        (*_sample(f'"raw_metrics":{{"a":{_nested(3)}}}'), 201),
        (*_sample(f'"raw_metrics":{{"a":{2**63 - 1},"b":{-(2**63)}}}'), 201),
        (*_sample(f'"raw_metrics":{{{_metrics(64)}}}'), 201),
        (*_sample(f'"raw_metrics":{{"a":"{"x" * (65_536 - 8)}"}}'), 201),
        *((*said, 200) for said in _said(SPOKEN, '"transcript":null,"include_audio":true')),
        *((*said, 200) for said in _said(f'"transcript":"{"é" * 8_000}","wake_name":null')),
        *((*said, 200) for said in _said('"transcript":"\\n\\u0001 hello"')),
        *((*_in(_esp32(url), SOURCE), 200) for url in CAMERAS),
        (*_in('"source_type":"webcam","webcam_index":2147483647.0', SOURCE), 200),
        (*_in(_esp32(CAMERAS[0]).replace("esp32", "webcam", 1), SOURCE), 200),
        (*_in('"source_type":"recording","recording":"My desk_1.avi"', SOURCE), 200),
        (*_in('"webcam_index":null,"source_type":null', TEST), 200),
    ]
    with Served() as served:
        scene = Scene(served)
        for path, body, status in sound:
            reply = served.ask(
                "POST", path, body.replace(b"$SESSION", scene.session.encode()), JSON
            )
            assert reply.status == status, reply.body[:300]
        for media_type in ('application/json;charset="UTF-8"', "Application/JSON ; charset=utf-8"):
            scene.send(Hostile("sound", ACK, b"{" + USER + b"}", status=200, media_type=media_type))
        scene.send(Hostile("sound", ACK, b"{" + USER + b"}", status=200, key="!" * 128))


PATHS = sorted(
    {promise.path for name in ("desktop_pet", "platform") for promise in contract(name).promises}
)
UNKNOWN = [
    "/",
    "/api",
    "/api/",
    "/api/water",
    "/api/chat",
    "/api/video",
    "/nowhere",
    "/%00",
    "/%FF",
    "/*",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "BREW"]


@pytest.mark.parametrize("path", PATHS)
def test_wrong_methods_are_refused_everywhere(path: str, scene: Scene) -> None:
    """405 with Allow, whose value the watch holds to the contract; nothing happens."""
    served = {
        promise.method
        for name in ("desktop_pet", "platform")
        for promise in contract(name).promises
        if promise.path == path
    }
    for method in METHODS:
        if method not in served:
            target = path.replace("{session_id}", ABSENT)
            answer = scene.send(
                Hostile(
                    method,
                    f"{target}?user_id=audrey",
                    b"{" + USER + b"}",
                    status=405,
                    method=method,
                )
            )
            assert answer["code"] == "method_not_allowed"
    scene.assert_untouched()


@pytest.mark.parametrize("path", [*(f"{path}/" for path in PATHS), *UNKNOWN])
def test_unknown_paths_are_unknown(path: str, scene: Scene) -> None:
    """404 in the shape of all errors, with a slash too many as well, whatever the method."""
    for method in ("GET", "POST", "DELETE", "BREW", "OPTIONS"):
        target = path.replace("{session_id}", ABSENT)
        answer = scene.send(Hostile(method, target, b"{" + USER + b"}", status=404, method=method))
        assert answer["code"] == "not_found"
    scene.assert_untouched()


def test_absent_ids_are_not_found(scene: Scene) -> None:
    """What is well-formed and does not exist is 404, and an upper-case id is the same id."""
    absent = f'"session_id":"{ABSENT.upper()}"'.encode()
    scores = b',"focus_score":0.5,"stress_score":0.5}'
    prompt = f'{{"prompt_id":"{ABSENT}","acknowledged":true}}'.encode()
    conversation = f'"conversation_id":"{ABSENT}","transcript":"hello"'
    for target, body in (
        _in(conversation, CHAT),
        _in(conversation, TOLD),
        (SAMPLE, b"{" + absent + scores),
        (END, b"{" + absent + b"}"),
        (STOP, b"{" + absent + b"}"),
        (PROMPT, prompt),
    ):
        answer = scene.send(Hostile("absent", target, body, status=404))
        assert answer["code"] == "not_found"
    for target in (f"{REPORT}{ABSENT}", f"{STATUS}?session_id={ABSENT}"):
        scene.send(Hostile("absent", target, status=404, media_type=None, method="GET"))
    scene.assert_untouched()


def test_two_keys_are_one_too_many(scene: Scene) -> None:
    """A request with two keys is refused, be they the same or not."""
    for second in ("a", "b"):
        head = [("content-type", JSON_TYPE), ("idempotency-key", "a"), ("idempotency-key", second)]
        reply = scene.served.ask("POST", ACK, b"{" + USER + b"}", head)
        assert reply.status == 400
        assert reply.json["details"][0]["loc"] == ["Idempotency-Key"]
    scene.assert_untouched()


def test_heads_of_polls_do_nothing(scene: Scene) -> None:
    """A HEAD on the poll that would remind answers 200 without a body, and reminds nobody."""
    for key in (None, "kept"):
        hostile = Hostile("head", f"{POLL}?user_id=audrey", method="HEAD", key=key)
        reply = scene.served.ask("HEAD", hostile.target, headers=hostile.headers)
        assert (reply.status, reply.body) == (200, b"")
    assert scene.served.ask("HEAD", POLL).status == 400
    scene.assert_untouched()
