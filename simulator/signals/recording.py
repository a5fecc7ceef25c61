"""A recorded stream of what a camera's SDK, or an edge agent, reported: one JSON object a line.

A line is a batch of metrics, as ``POST /api/stress/metrics`` takes it, or a sample of scores:

    {"captured_at": "2026-03-02T09:00:20Z", "metrics": {"cardio": {"pulse_rate": [...]}}}
    {"at": 60, "focus_score": 0.7, "stress_score": 0.3, "confidence": 0.9}

``at`` and ``captured_at`` are the same: an instant with its zone, or seconds since any beginning.
What else stands in a line is not read. What is wrong is told by line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import orjson

from simulator.kernel.trace import Json

_UNIX_MAX_S = 10_000_000_000
BYTES_MAX, LINE_BYTES_MAX = 64 << 20, 512 << 10
"""The longest file, and the longest line: what the server takes as one batch."""
LEAST_APART_MS = 1_000
"""How far lines must be apart at least."""

_SCORES = ("focus_score", "stress_score", "confidence")
_NEEDED_SCORES = _SCORES[:2]
_MILLISECOND, _SECOND_MS = 1_000, 1_000
_STAMP_DIGITS = 16
"""How many digits microseconds since 1970 have, in these centuries."""


class BadRecording(Exception):
    """A file is no recording, or not the one it was. The message names file, line and cause."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One line: how long after the recording began, in milliseconds, and what was reported."""

    after_ms: int
    said: Json


@dataclass(frozen=True, slots=True)
class Recording:
    """All lines, in order of time. Those of metrics have stamps that count from ``origin_us``."""

    readings: tuple[Reading, ...]
    has_metrics: bool
    origin_us: int

    def said_at(self, reading: Reading, began_us: int) -> Json:
        """What is to be reported of it if it had begun then, in microseconds since 1970."""
        shift_us = began_us - self.origin_us
        return _stamped(reading.said, lambda stamp: str(int(stamp) + shift_us))


def digest_of(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal. Raises ``BadRecording``."""
    return sha256(_bytes(path)).hexdigest()


@lru_cache(maxsize=4)
def read_recording(path: Path, digest: str) -> Recording:
    """The recording at ``path``, whose SHA-256 must be ``digest``. Raises ``BadRecording``."""
    raw = _bytes(path)
    if sha256(raw).hexdigest() != digest:
        raise BadRecording(f"{path}: is not the recording it was: its SHA-256 is another")
    lines = [line for line in enumerate(raw.splitlines(), 1) if line[1].strip()]
    if not lines:
        raise BadRecording(f"{path}: there is nothing in this recording")
    read = [_Line(path, number, _object(path, number, line)) for number, line in lines]
    return _put_together(read)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > BYTES_MAX:
            raise BadRecording(f"{path}: is larger than {BYTES_MAX >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise BadRecording(f"{path}: cannot be read: {error.strerror}") from None


def _object(path: Path, number: int, line: bytes) -> Json:
    try:
        said = orjson.loads(line) if len(line) <= LINE_BYTES_MAX else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        reason = f"must be one JSON object of at most {LINE_BYTES_MAX >> 10} KiB"
        raise BadRecording(f"{path}:{number}: {reason}")
    return said


class _Line:
    """One line of the file, checked."""

    def __init__(self, path: Path, number: int, said: Json) -> None:
        self._place = f"{path}:{number}"
        self.has_metrics = "metrics" in said
        self.at_us = self._instant(said)
        self.said = self._metrics(said) if self.has_metrics else self._scores(said)
        self.first_us = min((self.at_us, *_stamps(self.said)), default=self.at_us)

    def refuse(self, reason: str) -> NoReturn:
        """Raise ``BadRecording``."""
        raise BadRecording(f"{self._place}: {reason}")

    def _instant(self, said: Json) -> int:
        """When it was reported, in microseconds of the recording's own clock."""
        name = "captured_at" if "captured_at" in said else "at"
        match said.get(name):
            case bool():
                pass
            case int() | float() as seconds if 0 <= seconds < _UNIX_MAX_S:
                return int(seconds * _SECOND_MS) * _MILLISECOND
            case str() as text:
                return self._told_instant(name, text)
        return self.refuse(f"{name}: must be an instant with its zone, or seconds")

    def _told_instant(self, name: str, text: str) -> int:
        try:
            then = datetime.fromisoformat(text)
        except ValueError:
            then = None
        if then is None or then.tzinfo is None:
            self.refuse(f"{name}: must be an instant with its zone, such as 2026-03-02T09:00:20Z")
        return round(then.timestamp() * _SECOND_MS) * _MILLISECOND

    def _scores(self, said: Json) -> Json:
        scores = {name: said[name] for name in _SCORES if said.get(name) is not None}
        for name in _NEEDED_SCORES:
            if name not in scores:
                self.refuse(f"{name}: is missing, and there are no metrics either")
        for name, score in scores.items():
            is_number = isinstance(score, int | float) and not isinstance(score, bool)
            if not (is_number and 0 <= float(str(score)) <= 1):
                self.refuse(f"{name}: must be a number from 0 to 1")
        return scores

    def _metrics(self, said: Json) -> Json:
        metrics = said["metrics"]
        if not isinstance(metrics, dict) or not metrics:
            self.refuse("metrics: must be an object of the SDK's metrics")
        for stamp in _found_stamps(metrics):
            if not (isinstance(stamp, int | str) and len(str(stamp)) == _STAMP_DIGITS):
                self.refuse("metrics: a timestamp must be microseconds since 1970")
            if not str(stamp).isdecimal():
                self.refuse("metrics: a timestamp must be microseconds since 1970")
        return {"metrics": metrics}


def _put_together(lines: list[_Line]) -> Recording:
    origin_us = lines[0].first_us
    readings: list[Reading] = []
    for line in lines:
        after_ms = (line.at_us - origin_us) // _MILLISECOND
        if line.has_metrics != lines[0].has_metrics:
            line.refuse("all lines must be metrics, or all scores, as the first one")
        if readings and after_ms < readings[-1].after_ms + LEAST_APART_MS:
            line.refuse("must be at least a second later than the line before it")
        readings.append(Reading(after_ms, line.said))
    return Recording(tuple(readings), lines[0].has_metrics, origin_us)


def _stamps(said: Json) -> Iterator[int]:
    return (int(str(stamp)) for stamp in _found_stamps(said))


def _found_stamps(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "timestamp":
                yield inner
            else:
                yield from _found_stamps(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _found_stamps(inner)


def _stamped(said: Json, stamp: Callable[[str], str]) -> Json:
    """The same with other stamps."""
    return {
        name: stamp(str(value)) if name == "timestamp" else _inside(value, stamp)
        for name, value in said.items()
    }


def _inside(value: object, stamp: Callable[[str], str]) -> object:
    if isinstance(value, Mapping):
        return _stamped(value, stamp)
    if isinstance(value, list):
        return [_inside(inner, stamp) for inner in value]
    return value
