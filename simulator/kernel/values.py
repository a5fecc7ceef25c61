"""What a scenario is made of: frozen values that check themselves and explain their fields.

The values of a room stand in that room. ``simulator/scenarios`` puts them together, reads them from
TOML files, and makes a page of their docstrings.
"""

from datetime import time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

T = TypeVar("T")


class Value(BaseModel):
    """Base of all values: strict types, no unknown fields, nothing changes."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


def _ordered(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError("the first number must not be greater than the second")
    return span


def _to_the_minute(wall: time) -> time:
    if wall.tzinfo is not None or wall.second or wall.microsecond:
        raise ValueError("must be a time of day in whole minutes, such as 07:30:00")
    return wall


Permille = Annotated[int, Field(ge=0, le=1000)]
"""Thousandths."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A part of one."""

_Bound = Annotated[int, Field(ge=0, le=86_400_000)]
# A day in milliseconds: any sensible span is shorter, and sums of them fit into 64 bits.

Span = Annotated[
    tuple[_Bound, _Bound],
    Field(strict=False),
    AfterValidator(_ordered),
]
"""The least and the most; what is drawn lies between, both included."""

WallTime = Annotated[time, AfterValidator(_to_the_minute)]
"""A time on the clock on the wall. One before ``wake`` belongs to the night after the day."""

Label = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A name that people read, in one line: the API refuses control characters, too."""

Minutes = Annotated[int, Field(ge=1, le=1440)]

Several = Annotated[tuple[T, ...], Field(strict=False)]
"""Any number of them, in the order of the file."""
