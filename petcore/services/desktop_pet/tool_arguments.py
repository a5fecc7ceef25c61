"""What each tool of the pet is given, validated as strictly as a request, within the same bounds.

Nothing here says whose a thing is: the user is never an argument. Nothing that was given is ever
repeated in a complaint.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import ErrorDetails

from petcore.errors import BadInput
from petcore.services.fields import (
    BreakMinutes,
    ClockTime,
    Cycles,
    FocusMinutes,
    IntervalMin,
    StudyLabel,
)

A = TypeVar("A", bound="Arguments")

_SHOWN_MAX = 200
_INTEGER_END = 2**63
_MADE_UP = ("extra_forbidden", "invalid_key")
_MEANINGS = {
    "string_pattern_mismatch": "must be written otherwise: times as HH:MM, no control characters",
}


def _integral(value: object) -> object:
    """JSON has one kind of number: 25.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Integral = BeforeValidator(_integral)
Label = Annotated[StudyLabel, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
ZoneName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+\-/]+$")]


class Arguments(BaseModel):
    """Base of all arguments: strict types, nothing unknown, nothing changes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NoArguments(Arguments):
    """There is nothing to say."""


class PomodoroArguments(Arguments):
    """A timer to start."""

    focus_minutes: Annotated[FocusMinutes, Integral] = 25
    break_minutes: Annotated[BreakMinutes, Integral] = 5
    cycles: Annotated[Cycles, Integral] = 4


class StudyArguments(Arguments):
    """A study session to start."""

    study_label: Label = ""


class ScheduleArguments(Arguments):
    """What of the water schedule is to change."""

    interval_min: Annotated[IntervalMin, Integral] | SkipJsonSchema[None] = None
    start_time: ClockTime | SkipJsonSchema[None] = None
    end_time: ClockTime | SkipJsonSchema[None] = None
    enabled: bool | SkipJsonSchema[None] = None
    timezone: ZoneName | SkipJsonSchema[None] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(value is not None for _, value in self):
            raise ValueError("must say what to change")
        return self


def parse(model: type[A], arguments: Mapping[str, object]) -> A:
    """The arguments as ``model``; null counts as absent. Raises ``BadInput``."""
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadInput.at(*_complaint(first)) from None


def schema(model: type[Arguments]) -> dict[str, object]:
    """The JSON Schema of the arguments, without what only documentation needs."""
    full = model.model_json_schema()
    properties = {
        name: {
            word: value
            for word, value in described.items()
            if word != "title" and (word, value) != ("default", None)
        }
        for name, described in full["properties"].items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _complaint(error: ErrorDetails) -> tuple[str, str]:
    """The place and what is wrong there. A name that somebody made up is no place."""
    if error["type"] in _MADE_UP:
        return "arguments", "must be only those that the tool has"
    message = _MEANINGS.get(error["type"], error["msg"]).removeprefix("Value error, ")
    return str([*error["loc"], "arguments"][0]), message


def shown(model: type[Arguments], arguments: Mapping[str, object]) -> dict[str, object]:
    """What was given, for people: plain values under known names only, whatever else was sent."""
    return {
        name: value
        for name, value in arguments.items()
        if name in model.model_fields and _is_plain(value)
    }


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _SHOWN_MAX and value.isprintable()
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) < _INTEGER_END)
