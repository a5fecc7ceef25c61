"""How values stand on the wire: the scalars that all documents share, and the base of all models.

Every bound stands where a JSON schema shows it, so that contract and code can be compared.
"""

import re
from base64 import b64encode
from binascii import a2b_base64
from datetime import UTC, datetime
from typing import Annotated

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

_NO_NUL = r"^[^\x00]*$"
_SAYS_SOMETHING = r"^[^\x00]*[^\x00-\x20][^\x00]*$"
_NAMES_SOMETHING = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
_PRINTED = r"^[^\x00-\x1f\x7f-\x9f]*$"
_VISIBLE = r"^[\x21-\x7e]+$"
_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_ANSWERED_UUID = _UUID.replace("A-F", "")
_INSTANT = (
    r"^(20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
_ANSWERED_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?\+00:00$"
_ZONE = r"^[A-Za-z0-9_+\-/]+$"
_STREAM_URL = r"^https?://[^\s\x00-\x1f\x7f]+$"
_RECORDING_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_. -]*$"
_CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

MEANINGS = {
    _NO_NUL: "must not hold a NUL character",
    _SAYS_SOMETHING: "must say something, and not hold a NUL character",
    _NAMES_SOMETHING: "must not be blank, nor hold control characters",
    _NO_CONTROLS: "must not hold control characters",
    _PRINTED: "must not hold control characters",
    _VISIBLE: "must be visible ASCII characters",
    _UUID: "must be a UUID",
    _ZONE: "must be an IANA time zone such as America/Vancouver",
    _STREAM_URL: "must be an address such as http://192.168.1.20:81/stream",
    _RECORDING_NAME: "must be the name of a file, of letters, digits and _ . - and blanks",
    _CLOCK_TIME: "must be a time of day as HH:MM",
}
"""What to tell people instead of a pattern."""

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


class Model(BaseModel):
    """Base of all requests and answers: strict types, unknown fields ignored, nothing changes."""

    model_config = ConfigDict(
        strict=True,
        extra="ignore",
        frozen=True,
        # An answer is sent with all its fields.
        json_schema_serialization_defaults_required=True,
    )


def _integral(value: object) -> object:
    """JSON has one kind of number: 25.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _instant(value: object) -> datetime:
    """An RFC 3339 date-time with an offset, in UTC, in the years 2000 to 2100."""
    instant = _parsed(value) if isinstance(value, str) else None
    if instant is None or not _FIRST <= instant < _LAST:
        raise ValueError("must be an RFC 3339 date-time with an offset, in the years 2000 to 2100")
    return instant


def _decoded(value: object) -> bytes:
    """What a text in base64 stands for (RFC 4648, nothing but its letters, padded)."""
    if value == "":
        raise ValueError("must not be empty")
    try:
        if isinstance(value, str):
            return a2b_base64(value, strict_mode=True)
    except ValueError:
        pass
    raise ValueError("must be base64")


def base64(raw: bytes) -> str:
    """As bytes stand in JSON."""
    return b64encode(raw).decode()


def _written(instant: datetime) -> str:
    """As ``isoformat`` has it, which takes three times as long, and most answers tell the time.
    Datetimes of other kinds, which orjson does not know, are left to it.
    """
    return orjson.dumps(instant, default=datetime.isoformat)[1:-1].decode()


def _parsed(text: str) -> datetime | None:
    if not re.fullmatch(_INSTANT, text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError:  # the 30th of February
        return None


Integral = BeforeValidator(_integral)
"""Goes behind the bounds: ``Annotated[int, Field(ge=1), Integral]``."""

UserId = Annotated[str, Field(min_length=1, max_length=128, pattern=_NO_CONTROLS)]
Label = Annotated[str, Field(max_length=200, pattern=_NO_CONTROLS)]
SignalSource = Annotated[str, Field(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
ZoneName = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=_ZONE, json_schema_extra={"format": "iana-tz"}),
]
ClockTime = Annotated[str, Field(pattern=_CLOCK_TIME)]
Uuid = Annotated[
    str, Field(pattern=_UUID, json_schema_extra={"format": "uuid"}), AfterValidator(str.lower)
]
AnsweredUuid = Annotated[str, Field(pattern=_ANSWERED_UUID, json_schema_extra={"format": "uuid"})]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _INSTANT}),
]
AnsweredInstant = Annotated[
    datetime,
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _ANSWERED_INSTANT}),
]
"""As the documents show it: ``2026-02-28T18:00:00+00:00``."""
InstantText = Annotated[
    str, Field(pattern=_ANSWERED_INSTANT, json_schema_extra={"format": "date-time"})
]
"""The same where it is stored as text."""

Sound = Annotated[
    bytes,
    PlainValidator(_decoded),
    PlainSerializer(base64, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 1, "contentEncoding": "base64"}),
]
AnsweredPicture = Annotated[
    bytes,
    PlainSerializer(base64, return_type=str),
    WithJsonSchema(
        {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/jpeg"}
    ),
]
AnsweredSound = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]

PetName = Annotated[str, Field(min_length=1, max_length=64, pattern=_NAMES_SOMETHING)]
EngineName = Annotated[str, Field(min_length=1, max_length=128, pattern=_NO_CONTROLS)]
"""What a language model or a voice is called by the service that has it."""
SystemPrompt = Annotated[str, Field(max_length=8000, pattern=_NO_NUL)]
Transcript = Annotated[str, Field(min_length=1, max_length=8000, pattern=_SAYS_SOMETHING)]
FileName = Annotated[str, Field(min_length=1, max_length=255, pattern=_NO_CONTROLS)]

DeviceName = Annotated[str, Field(min_length=1, max_length=64, pattern=_PRINTED)]
"""A terminal shows it to somebody who is to trust it."""
FirmwareVersion = Annotated[str, Field(min_length=1, max_length=32, pattern=_VISIBLE)]

StreamUrl = Annotated[
    str,
    Field(max_length=2048, pattern=_STREAM_URL, json_schema_extra={"format": "camera-url"}),
]
"""Where a camera sends MJPEG."""
RecordingName = Annotated[str, Field(max_length=128, pattern=_RECORDING_NAME)]
WebcamIndex = Annotated[int, Field(ge=0, le=2_147_483_647)]

NextPoll = Annotated[int, Field(ge=1, le=300)]


class UserRequest(Model):
    """Whose it is."""

    user_id: UserId
