"""Metrics instead of scores (an extension of Focus / Stress): the message ``Metrics`` of the
SmartSpectra SDK, as protobuf writes it in JSON.

Here: which measurements are read, and how each stands there. What is not named (traces, landmarks,
expressions, skin) is accepted and not read. Not here: what a measurement is worth.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite
from typing import Annotated, Literal, TypeGuard, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from petcore.api.operation import Section
from petcore.api.wire import (
    AnsweredInstant,
    AnsweredUuid,
    Instant,
    Model,
    Score,
    SignalSource,
    Uuid,
)
from petcore.services.desktop_pet import DesktopPet
from petcore.services.desktop_pet.metrics import Metric, MetricsSent
from petcore.services.idempotency import Answer, Call

metrics = Section[DesktopPet]()

# A minute of all that is read, 30 times a second, with the words around it.
_BODY_MAX = 512 * 1024
_EACH_MAX = 4_096

_STAMP = r"^[0-9]{15,16}$"
_STAMP_MIN, _STAMP_END = 10**14, 10**16
_US_PER_MS = 1_000
_NO_NUMBER = ("NaN", "Infinity", "-Infinity")
_HALF_SURE, _CERTAIN = 50.0, 100.0

T = TypeVar("T")


def _number(value: object) -> float:
    """A number of protobuf's JSON, which has words for those that JSON cannot write."""
    if isinstance(value, str) and value in _NO_NUMBER:
        return float(value)
    if not _is_number(value):
        raise ValueError("must be a number")
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _percent(value: object) -> float:
    number = _number(value)
    return min(max(number, 0.0), 100.0) if number == number else 0.0  # noqa: PLR0124 -- not a NaN


def _stamp(value: object) -> int:
    """Microseconds since 1970, which protobuf writes as a text; other units have other lengths."""
    if isinstance(value, str) and re.fullmatch(_STAMP, value, re.ASCII):
        return int(value)
    if not _is_number(value):
        raise ValueError("must be microseconds since 1970, as an integer or a text")
    if not _STAMP_MIN <= value < _STAMP_END or value != int(value):
        raise ValueError("must be whole microseconds since 1970, which have 15 or 16 digits")
    return int(value)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


class _AlsoOne:
    """Says in the schema that one thing stands for a list of one."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


_NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "enum": list(_NO_NUMBER)}]}
Number = Annotated[float, PlainValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
Percent = Annotated[float, PlainValidator(_percent), WithJsonSchema(_NUMBER_SCHEMA)]
Stamp = Annotated[
    int,
    PlainValidator(_stamp),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": _STAMP_MIN, "maximum": _STAMP_END - 1},
                {"type": "string", "pattern": _STAMP},
            ]
        }
    ),
]
Many = Annotated[list[T], Field(max_length=_EACH_MAX), BeforeValidator(_listed), _AlsoOne()]


class Taken(Model, strict=False):
    """Something taken at an instant, without which it is nothing; of the rest protobuf leaves out
    what is false or 0. (A list makes Python objects of it, so each field is strict by itself.)
    """

    timestamp: Stamp

    def told(self, name: str) -> Iterator[Metric]:
        """What it says, by the names of its metrics."""
        raise NotImplementedError

    def _metric(self, name: str, value: float, stable: bool, confidence: float) -> Metric:
        return Metric(name, value, stable, confidence, self.timestamp // _US_PER_MS)

    def kept(self) -> dict[str, object]:
        """As it came, without what JSON cannot write."""
        return {
            name: value
            for name, value in self.model_dump(by_alias=True, exclude_none=True).items()
            if not isinstance(value, float) or isfinite(value)
        }


class Measurement(Taken):
    """A measured value, and what its source thinks of it."""

    value: Number | None = None
    stable: StrictBool | None = None
    confidence: Percent | None = None

    def told(self, name: str) -> Iterator[Metric]:
        """The value."""
        yield self._metric(name, self.value or 0.0, bool(self.stable), self.confidence or 0.0)


class Detection(Taken):
    """That something was seen, or was not."""

    detected: StrictBool | None = None
    stable: StrictBool | None = None
    confidence: Percent | None = None

    def told(self, name: str) -> Iterator[Metric]:
        """1 if it was seen, 0 if it was not. The SDK gives no confidence here."""
        confidence = _CERTAIN if self.confidence is None else self.confidence
        yield self._metric(name, float(bool(self.detected)), bool(self.stable), confidence)


class Hrv(Taken):
    """Variability of the heart. Not all versions of the SDK say whether it is stable; then its
    confidence does.
    """

    rmssd: Number | None = None
    sdnn: Number | None = None
    mean_nn: Number | None = None
    mean_nn_: Number | None = Field(default=None, alias="meanNn")
    baevsky: Number | None = None
    stable: StrictBool | None = None
    confidence: Percent | None = None

    def told(self, name: str) -> Iterator[Metric]:
        """RMSSD; the others are only kept."""
        confidence = self.confidence or 0.0
        stable = confidence >= _HALF_SURE if self.stable is None else self.stable
        if self.rmssd is not None:
            yield self._metric(f"{name}.rmssd", self.rmssd, stable, confidence)


class Cardio(Model):
    """Of the heart."""

    pulse_rate: Many[Measurement] | None = None
    pulse_rate_: Many[Measurement] | None = Field(default=None, alias="pulseRate")
    hrv: Many[Hrv] | None = None


class Breathing(Model):
    """Of the breath."""

    rate: Many[Measurement] | None = None


class Face(Model):
    """Of the face. ``motion`` and ``presence`` come from cameras of this server's own kind."""

    blinking: Many[Detection] | None = None
    talking: Many[Detection] | None = None
    motion: Many[Measurement] | None = None
    presence: Many[Measurement] | None = None


