"""Video (P18 to P22).

Here: what a source must name, and in which shape it is told what was seen. Not here: which cameras
may be asked, and what is read from their pictures.
"""

from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo
from pydantic.config import JsonDict

from petcore.api.operation import Section
from petcore.api.wire import (
    AnsweredInstant,
    AnsweredPicture,
    Integral,
    Model,
    RecordingName,
    Score,
    StreamUrl,
    UserId,
    UserRequest,
    WebcamIndex,
)
from petcore.services.desktop_pet import DesktopPet
from petcore.services.desktop_pet.shapes import SourceType
from petcore.services.desktop_pet.sources import NEEDED
from petcore.services.desktop_pet.video import FrameWish, SourceWish
from petcore.services.idempotency import Answer, Call

video = Section[DesktopPet]()


def _named(given: str | None, info: ValidationInfo) -> str | None:
    # A type that is none is told of by itself.
    source_type: SourceType | None = info.data.get("source_type")
    if given is None and source_type and NEEDED.get(source_type) == info.field_name:
        raise ValueError(f"must be sent where source_type is {source_type}")
    return given


def _if_of(source_type: SourceType) -> JsonDict:
    """The same as a schema says it."""
    name = NEEDED[source_type]
    return {
        "if": {"required": ["source_type"], "properties": {"source_type": {"const": source_type}}},
        "then": {"required": [name], "properties": {name: {"type": "string"}}},
    }


_Named = (Field(validate_default=True), AfterValidator(_named))


class SourceRequest(Model):
    """The camera that a user prefers."""

    model_config = ConfigDict(json_schema_extra={**_if_of("esp32"), "else": _if_of("recording")})

    user_id: UserId
    source_type: SourceType
    esp32_stream_url: Annotated[StreamUrl | None, *_Named] = None
    webcam_index: Annotated[WebcamIndex, Integral] = 0
    recording: Annotated[RecordingName | None, *_Named] = None


class Source(Model):
    """The stored source; null is what nobody has named."""

    user_id: UserId
    source_type: SourceType
    esp32_stream_url: StreamUrl | None
    webcam_index: WebcamIndex
    recording: RecordingName | None


class SourceAnswer(Model):
    """The source as stored."""

    ok: Literal[True]
    source: Source


class StreamRequest(Model):
    """Whose pictures; without ``source_type`` those of the stored source."""

    user_id: UserId
    source_type: SourceType | None = None


class FrameRequest(Model):
    """From where one picture is to be taken; what is absent is as in the stored source."""

    user_id: UserId
    source_type: SourceType | None = None
    webcam_index: Annotated[WebcamIndex, Integral] | None = None


class Metrics(Model):
    """The scores of now; null is what is not known."""

    focus_score: Score | None
    stress_score: Score | None
    confidence: Score


class FaceBox(Model):
    """Where the face is, in pixels of the picture."""

    left: Annotated[int, Field(ge=0)]
    top: Annotated[int, Field(ge=0)]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class LocalReading(Model):
    """A measurement in the shape of the SmartSpectra SDK; microseconds since 1970 as digits."""

    value: float
    stable: bool
    confidence: Annotated[float, Field(ge=0, le=100)]
    timestamp: Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class Sighting(Model):
    """What was read from the pictures so far, and by what."""

    state: Literal["no_face", "measuring", "measured"]
    signal_source: Literal["rppg_local"]
    estimator: str
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    face: FaceBox | None
    readings: dict[str, LocalReading]


class Latest(Model):
    """The newest picture, and what was read from it."""

    ok: Literal[True]
    user_id: UserId
    captured_at: AnsweredInstant
    metrics: Metrics
    image_base64: Annotated[AnsweredPicture, Field(validation_alias="image")]
    sighting: Sighting


class FrameAnswer(Model):
    """What was read from one picture."""

    ok: Literal[True]
    source_type: SourceType
    metrics: Metrics
    sighting: Sighting


@video.post("/api/video/source", request=SourceRequest, response=SourceAnswer)
async def save_source(pet: DesktopPet, request: SourceRequest, call: Call) -> Answer:
    """P18: Save preferred video source."""
    return await pet.video.save_source(SourceWish(**dict(request)), call)


@video.get("/api/video/source", request=UserRequest, response=Source)
async def get_source(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P19: Get preferred video source."""
    return await pet.video.get_source(request.user_id)


@video.show("/api/video/stream", request=StreamRequest)
async def open_stream(
    pet: DesktopPet, request: StreamRequest, call: Call
) -> AsyncGenerator[bytes, None]:
    """P20: Open analyzed live video stream."""
    return pet.video.open_stream(request.user_id, request.source_type)


@video.get("/api/video/latest", request=UserRequest, response=Latest, picture="image")
async def get_latest(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P21: Get latest analyzed video snapshot."""
    return await pet.video.get_latest(request.user_id)


@video.post("/api/video/presage-test", request=FrameRequest, response=FrameAnswer)
async def run_presage_test(pet: DesktopPet, request: FrameRequest, call: Call) -> Answer:
    """P22: Run a one-frame Presage test."""
    return await pet.video.run_presage_test(FrameWish(**dict(request)), call)