class SmartSpectraMetrics(Model):
    """The SDK's message, as far as it is read."""

    cardio: Cardio | None = None
    breathing: Breathing | None = None
    face: Face | None = None

    def told(self) -> Iterator[Metric]:
        """All that is read."""
        for group, field, came in self._came():
            for taken in came:
                yield from taken.told(f"{group}.{field}")

    def newest(self) -> Mapping[str, Mapping[str, object]]:
        """The newest of each measurement, where it stood."""
        newest: dict[str, dict[str, Taken]] = {}
        for group, field, came in self._came():
            for taken in came:
                fields = newest.setdefault(group, {})
                before = fields.get(field, taken)
                fields[field] = max(before, taken, key=lambda each: each.timestamp)
        return {
            group: {field: taken.kept() for field, taken in fields.items()}
            for group, fields in newest.items()
        }

    def _came(self) -> Iterator[tuple[str, str, Sequence[Taken]]]:
        for group, measured in self:
            for field, came in measured or ():
                # The same field in another spelling has another name here only.
                yield group, field.rstrip("_"), came or ()


class MetricsRequest(Model):
    """Metrics of a running session."""

    session_id: Uuid
    metrics: SmartSpectraMetrics
    captured_at: Instant | None = None
    signal_source: SignalSource = "presage"


class Refusal(Model):
    """A metric of which something was not taken."""

    metric: str
    reason: str


class MetricsAnswer(Model):
    """What came of them. A score of which nothing is known is null, and then there is no sample."""

    ok: Literal[True]
    sample_id: AnsweredUuid | None
    captured_at: AnsweredInstant
    focus_score: Score | None
    stress_score: Score | None
    confidence: Score
    estimator: str
    missing: list[str]
    refused: list[Refusal]


@metrics.post(
    "/api/stress/metrics", request=MetricsRequest, response=MetricsAnswer, body_max=_BODY_MAX
)
async def ingest_metrics(pet: DesktopPet, request: MetricsRequest, call: Call) -> Answer:
    """Extension: Ingest metrics of the SmartSpectra SDK instead of scores."""
    sent = MetricsSent(
        request.session_id,
        tuple(request.metrics.told()),
        request.captured_at,
        request.signal_source,
        request.metrics.newest(),
    )
    return await pet.metrics.ingest(sent, call)
